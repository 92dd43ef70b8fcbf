//! Where trials take their sizes, formats and pixels from: a seed, or a fuzzer's bytes. Small decisions eat given bytes
//! while there are any, so that a fuzzer can steer them; all else comes from the xorshift64* generator (Vigna, "An
//! experimental exploration of Marsaglia's xorshift generators, scrambled", 2016). The same input gives the same choices on
//! every machine.

use millpond_core::video::resize::{Crop, Span};
use millpond_core::video::{ChromaSiting, Color, MAX_SIDE, Matrix, PixelFormat, Range, Siting};
use millpond_core::{Rational, simd::Level};

/// A source of decisions.
#[derive(Debug)]
pub struct Choices<'a> {
    given: &'a [u8],
    state: u64,
}

impl Choices<'_> {
    /// The same seed makes the same choices.
    pub fn seeded(seed: u64) -> Choices<'static> {
        Choices { given: &[], state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 }
    }
}

impl<'a> Choices<'a> {
    /// Decisions from a fuzzer's bytes, pixels and what is beyond them from a generator that they seed.
    pub fn given(bytes: &'a [u8]) -> Choices<'a> {
        let fold = |state: u64, &byte: &u8| (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        Choices { given: bytes, state: bytes.iter().fold(0xCBF2_9CE4_8422_2325, fold) | 1 }
    }

    fn next(&mut self) -> u32 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        let bytes = if limit <= 256 { 1 } else { 4 };
        let number = match self.given.split_at_checked(bytes) {
            Some((now, later)) => {
                self.given = later;
                now.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
            }
            None => self.next(),
        };
        number % limit
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }

    /// A side of 1 to 67 pixels, now and then longer than any block or vector. Miri's are short.
    pub fn side(&mut self) -> u32 {
        match cfg!(miri) {
            true => 1 + self.below(20),
            false if self.once_in(12) => 500 + self.below(700),
            false => 1 + self.below(67),
        }
    }

    /// The other side of a picture whose first side may be long.
    pub fn short_side(&mut self) -> u32 {
        1 + self.below(if cfg!(miri) { 6 } else { 24 })
    }

    /// Any number that a caller might give for a side: also 0, and what is too large.
    pub fn any_side(&mut self) -> u32 {
        match self.below(8) {
            0 => 0,
            // Planning for the largest side takes Miri minutes.
            1 => self.pick(&[if cfg!(miri) { 0 } else { MAX_SIDE }, MAX_SIDE + 1, 1 << 31, u32::MAX]),
            _ => 1 + self.below(40),
        }
    }

    /// A position near the origin, now and then far away.
    pub fn any_position(&mut self) -> i32 {
        match self.once_in(8) {
            true => self.pick(&[i32::MIN, -40_000, 40_000, i32::MAX]),
            false => self.below(80) as i32 - 40,
        }
    }

    /// Any pixel format.
    pub fn format(&mut self) -> PixelFormat {
        self.pick(&PixelFormat::ALL)
    }

    /// Any matrix and range.
    pub fn color(&mut self) -> Color {
        let matrix = self.pick(&[Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020]);
        Color { matrix, range: self.pick(&[Range::Limited, Range::Full]) }
    }

    /// Any siting.
    pub fn siting(&mut self) -> ChromaSiting {
        let sitings = [Siting::First, Siting::Middle, Siting::Second];
        ChromaSiting { horizontal: self.pick(&sitings), vertical: self.pick(&sitings) }
    }

    /// The whole of a picture, or a part of it in tenths of pixels.
    pub fn crop(&mut self, (width, height): (u32, u32)) -> Crop {
        if !self.once_in(3) {
            return Crop::whole(width, height);
        }
        let mut span = |side: u32| {
            let start = self.below(side * 10);
            let length = 1 + self.below(side * 10 - start);
            Span { start: Rational::new(start.into(), 10), length: Rational::new(length.into(), 10) }
        };
        Crop { x: span(width), y: span(height) }
    }

    /// A crop that may be anything, fractions that cannot be computed with included.
    pub fn any_crop(&mut self, size: (u32, u32)) -> Crop {
        if !self.once_in(3) {
            return self.crop((size.0.clamp(1, MAX_SIDE), size.1.clamp(1, MAX_SIDE)));
        }
        let parts = [0, 1, -1, 7, 10, 1_000_000_000, i128::MAX, i128::MIN];
        let mut fraction = || Rational::new_raw(self.pick(&parts), self.pick(&parts));
        let mut span = || Span { start: fraction(), length: fraction() };
        Crop { x: span(), y: span() }
    }

    /// A level of this machine.
    pub fn level(&mut self) -> Level {
        let count = Level::available().count() as u32;
        Level::available().nth(self.below(count) as usize).unwrap_or(Level::SCALAR)
    }

    /// Bytes of every value, with runs of 0 and 255, because alpha and limits are where kernels go wrong.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len + 64);
        while bytes.len() < len {
            let choice = self.next();
            let run = 1 + (choice >> 8) as usize % 40;
            match choice % 8 {
                0 => bytes.extend(std::iter::repeat_n(0, run)),
                1 => bytes.extend(std::iter::repeat_n(255, run)),
                _ => bytes.extend((0..run).map(|_| self.next() as u8)),
            }
        }
        bytes.truncate(len);
        bytes
    }

    /// Numbers from −1 to 1.
    pub fn floats(&mut self, len: usize) -> Vec<f32> {
        // 24 bits are exact in an f32.
        (0..len).map(|_| (self.next() >> 8) as f32 / (1 << 23) as f32 - 1.0).collect()
    }
}
