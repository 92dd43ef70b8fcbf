//! Devices, and moving pictures to and from them. The formats that a device takes and gives are asked for, not assumed.

use super::buffers::{Buffers, fill};
use super::number;
use crate::hw::HwKind;
use crate::pixels;
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use millpond_core::video::{FrameLayout, PixelFormat};
use std::ffi::{CStr, CString, c_int};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

/// Surfaces that are made at once where they cannot be made one by one.
const SURFACES: c_int = 8;

/// A reference to an open device.
pub(crate) struct Device(*mut ffi::AVBufferRef);

// SAFETY: FFmpeg counts references atomically, and lets a device be used by several threads.
unsafe impl Send for Device {}
// SAFETY: as above; a shared reference only makes further references.
unsafe impl Sync for Device {}

impl Clone for Device {
    fn clone(&self) -> Device {
        // SAFETY: the reference is held by `self`.
        let copy = unsafe { ffi::av_buffer_ref(self.0) };
        assert!(!copy.is_null(), "no memory for a reference");
        Device(copy)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: the reference is owned and used no more.
        unsafe { ffi::av_buffer_unref(&mut self.0) };
    }
}

impl PartialEq for Device {
    /// Whether both refer to the same device.
    fn eq(&self, other: &Device) -> bool {
        // SAFETY: both references are held; their data is compared and not followed.
        unsafe { ptr::eq((*self.0).data, (*other.0).data) }
    }
}

impl Device {
    /// Opens a device: by FFmpeg's name of it, or the system's first.
    pub(crate) fn open(kind: HwKind, name: Option<&CStr>) -> Result<Device, ff::Error> {
        let mut device = ptr::null_mut();
        let name = name.map_or(ptr::null(), CStr::as_ptr);
        // SAFETY: the name lives through the call; no options are given; what is made is owned by the result.
        match unsafe { ffi::av_hwdevice_ctx_create(&mut device, device_type(kind), name, ptr::null_mut(), 0) } {
            error if error < 0 => Err(ff::Error::from(error)),
            _ => Ok(Device(device)),
        }
    }

    /// Another reference for FFmpeg, which owns it.
    pub(super) fn give(&self) -> *mut ffi::AVBufferRef {
        // SAFETY: the reference is held by `self`. FFmpeg takes null for no device.
        unsafe { ffi::av_buffer_ref(self.0) }
    }

    /// Memory on the device for pictures of this size, whose samples lie as in `format`.
    pub(crate) fn surfaces(
        &self,
        format: ff::format::Pixel,
        width: c_int,
        height: c_int,
    ) -> Result<Surfaces, ff::Error> {
        // SAFETY: a fresh context is filled in before it is initialised, and freed if that fails. Its pixel format on the
        // device is the one that the device names.
        unsafe {
            let surfaces = Surfaces(ffi::av_hwframe_ctx_alloc(self.0));
            if surfaces.0.is_null() {
                return Err(ff::Error::Other { errno: ff::error::ENOMEM });
            }
            let limits = Limits::of(self).ok_or(ff::Error::InvalidData)?;
            let context = (*surfaces.0).data.cast::<ffi::AVHWFramesContext>();
            (*context).format = *(*limits.0).valid_hw_formats.as_ref().ok_or(ff::Error::InvalidData)?;
            (*context).sw_format = format.into();
            ((*context).width, (*context).height) = (width, height);
            // QSV and D3D11 make all surfaces at once; the others ignore it.
            (*context).initial_pool_size = SURFACES;
            match ffi::av_hwframe_ctx_init(surfaces.0) {
                error if error < 0 => Err(ff::Error::from(error)),
                _ => Ok(surfaces),
            }
        }
    }

    /// Formats with a counterpart here whose pictures it can hold, and its smallest and largest width and height.
    pub(crate) fn limits(&self) -> Option<DeviceLimits> {
        let limits = Limits::of(self)?;
        // SAFETY: the constraints are valid until they are dropped; the list ends with NONE, which is -1.
        unsafe {
            let limits = &*limits.0;
            let mut formats = Vec::new();
            each_format(limits.valid_sw_formats, |format| formats.push(format));
            let smallest = (limits.min_width, limits.min_height);
            Some(DeviceLimits { formats, smallest, largest: (limits.max_width, limits.max_height) })
        }
    }
}

/// What a device can hold.
pub(crate) struct DeviceLimits {
    pub(crate) formats: Vec<ff::format::Pixel>,
    pub(crate) smallest: (c_int, c_int),
    pub(crate) largest: (c_int, c_int),
}

struct Limits(*mut ffi::AVHWFramesConstraints);

impl Limits {
    fn of(device: &Device) -> Option<Limits> {
        // SAFETY: the device is open.
        let limits = unsafe { ffi::av_hwdevice_get_hwframe_constraints(device.0, ptr::null()) };
        (!limits.is_null()).then_some(Limits(limits))
    }
}

impl Drop for Limits {
    fn drop(&mut self) {
        // SAFETY: the constraints are owned.
        unsafe { ffi::av_hwframe_constraints_free(&mut self.0) };
    }
}

/// Calls `visit` with the formats of a list whose bytes are those of a counterpart here.
///
/// # Safety
/// `formats` is null, or ends with NONE.
unsafe fn each_format(mut formats: *const ffi::AVPixelFormat, mut visit: impl FnMut(ff::format::Pixel)) {
    // SAFETY: as promised.
    unsafe {
        while !formats.is_null() && number!(*formats) != NONE {
            let pixel = ff::format::Pixel::from(*formats);
            if pixels::counterpart(pixel).is_some_and(|it| it.is_same_bytes()) {
                visit(pixel);
            }
            formats = formats.add(1);
        }
    }
}

/// Memory for pictures on a device.
pub(crate) struct Surfaces(*mut ffi::AVBufferRef);

// SAFETY: FFmpeg counts references atomically, and lets frames be made from several threads.
unsafe impl Send for Surfaces {}

impl Drop for Surfaces {
    fn drop(&mut self) {
        // SAFETY: the reference is owned and used no more.
        unsafe { ffi::av_buffer_unref(&mut self.0) };
    }
}

impl Surfaces {
    /// Copies a picture to the device, with everything that is known about it. Vulkan may go on copying after the call, so
    /// `from` must not change before the copy was used.
    pub(crate) fn upload(&self, from: &ff::frame::Video) -> Result<ff::frame::Video, ff::Error> {
        let mut to = ff::frame::Video::empty();
        // SAFETY: both frames are valid and the new one is owned; FFmpeg checks their formats and sizes.
        unsafe {
            check(ffi::av_hwframe_get_buffer(self.0, to.as_mut_ptr(), 0))?;
            check(ffi::av_hwframe_transfer_data(to.as_mut_ptr(), from.as_ptr(), 0))?;
            check(ffi::av_frame_copy_props(to.as_mut_ptr(), from.as_ptr()))?;
        }
        Ok(to)
    }
}

fn check(result: c_int) -> Result<(), ff::Error> {
    if result < 0 { Err(ff::Error::from(result)) } else { Ok(()) }
}

fn device_type(kind: HwKind) -> ffi::AVHWDeviceType {
    use ffi::AVHWDeviceType::*;
    match kind {
        HwKind::Auto => AV_HWDEVICE_TYPE_NONE,
        HwKind::Cuda => AV_HWDEVICE_TYPE_CUDA,
        HwKind::Vaapi => AV_HWDEVICE_TYPE_VAAPI,
        HwKind::Vulkan => AV_HWDEVICE_TYPE_VULKAN,
        HwKind::Qsv => AV_HWDEVICE_TYPE_QSV,
        HwKind::VideoToolbox => AV_HWDEVICE_TYPE_VIDEOTOOLBOX,
        HwKind::D3d11va => AV_HWDEVICE_TYPE_D3D11VA,
        HwKind::OpenCl => AV_HWDEVICE_TYPE_OPENCL,
    }
}

fn kind_of(number: c_int) -> Option<HwKind> {
    HwKind::ALL.into_iter().find(|kind| device_type(*kind) as c_int == number)
}

/// Whether this FFmpeg knows such devices at all.
pub(crate) fn is_built_with(kind: HwKind) -> bool {
    let none = ffi::AVHWDeviceType::AV_HWDEVICE_TYPE_NONE;
    // SAFETY: the function walks a static list, from NONE to NONE.
    let next = |after: &ffi::AVHWDeviceType| Some(unsafe { ffi::av_hwdevice_iterate_types(*after) });
    let mut known = std::iter::successors(next(&none), next).take_while(|found| *found != none);
    known.any(|found| found == device_type(kind))
}

/// A decoder and the pixel format by which it decodes on a device.
#[derive(Clone, Copy)]
pub(crate) struct HwDecoder {
    pub(crate) codec: ff::Codec,
    format: c_int,
}

#[cfg(test)]
impl HwDecoder {
    /// A decoder that never chooses a device, or wishes for one that it was not given.
    pub(crate) fn pretended(codec: ff::Codec, wish: ff::format::Pixel) -> HwDecoder {
        HwDecoder { codec, format: ffi::AVPixelFormat::from(wish) as c_int }
    }
}

/// Calls `visit` with every codec of this FFmpeg that works on such a device, and its pixel format there.
fn each_codec(kind: HwKind, mut visit: impl FnMut(&'static ffi::AVCodec, c_int)) {
    let mut state = ptr::null_mut();
    // SAFETY: codecs and their configurations are static.
    unsafe {
        while let Some(codec) = ffi::av_codec_iterate(&mut state).as_ref() {
            let configs = (0..).map_while(|index| ffi::avcodec_get_hw_config(codec, index).as_ref());
            let by_device = ffi::AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX as c_int;
            let by_frames = ffi::AV_CODEC_HW_CONFIG_METHOD_HW_FRAMES_CTX as c_int;
            let wanted = if ffi::av_codec_is_decoder(codec) != 0 { by_device } else { by_device | by_frames };
            let is_fit = |config: &&ffi::AVCodecHWConfig| {
                config.methods & wanted != 0 && number!(config.device_type) == device_type(kind) as c_int
            };
            if let Some(config) = configs.into_iter().find(|config| is_fit(config)) {
                visit(codec, number!(config.pix_fmt));
            }
        }
    }
}

/// The decoder of this FFmpeg that can use such a device for a codec.
pub(crate) fn hardware_decoder(id: ff::codec::Id, kind: HwKind) -> Option<HwDecoder> {
    let mut found = None;
    each_codec(kind, |codec, format| {
        // SAFETY: the codec is static.
        let is_decoder = unsafe { ffi::av_codec_is_decoder(codec) } != 0;
        if is_decoder && found.is_none() && ff::codec::Id::from(codec.id) == id {
            // SAFETY: the codec is static.
            let codec = unsafe { ff::Codec::wrap(ptr::from_ref(codec).cast_mut()) };
            found = Some(HwDecoder { codec, format });
        }
    });
    found
}

/// Names of the codecs that this FFmpeg can decode on such a device, and of the encoders that it has for it.
pub(crate) fn hardware_codecs(kind: HwKind) -> (Vec<String>, Vec<String>) {
    let (mut decoders, mut encoders) = (Vec::new(), Vec::new());
    each_codec(kind, |codec, _| {
        // SAFETY: the codec and its name are static.
        let (is_decoder, name) = unsafe {
            (ffi::av_codec_is_decoder(codec) != 0, CStr::from_ptr(codec.name).to_string_lossy().into_owned())
        };
        match is_decoder {
            true => decoders.push(ff::codec::Id::from(codec.id).name().to_owned()),
            false => encoders.push(name),
        }
    });
    decoders.sort();
    decoders.dedup();
    (decoders, encoders)
}

/// Names of the encoders of this FFmpeg that make a codec on such a device.
pub(crate) fn hardware_encoders(id: ff::codec::Id, kind: HwKind) -> Vec<String> {
    let mut names = Vec::new();
    each_codec(kind, |codec, _| {
        // SAFETY: the codec and its name are static.
        unsafe {
            if ffi::av_codec_is_encoder(codec) != 0 && ff::codec::Id::from(codec.id) == id {
                names.push(CStr::from_ptr(codec.name).to_string_lossy().into_owned());
            }
        }
    });
    names
}

/// Gives an encoder that is not open yet a device to which it brings pictures itself.
pub(crate) fn set_device(context: &mut ff::codec::Context, device: &Device) {
    // SAFETY: the context is borrowed, and owns the reference from now on.
    unsafe { (*context.as_mut_ptr()).hw_device_ctx = device.give() };
}

/// Has an encoder that is not open yet take pictures that lie on its device.
pub(crate) fn set_surfaces(context: &mut ff::codec::Context, surfaces: &Surfaces) {
    // SAFETY: the context is borrowed, and owns the reference from now on; the surfaces are initialised.
    unsafe {
        let context = context.as_mut_ptr();
        (*context).pix_fmt = (*(*surfaces.0).data.cast::<ffi::AVHWFramesContext>()).format;
        (*context).hw_frames_ctx = ffi::av_buffer_ref(surfaces.0);
    }
}

/// What the decoder's `get_format` callback goes by: the pixel format that stands for decoding on the device.
pub(crate) struct Wish(AtomicI32);

const NONE: c_int = ffi::AVPixelFormat::AV_PIX_FMT_NONE as c_int;

impl Wish {
    /// Decoding in software.
    pub(crate) fn nothing() -> Wish {
        Wish(AtomicI32::new(NONE))
    }

    /// From now on the device, or software.
    pub(crate) fn set(&self, decoder: Option<HwDecoder>) {
        self.0.store(decoder.map_or(NONE, |it| it.format), Ordering::Release);
    }
}

/// The callback. FFmpeg calls it when it knows what a stream needs, and again without a format that turned out not to work;
/// what is chosen when the wish is not in the list is FFmpeg's first format in ordinary memory. The wish is given up then.
pub(super) unsafe extern "C" fn get_format(
    context: *mut ffi::AVCodecContext,
    offered: *const ffi::AVPixelFormat,
) -> ffi::AVPixelFormat {
    // SAFETY: FFmpeg calls this with a valid context and a list that ends with NONE; `opaque` points to the buffers of the
    // decoder that owns the context, which live longer than it.
    unsafe {
        let wish = &(*((*context).opaque as *const Buffers)).wish;
        let wanted = wish.0.load(Ordering::Acquire);
        let mut software = ffi::AVPixelFormat::AV_PIX_FMT_NONE;
        let mut at = offered;
        while number!(*at) != NONE {
            if number!(*at) == wanted {
                return *at;
            }
            let description = ffi::av_pix_fmt_desc_get(*at);
            let in_hardware = ffi::AV_PIX_FMT_FLAG_HWACCEL as u64;
            if number!(software) == NONE && !description.is_null() && (*description).flags & in_hardware == 0 {
                software = *at;
            }
            at = at.add(1);
        }
        wish.set(None);
        software
    }
}

/// The device that a picture lies on; `None` if it lies in ordinary memory.
pub(crate) fn device_of(frame: &ff::frame::Video) -> Option<HwKind> {
    // SAFETY: the frame is borrowed, and with it its frames context and device.
    unsafe {
        let frames = (*frame.as_ptr()).hw_frames_ctx.as_ref()?;
        let context = frames.data.cast::<ffi::AVHWFramesContext>();
        kind_of(number!((*(*context).device_ctx).type_))
    }
}

/// The format in which a picture can best be copied from its device: the one that it has there, else the first that the
/// device offers and that has a counterpart here.
fn format_to_download(frame: &ff::frame::Video) -> Result<ff::format::Pixel, ff::Error> {
    // SAFETY: the frame is borrowed, and with it its frames context; the list is owned and ends with NONE.
    unsafe {
        let frames = (*frame.as_ptr()).hw_frames_ctx;
        let own = ff::format::Pixel::from((*(*frames).data.cast::<ffi::AVHWFramesContext>()).sw_format);
        let mut formats = ptr::null_mut();
        let from = ffi::AVHWFrameTransferDirection::AV_HWFRAME_TRANSFER_DIRECTION_FROM;
        check(ffi::av_hwframe_transfer_get_formats(frames, from, &mut formats, 0))?;
        let mut best = None;
        each_format(formats, |format| {
            if best.is_none() || format == own {
                best = Some(format);
            }
        });
        ffi::av_free(formats.cast());
        best.ok_or(ff::Error::InvalidData)
    }
}

/// Copies a picture from its device into a slot, with everything that is known about it. Does not allocate on the Rust heap,
/// but for a new pool.
pub(crate) fn download(frame: &ff::frame::Video, buffers: &Buffers) -> Result<ff::frame::Video, ff::Error> {
    let format = format_to_download(frame)?;
    let mut to = ff::frame::Video::empty();
    // SAFETY: both frames are valid. The slot has room for the surface, whose size may be larger than the picture's, as
    // FFmpeg's own downloads have it. Cropping moves the planes inside the slot.
    unsafe {
        let surface = (*(*frame.as_ptr()).hw_frames_ctx).data.cast::<ffi::AVHWFramesContext>();
        let (width, height) = ((*surface).width, (*surface).height);
        let counterpart = pixels::counterpart(format).ok_or(ff::Error::InvalidData)?;
        let layout = layout(counterpart.format, width, height).ok_or(ff::Error::InvalidData)?;
        let no_memory = ff::Error::Other { errno: ff::error::ENOMEM };
        let slot = buffers.slot_for_download(&layout).map_err(|_| no_memory)?;
        let raw = to.as_mut_ptr();
        fill(raw, slot).ok_or(no_memory)?;
        (*raw).format = ffi::AVPixelFormat::from(format) as c_int;
        ((*raw).width, (*raw).height) = (width, height);
        check(ffi::av_hwframe_transfer_data(raw, frame.as_ptr(), 0))?;
        check(ffi::av_frame_copy_props(raw, frame.as_ptr()))?;
        ((*raw).width, (*raw).height) = ((*frame.as_ptr()).width, (*frame.as_ptr()).height);
        check(ffi::av_frame_apply_cropping(raw, ffi::AV_FRAME_CROP_UNALIGNED as c_int))?;
        (*raw).opaque = ptr::from_ref(buffers).cast_mut().cast();
    }
    Ok(to)
}

fn layout(format: PixelFormat, width: c_int, height: c_int) -> Option<FrameLayout> {
    FrameLayout::aligned(format, u32::try_from(width).ok()?, u32::try_from(height).ok()?).ok()
}

/// A name as C has it; `None` if there is a zero in it.
pub(crate) fn c_name(name: &str) -> Option<CString> {
    CString::new(name).ok()
}
