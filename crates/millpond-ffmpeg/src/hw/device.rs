//! Opening devices, and what one of them can do.

use super::HwKind;
use crate::sys::{self, Buffers, Device};
use crate::{Error, demuxer, pixels};
use ffmpeg_next as ff;
use millpond_core::pool::Exhausted;
use millpond_core::video::PixelFormat;
use std::fmt;

/// An open device. Clones refer to the same one, which is closed with the last of them; decoders keep one.
#[derive(Clone, PartialEq)]
pub struct HwDevice {
    device: Device,
    kind: HwKind,
    /// The device cannot decode, and a decoder is to act as if it could.
    #[cfg(test)]
    pub(crate) plan: Option<super::pretence::Plan>,
}

impl Eq for HwDevice {}

impl fmt::Debug for HwDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HwDevice").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What can be said about a device without media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HwInfo {
    /// Pixel formats in which pictures travel to it and back.
    pub formats: Vec<PixelFormat>,
    /// Smallest width and height of its pictures.
    pub smallest: (u32, u32),
    /// Largest width and height of its pictures, if there is a limit.
    pub largest: Option<(u32, u32)>,
    /// Codecs that this FFmpeg can decode on such a device. Whether this one does shows with the first picture.
    pub decoders: Vec<String>,
    /// Encoders that this FFmpeg has for such a device.
    pub encoders: Vec<String>,
}

impl HwDevice {
    /// Opens a device, the system's first of its kind. Allocates, and takes up to some seconds.
    ///
    /// FFmpeg is silent meanwhile, and what it says goes into the error. A driver that writes to standard error by itself can
    /// only be kept from it in a process of its own, as `millpond devices` does it.
    ///
    /// # Errors
    /// [`Error::Device`] with what FFmpeg and the driver said.
    ///
    /// ```
    /// use millpond_ffmpeg::{HwDevice, HwKind};
    ///
    /// match HwDevice::open(HwKind::Auto) {
    ///     Ok(device) => println!("{}: {:?}", device.kind(), device.info()),
    ///     Err(error) => println!("{error}"),
    /// }
    /// ```
    pub fn open(kind: HwKind) -> Result<HwDevice, Error> {
        if kind != HwKind::Auto {
            return HwDevice::open_as(kind, None);
        }
        let mut reasons = Vec::new();
        for kind in &HwKind::ALL[..HwKind::AUTO] {
            match HwDevice::open_as(*kind, None) {
                Ok(device) => return Ok(device),
                Err(Error::Device { kind, reason }) => reasons.push(format!("{kind}: {reason}")),
                Err(error) => return Err(error),
            }
        }
        Err(Error::Device { kind, reason: reasons.join("; ") })
    }

    /// Opens the device that FFmpeg knows by this name: the number of a CUDA device, the path of a VAAPI or DRM node, part of
    /// the name of a Vulkan device.
    ///
    /// # Errors
    /// [`Error::Device`]; also for [`HwKind::Auto`], which takes no name.
    pub fn open_named(kind: HwKind, name: &str) -> Result<HwDevice, Error> {
        HwDevice::open_as(kind, Some(name))
    }

    fn open_as(kind: HwKind, name: Option<&str>) -> Result<HwDevice, Error> {
        demuxer::prepare();
        let refused = |reason: &str| Error::Device { kind, reason: reason.to_owned() };
        let name = match name.map(sys::c_name) {
            Some(None) => return Err(refused("a zero in the name")),
            name => name.flatten(),
        };
        if kind == HwKind::Auto {
            return Err(refused("a name says nothing without a kind"));
        }
        if !sys::is_built_with(kind) {
            return Err(refused("this FFmpeg was built without it"));
        }
        let (device, said) = sys::collect(|| Device::open(kind, name.as_deref()));
        match device {
            Ok(device) => Ok(HwDevice {
                device,
                kind,
                #[cfg(test)]
                plan: None,
            }),
            Err(error) if said.is_empty() => Err(refused(&error.to_string())),
            Err(_) => Err(refused(&said.join("; "))),
        }
    }

    /// What it is; never [`HwKind::Auto`].
    pub fn kind(&self) -> HwKind {
        self.kind
    }

    pub(crate) fn raw(&self) -> &Device {
        &self.device
    }

    /// What it can do. Allocates.
    pub fn info(&self) -> HwInfo {
        let (decoders, encoders) = sys::hardware_codecs(self.kind);
        let limits = self.device.limits();
        let mut formats: Vec<PixelFormat> = Vec::new();
        for format in limits.iter().flat_map(|limits| &limits.formats).filter(|format| self.carries(**format)) {
            if let Some(format) = pixels::counterpart(*format).map(|it| it.format).filter(|it| !formats.contains(it)) {
                formats.push(format);
            }
        }
        let size = |(width, height): (i32, i32)| Some((u32::try_from(width).ok()?, u32::try_from(height).ok()?));
        let largest = limits.as_ref().map(|it| it.largest).filter(|it| *it != (i32::MAX, i32::MAX));
        HwInfo {
            formats,
            smallest: limits.and_then(|it| size(it.smallest)).unwrap_or_default(),
            largest: largest.and_then(size).filter(|it| *it != (0, 0)),
            decoders,
            encoders,
        }
    }
    /// Whether a picture of this format comes back from the device as it was sent.
    fn carries(&self, format: ff::format::Pixel) -> bool {
        let (width, height) = (256, 128);
        let mut sent = ff::frame::Video::new(format, width, height);
        for plane in 0..sent.planes() {
            for (index, byte) in sent.data_mut(plane).iter_mut().enumerate() {
                *byte = (index * 7 + index / 251) as u8;
            }
        }
        let came_back = || {
            let surfaces = self.device.surfaces(format, width as i32, height as i32).ok()?;
            let buffers = Buffers::new(ff::codec::Id::None, 0, 1, Exhausted::Allocate, u64::MAX, None).ok()?;
            let back = sys::download(&surfaces.upload(&sent).ok()?, &buffers).ok()?;
            let ours = pixels::counterpart(back.format()).filter(|_| back.format() == format)?.format;
            let (sent, back) = (pixels::view(&sent, ours)?, pixels::view(&back, ours)?);
            Some(sent.rows().eq(back.rows()))
        };
        came_back() == Some(true)
    }
}
