//! Pictures whose planes start anywhere and whose rows have gaps: what decoders and callers hand out.

use millpond_core::video::{FrameLayout, FrameView, FrameViewMut, PixelFormat};

use crate::Choices;

/// Planes with starts and strides of their own, full of noise.
#[derive(Clone, Debug)]
pub struct Picture {
    layout: FrameLayout,
    planes: Vec<Loose>,
}

#[derive(Clone, Debug)]
struct Loose {
    memory: Vec<u8>,
    start: usize,
    stride: usize,
}

impl Picture {
    /// A picture of noise. What lies outside its rows is noise too.
    ///
    /// # Panics
    /// For a size that no picture can have.
    pub fn new(choices: &mut Choices<'_>, format: PixelFormat, (width, height): (u32, u32)) -> Picture {
        let layout = FrameLayout::packed(format, width, height).unwrap_or_else(|e| panic!("{width}x{height}: {e}"));
        let plane = |at: &millpond_core::video::PlaneLayout| {
            let (start, gap) = (choices.below(40) as usize, choices.below(40) as usize);
            let stride = at.row_bytes + gap;
            Loose { memory: choices.bytes(start + stride * (at.rows - 1) + at.row_bytes), start, stride }
        };
        Picture { planes: layout.planes().iter().map(plane).collect(), layout }
    }

    /// A picture of any format and small size, or of this kind.
    pub fn perhaps(choices: &mut Choices<'_>, format: PixelFormat, (width, height): (u32, u32)) -> Picture {
        let is_small = (1..=64).contains(&width) && (1..=64).contains(&height);
        match is_small && !choices.once_in(4) {
            true => Picture::new(choices, format, (width, height)),
            false => {
                let (format, size) = (choices.format(), (1 + choices.below(40), 1 + choices.below(40)));
                Picture::new(choices, format, size)
            }
        }
    }

    /// Width and height.
    pub fn size(&self) -> (u32, u32) {
        (self.layout.width(), self.layout.height())
    }

    /// Pixel format.
    pub fn format(&self) -> PixelFormat {
        self.layout.format()
    }

    /// To read. Does not allocate.
    ///
    /// # Panics
    /// Never: the planes are long enough.
    pub fn view(&self) -> FrameView<'_> {
        let mut planes = [(&[][..], 0); 4];
        for (plane, loose) in planes.iter_mut().zip(&self.planes) {
            *plane = (&loose.memory[loose.start..], loose.stride);
        }
        let ((width, height), count) = (self.size(), self.planes.len());
        FrameView::from_planes(self.format(), width, height, &planes[..count]).unwrap_or_else(|e| panic!("{e}"))
    }

    /// To write. Does not allocate.
    ///
    /// # Panics
    /// Never: the planes are long enough.
    pub fn view_mut(&mut self) -> FrameViewMut<'_> {
        let (format, (width, height)) = (self.format(), self.size());
        let view = match &mut self.planes[..] {
            [a] => FrameViewMut::from_planes(format, width, height, [a.open()]),
            [a, b] => FrameViewMut::from_planes(format, width, height, [a.open(), b.open()]),
            [a, b, c] => FrameViewMut::from_planes(format, width, height, [a.open(), b.open(), c.open()]),
            [a, b, c, d] => FrameViewMut::from_planes(format, width, height, [a.open(), b.open(), c.open(), d.open()]),
            _ => unreachable!("formats have one to four planes"),
        };
        view.unwrap_or_else(|e| panic!("{e}"))
    }

    /// All memory, plane by plane.
    pub fn memory(&self) -> impl Iterator<Item = &[u8]> {
        self.planes.iter().map(|plane| &plane.memory[..])
    }

    /// The bytes of no row.
    pub fn outside(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (at, Loose { memory, start, stride }) in self.layout.planes().iter().zip(&self.planes) {
            let inside = |index: usize| index >= *start && (index - start) % stride < at.row_bytes;
            out.extend(memory.iter().enumerate().filter(|&(index, _)| !inside(index)).map(|(_, &byte)| byte));
        }
        out
    }
}

impl Loose {
    fn open(&mut self) -> (&mut [u8], usize) {
        (&mut self.memory[self.start..], self.stride)
    }
}
