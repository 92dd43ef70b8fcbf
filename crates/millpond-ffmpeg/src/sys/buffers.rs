//! `AVCodecContext.get_buffer2`: decoders write straight into slots of our pools.
//!
//! A slot has the layout of the coded picture: the size that `avcodec_align_dimensions2` asks for, widened until every
//! row is a multiple of 64 bytes, as `libavcodec/get_buffer.c` does it, with [`FrameLayout::aligned`]'s padding behind
//! each plane. FFmpeg counts its references to the slot; when the last one goes, on whatever thread, the slot goes back
//! to its pool. Slots outlive decoder and pool handle alike.
//!
//! A pool has as many slots as can be out at once: reference frames, the one that is written, one for each further
//! thread, and those that the caller holds; they take memory only once they were written. What happens if all are out
//! nevertheless is up to the pool's policy. Pictures whose size or format differ from those before come from a pool of
//! their own; the old one drains.

use super::hw::Wish;
use crate::pixels;
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use millpond_core::memory;
use millpond_core::pool::{Exhausted, PoolConfig, PoolSet, PoolStats, Pooled};
use millpond_core::video::{Frame, FrameLayout, STRIDE_ALIGN};
use std::ffi::{c_int, c_void};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the pictures of one decoder lie.
pub(crate) struct Buffers {
    slots: Arc<PoolSet>,
    /// Other decoders use the slots too.
    is_shared: bool,
    /// Why there was no slot in memory that is shared.
    refusal: Mutex<Option<millpond_core::Error>>,
    /// The layout of the last slot.
    current: Mutex<Option<FrameLayout>>,
    in_place: AtomicU64,
    copies: AtomicU64,
    downloads: AtomicU64,
    /// Where to decode, for the decoder's other callback.
    pub(super) wish: Wish,
    /// The most pixels of a picture, before cropping.
    max_pixels: u64,
    /// Pixels of the last picture that had more; 0 if there was none.
    refused: AtomicU64,
}

/// What happened to the pictures of a decoder.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Slots that the codec wrote into.
    pub(crate) in_place: u64,
    /// Pictures that were copied into one.
    pub(crate) copies: u64,
    /// Pictures that were copied into one from a device.
    pub(crate) downloads: u64,
}

impl Buffers {
    /// No slots yet: they are made when the first picture's layout is known.
    pub(crate) fn new(
        codec: ff::codec::Id,
        threads: usize,
        held: usize,
        when_empty: Exhausted,
        max_pixels: u64,
        shared: Option<&Arc<PoolSet>>,
    ) -> Result<Buffers, millpond_core::Error> {
        let capacity = reference_frames(codec) + 1 + threads + held;
        let own = || PoolSet::new(PoolConfig::fixed(capacity).exhausted(when_empty), usize::MAX).map(Arc::new);
        Ok(Buffers {
            slots: shared.map_or_else(own, |shared| Ok(Arc::clone(shared)))?,
            is_shared: shared.is_some(),
            refusal: Mutex::default(),
            current: Mutex::default(),
            in_place: AtomicU64::new(0),
            copies: AtomicU64::new(0),
            downloads: AtomicU64::new(0),
            wish: Wish::nothing(),
            max_pixels,
            refused: AtomicU64::new(0),
        })
    }

    /// A slot to copy a picture of this layout into.
    pub(crate) fn slot_for_copy(&self, layout: &FrameLayout) -> Result<Pooled<Frame>, millpond_core::Error> {
        let slot = self.acquire(layout)?;
        self.copies.fetch_add(1, Ordering::Relaxed);
        Ok(slot)
    }

    /// A slot to copy a picture from a device into.
    pub(super) fn slot_for_download(&self, layout: &FrameLayout) -> Result<Pooled<Frame>, millpond_core::Error> {
        let slot = self.acquire(layout)?;
        self.downloads.fetch_add(1, Ordering::Relaxed);
        Ok(slot)
    }

    /// Where the decoder is to decode, as far as it can.
    pub(crate) fn wish(&self) -> &Wish {
        &self.wish
    }

    /// What happened so far.
    pub(crate) fn counts(&self) -> Counts {
        let now = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counts { in_place: now(&self.in_place), copies: now(&self.copies), downloads: now(&self.downloads) }
    }

    /// Pixels of a picture that was refused because it has too many, told once.
    pub(crate) fn take_refused(&self) -> Option<u64> {
        Some(self.refused.swap(0, Ordering::Relaxed)).filter(|pixels| *pixels > 0)
    }

    /// The figures of all slots.
    pub(crate) fn pool_stats(&self) -> PoolStats {
        self.slots.stats()
    }

    /// Frees the slots; those that are out are freed when they come back.
    pub(crate) fn close(&self) {
        if !self.is_shared {
            memory::opening(|| drop(self.slots.close()));
        }
    }

    /// Why the memory that is shared had no slot, once.
    pub(crate) fn take_refusal(&self) -> Option<millpond_core::Error> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn acquire(&self, layout: &FrameLayout) -> Result<Pooled<Frame>, millpond_core::Error> {
        if self.is_shared {
            // What is allocated here is more slots, because more decoders use them.
            return memory::opening(|| self.slots.acquire(layout)).inspect_err(|error| {
                *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
            });
        }
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = current.filter(|last| last != layout) {
            memory::opening(|| self.slots.retire(&last));
        }
        *current = Some(*layout);
        drop(current);
        self.slots.acquire(layout)
    }
}

/// The most pictures that a codec keeps to predict from or to reorder, as its specification says.
fn reference_frames(codec: ff::codec::Id) -> usize {
    match codec {
        // 16 in the decoded picture buffer. FFmpeg keeps one more while it waits to show the first.
        ff::codec::Id::H264 | ff::codec::Id::HEVC => 17,
        ff::codec::Id::VP9 | ff::codec::Id::AV1 => 8,
        _ => 4,
    }
}

/// The layout of a slot for what the codec is about to write; `None` if it has no counterpart here.
///
/// # Safety
/// Both pointers are those of a `get_buffer2` call.
unsafe fn slot_layout(context: *mut ffi::AVCodecContext, frame: *mut ffi::AVFrame) -> Option<FrameLayout> {
    // SAFETY: by the caller's promise both are valid; the wrapper does not free the frame.
    let (format, width, height) = unsafe {
        let frame = ManuallyDrop::new(ff::frame::Video::wrap(frame));
        (frame.format(), (*frame.as_ptr()).width, (*frame.as_ptr()).height)
    };
    let format = pixels::counterpart(format).filter(pixels::Counterpart::is_same_bytes)?.format;
    let (mut width, mut height) = (width, height);
    let mut aligns = [0 as c_int; ffi::AV_NUM_DATA_POINTERS as usize];
    // SAFETY: the function writes both sides and AV_NUM_DATA_POINTERS alignments.
    unsafe { ffi::avcodec_align_dimensions2(context, &mut width, &mut height, aligns.as_mut_ptr()) };
    let height = u32::try_from(height).ok()?;
    let mut width = u32::try_from(width).ok()?;
    loop {
        let layout = FrameLayout::aligned(format, width, height).ok()?;
        let is_aligned = |(index, plane): (usize, &millpond_core::video::PlaneLayout)| {
            let align = aligns.get(index).and_then(|align| usize::try_from(*align).ok()).unwrap_or(0);
            plane.row_bytes.is_multiple_of(STRIDE_ALIGN) && plane.row_bytes.is_multiple_of(align.max(1))
        };
        if layout.planes().iter().enumerate().all(is_aligned) {
            return Some(layout);
        }
        width += width & width.wrapping_neg();
    }
}

/// The callback. Frame threads call it with copies of the context, all of which have the same `opaque`.
pub(super) unsafe extern "C" fn get_buffer(
    context: *mut ffi::AVCodecContext,
    frame: *mut ffi::AVFrame,
    flags: c_int,
) -> c_int {
    // SAFETY: FFmpeg calls this with a valid context and frame; `opaque` points to the buffers of the decoder that owns
    // the context, which live longer than it.
    unsafe {
        let buffers = &*((*context).opaque as *const Buffers);
        let side = |side: c_int| u64::try_from(side).unwrap_or(0);
        let pixels = side((*frame).width) * side((*frame).height);
        if pixels > buffers.max_pixels {
            buffers.refused.store(pixels, Ordering::Relaxed);
            return ffi::AVERROR(ffi::EINVAL);
        }
        let codec = (*context).codec;
        let is_direct = !codec.is_null() && (*codec).capabilities & ffi::AV_CODEC_CAP_DR1 as c_int != 0;
        let layout = if is_direct && (*context).hw_frames_ctx.is_null() { slot_layout(context, frame) } else { None };
        let Some(layout) = layout else { return ffi::avcodec_default_get_buffer2(context, frame, flags) };
        let Ok(slot) = buffers.acquire(&layout) else { return ffi::AVERROR(ffi::ENOMEM) };
        if fill(frame, slot).is_none() {
            return ffi::AVERROR(ffi::ENOMEM);
        }
        buffers.in_place.fetch_add(1, Ordering::Relaxed);
        #[cfg(test)]
        tests::note_thread();
        // So that a picture can be told to lie in a slot; references to it carry the mark.
        (*frame).opaque = (*context).opaque;
        0
    }
}

/// Makes a frame refer to a slot, for writing.
///
/// # Safety
/// The frame is valid and has no buffers.
pub(super) unsafe fn fill(frame: *mut ffi::AVFrame, mut slot: Pooled<Frame>) -> Option<()> {
    let layout = *slot.layout();
    let data = slot.bytes_mut().as_mut_ptr();
    let opaque = slot.into_raw();
    // SAFETY: the slot belongs to the buffer until `give_back`; its planes lie inside it by the layout. A decoder's
    // frames have at most four planes here, so `data` itself serves as `extended_data`.
    unsafe {
        let buffer = ffi::av_buffer_create(data, layout.size() as _, Some(give_back), opaque, 0);
        if buffer.is_null() {
            give_back(opaque, data);
            return None;
        }
        (*frame).data = [std::ptr::null_mut(); 8];
        (*frame).linesize = [0; 8];
        (*frame).buf = [std::ptr::null_mut(); 8];
        (*frame).buf[0] = buffer;
        for (index, plane) in layout.planes().iter().enumerate() {
            (*frame).data[index] = data.add(plane.offset);
            (*frame).linesize[index] = plane.stride as c_int;
        }
        (*frame).extended_data = (*frame).data.as_mut_ptr();
    }
    Some(())
}

/// Runs when FFmpeg drops its last reference to a slot, on whatever thread that is.
unsafe extern "C" fn give_back(opaque: *mut c_void, _data: *mut u8) {
    // SAFETY: `fill` put a pointer of `into_raw` here, and FFmpeg calls this once.
    drop(unsafe { Pooled::<Frame>::from_raw(opaque) });
}

#[cfg(test)]
mod tests {
    use crate::{Access, Cancel, DecoderConfig, Demuxer, Flow, Packet, Place, VideoDecoder};
    use std::collections::HashSet;
    use std::process::Command;
    use std::sync::Mutex;
    use std::thread::{self, ThreadId};

    /// Threads that asked for a slot.
    static THREADS: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());

    pub(super) fn note_thread() {
        THREADS.lock().unwrap().push(thread::current().id());
    }

    /// Frame threads that may not call back have the caller's thread do it, one after the other, and codecs of key frames
    /// then decode one picture at a time (libavcodec/pthread_frame.c before FFmpeg 6).
    #[test]
    fn frame_threads_ask_for_slots_themselves() {
        let folder = tempfile::TempDir::new().unwrap();
        for (codec, name) in [("libx264", "clip.mp4"), ("utvideo", "clip.avi")] {
            let path = folder.path().join(name);
            let mut command = Command::new("ffmpeg");
            command.args("-v error -f lavfi -i testsrc2=s=64x48:d=1 -pix_fmt yuv420p -c:v".split(' ')).arg(codec);
            assert!(command.arg(&path).status().unwrap().success());
            let place = Place::file(&path).unwrap();
            let mut demuxer = Demuxer::open(&place, &Access::default(), &Cancel::new()).unwrap();
            let stream = demuxer.video().unwrap();
            let mut decoder = VideoDecoder::new(&stream, DecoderConfig { threads: 4, ..DecoderConfig::default() });
            decoder.open().unwrap();
            THREADS.lock().unwrap().clear();
            let (mut packet, mut picture) = (Packet::new(), None);
            while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
                assert_ne!(decoder.decode_into(&packet, &mut picture).unwrap(), Flow::Full);
            }
            while decoder.flush_into(&mut picture).unwrap() == Flow::Done {}
            let threads: HashSet<ThreadId> = THREADS.lock().unwrap().iter().copied().collect();
            assert!(!threads.contains(&thread::current().id()), "{codec}: the caller's thread makes the slots");
            assert_eq!(threads.len(), 4, "{codec}");
        }
    }
}
