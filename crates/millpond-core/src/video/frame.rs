//! A picture that owns its memory, and the pool of such pictures.

use super::color::ColorDescription;
use super::format::{FrameLayout, STRIDE_ALIGN};
use super::view::{FrameView, FrameViewMut};
use crate::Error;
use crate::pool::{Pool, PoolConfig, Recycle, Reset};

/// A picture in memory of its own: one allocation, aligned to 64 bytes, zeroed when made.
pub struct Frame {
    layout: FrameLayout,
    color: ColorDescription,
    /// The picture and what stands before its first cache line.
    memory: Box<[u8]>,
    start: usize,
}

impl Frame {
    /// Allocates a picture whose colours are unspecified. This is the only call on it that allocates.
    pub fn new(layout: FrameLayout) -> Frame {
        // Zeroed bytes come from the system as pages that take no memory before they are written.
        let memory = vec![0; layout.size() + STRIDE_ALIGN - 1].into_boxed_slice();
        let start = memory.as_ptr().align_offset(STRIDE_ALIGN).min(STRIDE_ALIGN - 1);
        Frame { layout, color: ColorDescription::default(), memory, start }
    }

    /// Where its planes lie.
    pub fn layout(&self) -> &FrameLayout {
        &self.layout
    }

    /// What its numbers mean, as far as whoever filled it has told. Kernels do not look here: they are told by their
    /// plans.
    pub fn color(&self) -> ColorDescription {
        self.color
    }

    /// Says what its numbers mean. A frame of a pool keeps this until it is said anew.
    pub fn set_color(&mut self, color: ColorDescription) {
        self.color = color;
    }

    /// Whether it holds pictures of this layout's format and size. Strides may differ.
    pub fn matches(&self, layout: &FrameLayout) -> bool {
        self.layout.kind() == layout.kind()
    }

    /// Copies pixels and colour description of a frame of the same format and size; strides may differ.
    ///
    /// # Errors
    /// [`Error::Mismatch`]; nothing is written then.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn copy_from(&mut self, source: &Frame) -> Result<(), Error> {
        self.view_mut().copy_from(&source.view())?;
        self.color = source.color;
        Ok(())
    }

    /// The whole buffer, padding included.
    pub fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.layout.size()]
    }

    /// The whole buffer, padding included.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.layout.size()]
    }

    /// The picture to read.
    pub fn view(&self) -> FrameView<'_> {
        FrameView::new(&self.layout, self.bytes()).expect("a frame is as long as its layout")
    }

    /// The picture to write.
    pub fn view_mut(&mut self) -> FrameViewMut<'_> {
        let layout = self.layout;
        FrameViewMut::new(&layout, self.bytes_mut()).expect("a frame is as long as its layout")
    }
}

impl core::fmt::Debug for Frame {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Frame").field("layout", &self.layout).field("color", &self.color).finish_non_exhaustive()
    }
}

/// A [`Pool`] of frames of one layout.
pub type FramePool = Pool<Frame>;

impl FramePool {
    /// A pool of frames of this layout. A frame that comes back keeps its old pixels, unless `config.reset` says
    /// otherwise. Allocates.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if the configuration makes no sense.
    pub fn frames(layout: FrameLayout, config: PoolConfig) -> Result<FramePool, Error> {
        Pool::new(config, move || Frame::new(layout))
    }
}

impl Frame {
    /// Bytes that a frame of this layout takes, without the few that align its start.
    pub(crate) fn bytes_of(layout: &FrameLayout) -> usize {
        layout.size().next_multiple_of(STRIDE_ALIGN)
    }
}

impl Recycle for Frame {
    fn recycle(&mut self, reset: Reset) {
        if reset == Reset::Zero {
            self.memory.fill(0);
            std::hint::black_box(&mut *self.memory);
        }
    }

    fn bytes(&self) -> usize {
        Frame::bytes_of(&self.layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::PixelFormat;

    #[test]
    fn frames_start_on_cache_lines_and_copy_by_rows() {
        let mut wide = Frame::new(FrameLayout::aligned(PixelFormat::I420, 5, 3).unwrap());
        assert_eq!(wide.bytes().as_ptr() as usize % 64, 0);
        let mut packed = Frame::new(FrameLayout::packed(PixelFormat::I420, 5, 3).unwrap());
        for (value, byte) in packed.bytes_mut().iter_mut().enumerate() {
            *byte = value as u8;
        }
        wide.view_mut().copy_from(&packed.view()).unwrap();
        let rows: Vec<u8> = wide.view().rows().flatten().copied().collect();
        assert_eq!(rows, packed.bytes());
    }

    #[test]
    fn copying_another_size_is_refused() {
        let mut a = Frame::new(FrameLayout::aligned(PixelFormat::I420, 4, 4).unwrap());
        let b = Frame::new(FrameLayout::aligned(PixelFormat::I420, 4, 6).unwrap());
        assert_eq!(a.view_mut().copy_from(&b.view()).unwrap_err().code(), "E_MISMATCH");
    }
}
