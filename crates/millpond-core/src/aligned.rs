//! Zeroed memory that starts on a cache line, as pictures, samples and tensors want it.

use bytemuck::{AnyBitPattern, NoUninit, Pod, Zeroable};

/// Bytes of a cache line.
pub(crate) const ALIGN: usize = size_of::<Line>();

/// A cache line: buffers are made of these, so that every buffer starts on one.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Memory of a fixed number of bytes: one allocation, aligned to 64 bytes, zeroed when made.
pub(crate) struct AlignedBytes {
    lines: Vec<Line>,
    length: usize,
}

impl AlignedBytes {
    /// Allocates.
    pub(crate) fn zeroed(length: usize) -> AlignedBytes {
        AlignedBytes { lines: vec![Line::zeroed(); length.div_ceil(size_of::<Line>())], length }
    }

    /// As elements of a type that divides a cache line.
    pub(crate) fn as_slice<T: AnyBitPattern>(&self) -> &[T] {
        &bytemuck::cast_slice(&self.lines)[..self.length / size_of::<T>()]
    }

    /// As elements of a type that divides a cache line.
    pub(crate) fn as_mut_slice<T: AnyBitPattern + NoUninit>(&mut self) -> &mut [T] {
        &mut bytemuck::cast_slice_mut(&mut self.lines)[..self.length / size_of::<T>()]
    }

    /// Overwrites everything with zeros, also if nobody reads it again.
    pub(crate) fn zero(&mut self) {
        self.lines.fill(Line::zeroed());
        std::hint::black_box(self.lines.as_mut_slice());
    }

    /// Bytes of memory that it takes.
    pub(crate) fn allocated(&self) -> usize {
        size_of_val(&*self.lines)
    }
}
