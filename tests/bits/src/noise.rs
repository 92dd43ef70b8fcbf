//! Input that looks random and is the same everywhere: the xorshift64* generator (Vigna, "An experimental exploration of
//! Marsaglia's xorshift generators, scrambled", 2016).

/// A generator with its seed.
pub struct Noise(u64);

impl Noise {
    /// The same seed gives the same numbers on every machine.
    pub fn new(seed: u64) -> Noise {
        Noise(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next 32 bits.
    pub fn next_u32(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32
    }

    /// A number from −1 to 1.
    pub fn next_f32(&mut self) -> f32 {
        // 24 bits are exact in an f32.
        (self.next_u32() >> 8) as f32 / (1 << 23) as f32 - 1.0
    }

    /// Bytes of every value; runs of 0 and 255 among them, because alpha and limits are where kernels go wrong.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len + 64);
        while bytes.len() < len {
            let choice = self.next_u32();
            let run = 1 + (choice >> 8) as usize % 40;
            match choice % 8 {
                0 => bytes.extend(std::iter::repeat_n(0, run)),
                1 => bytes.extend(std::iter::repeat_n(255, run)),
                _ => bytes.extend((0..run).map(|_| self.next_u32() as u8)),
            }
        }
        bytes.truncate(len);
        bytes
    }
}
