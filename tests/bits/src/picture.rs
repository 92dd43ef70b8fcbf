//! Pictures full of noise.

use millpond_core::video::{Frame, FrameLayout, PixelFormat};

use crate::Noise;

/// A frame of seeded noise; its padding is noise too.
///
/// # Panics
/// For a size that no frame can have.
pub fn picture(format: PixelFormat, width: u32, height: u32, seed: u64) -> Frame {
    let layout = FrameLayout::aligned(format, width, height).unwrap_or_else(|e| panic!("{width}x{height}: {e}"));
    let mut frame = Frame::new(layout);
    let bytes = frame.bytes_mut();
    let noise = Noise::new(seed).bytes(bytes.len());
    bytes.copy_from_slice(&noise);
    frame
}
