//! The entropy-coded bytes: bits collect in 64, highest first, and every byte 0xFF is followed by a zero (T.81, B.1.1.5).

use super::headers::END;

/// Writes bits to the front of a buffer, which must be long enough.
pub(super) struct BitWriter<'a> {
    out: &'a mut [u8],
    len: usize,
    /// The lowest `64 - free` bits count.
    bits: u64,
    free: u32,
}

impl<'a> BitWriter<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> BitWriter<'a> {
        BitWriter { out, len: 0, bits: 0, free: 64 }
    }

    /// Appends the lowest `count` bits of `bits`, at most 32; higher ones are zero.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u32, count: u32) {
        let bits = u64::from(bits);
        if count <= self.free {
            self.bits = self.bits << (count & 63) | bits;
            self.free -= count;
        } else {
            let over = count - self.free;
            // `free` is below 32 here. What was written already leaves at the top with the next shifts.
            self.write(self.bits << self.free | bits >> over, 8);
            self.bits = bits;
            self.free = 64 - over;
        }
    }

    /// Writes the highest `count` bytes.
    #[inline(always)]
    fn write(&mut self, bits: u64, count: usize) {
        let bytes = bits.to_be_bytes();
        // A byte 0xFF has its highest bit set, and loses it when one is added. A carry from below may raise a false
        // alarm, never hide one.
        if count == 8 && bits & !bits.wrapping_add(0x0101_0101_0101_0101) & 0x8080_8080_8080_8080 == 0 {
            self.out[self.len..self.len + 8].copy_from_slice(&bytes);
            self.len += 8;
        } else {
            self.stuff(&bytes[..count]);
        }
    }

    #[cold]
    fn stuff(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.out[self.len] = byte;
            self.len += 1;
            if byte == 0xff {
                self.out[self.len] = 0;
                self.len += 1;
            }
        }
    }

    /// Fills the last byte with ones, as the end of a restart interval wants it.
    pub(super) fn align(&mut self) {
        let used = 64 - self.free;
        let padding = used.wrapping_neg() % 8;
        let bits = u128::from(self.bits) << padding | ((1 << padding) - 1);
        let bytes = (used + padding) / 8;
        if bytes > 0 {
            self.write((bits << (64 - 8 * bytes)) as u64, bytes as usize);
        }
        (self.bits, self.free) = (0, 64);
    }

    /// Appends a marker; the bits must be aligned.
    pub(super) fn marker(&mut self, code: u8) {
        self.out[self.len..self.len + 2].copy_from_slice(&[0xff, code]);
        self.len += 2;
    }

    /// Writes what is left and the marker that ends the image; returns the bytes written in all.
    pub(super) fn end(mut self) -> usize {
        self.align();
        self.out[self.len..self.len + END.len()].copy_from_slice(&END);
        self.len + END.len()
    }

    /// Writes what is left and returns the bytes written so far.
    pub(super) fn len(&mut self) -> usize {
        self.align();
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_out_in_order_and_0xff_is_stuffed() {
        let mut state = 9u64;
        for case in 0..500 {
            let (mut out, mut expected) = (vec![0; 4000], String::new());
            let mut writer = BitWriter::new(&mut out);
            for _ in 0..case {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let count = 1 + (state >> 40) as u32 % 32;
                // Every other case is mostly ones.
                let bits = ((state >> 32) as u32 | if case % 2 == 0 { 0xfff0_ffff } else { 0 }) >> (32 - count);
                writer.put(bits, count);
                expected.push_str(&format!("{bits:0width$b}", width = count as usize));
            }
            while expected.len() % 8 != 0 {
                expected.push('1');
            }
            let len = writer.len();
            let mut bytes = Vec::new();
            for start in (0..expected.len()).step_by(8) {
                let byte = u8::from_str_radix(&expected[start..start + 8], 2).unwrap();
                bytes.push(byte);
                if byte == 0xff {
                    bytes.push(0);
                }
            }
            assert_eq!(out[..len], bytes, "case {case}");
        }
    }
}
