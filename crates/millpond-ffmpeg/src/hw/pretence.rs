//! For tests on machines whose devices hold pictures but decode none: the codec decodes in software, each picture is
//! uploaded to the device as if it had been decoded there, and after a while the device fails as planned.

use super::HwDevice;
use crate::sys::{self, Device, HwDecoder, Surfaces};
use ffmpeg_next as ff;

/// How the device behaves. It fails from the call after so many on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Plan {
    /// It works.
    Works,
    /// Taking packets fails.
    Sending(u32),
    /// Giving pictures fails.
    Receiving(u32),
    /// Copying pictures from it fails.
    Downloading(u32),
    /// FFmpeg's decoder goes on in software by itself.
    LeavesIt(u32),
    /// The decoder is offered a way to decode for which it has no device, so FFmpeg refuses it when it is chosen.
    Refuses,
}

pub(crate) struct Pretence {
    device: Device,
    surfaces: Option<(u32, u32, ff::format::Pixel, Surfaces)>,
    /// What was uploaded last: Vulkan may still be copying it.
    source: Option<ff::frame::Video>,
    plan: Plan,
    sent: u32,
    received: u32,
    downloaded: u32,
}

/// Counts a call, and fails once there were more than `most`.
fn count(calls: &mut u32, most: Option<u32>) -> Result<(), ff::Error> {
    *calls += 1;
    if most.is_some_and(|most| *calls > most) { Err(ff::Error::External) } else { Ok(()) }
}

impl Pretence {
    pub(crate) fn new(device: &HwDevice, plan: Plan) -> Pretence {
        Pretence {
            device: device.raw().clone(),
            surfaces: None,
            source: None,
            plan,
            sent: 0,
            received: 0,
            downloaded: 0,
        }
    }

    pub(crate) fn decoder(&self, id: ff::codec::Id) -> Option<HwDecoder> {
        let wish = if self.plan == Plan::Refuses { ff::format::Pixel::VAAPI } else { ff::format::Pixel::VULKAN };
        Some(HwDecoder::pretended(ff::decoder::find(id)?, wish))
    }

    pub(crate) fn sent(&mut self) -> Result<(), ff::Error> {
        let most = if let Plan::Sending(most) = self.plan { Some(most) } else { None };
        count(&mut self.sent, most)
    }

    pub(crate) fn received(&mut self, frame: &mut ff::frame::Video) -> Result<(), ff::Error> {
        let most = if let Plan::Receiving(most) = self.plan { Some(most) } else { None };
        count(&mut self.received, most)?;
        if self.plan == Plan::Refuses || matches!(self.plan, Plan::LeavesIt(most) if self.received > most) {
            return Ok(());
        }
        let is_new = |(width, height, format, _): &(u32, u32, ff::format::Pixel, Surfaces)| {
            (*width, *height, *format) != (frame.width(), frame.height(), frame.format())
        };
        if self.surfaces.as_ref().is_none_or(is_new) {
            let (width, height, format) = (frame.width(), frame.height(), frame.format());
            let surfaces = self.device.surfaces(format, width as i32, height as i32)?;
            self.surfaces = Some((width, height, format, surfaces));
        }
        if let Some((.., surfaces)) = &self.surfaces {
            let uploaded = surfaces.upload(frame)?;
            self.source = Some(std::mem::replace(frame, uploaded));
            assert!(sys::device_of(frame).is_some());
        }
        Ok(())
    }

    pub(crate) fn downloaded(&mut self) -> Result<(), ff::Error> {
        let most = if let Plan::Downloading(most) = self.plan { Some(most) } else { None };
        count(&mut self.downloaded, most)
    }
}
