//! What a kernel may do with a vector of bytes: the vocabulary in which kernels are written once for all levels.
//!
//! A [`Simd`] is a token. It can only be had from a [`Level`](super::Level), so holding one is the proof that its
//! instructions may run, and the methods are safe. Vectors are of [`BYTES`](Simd::BYTES) bytes and are made of lanes of
//! 16; "in its lane" says that an operation does not cross them, otherwise order is that of memory. Lanes of 16 bits are
//! little-endian pairs of bytes, whether they count as signed or not is the operation's business. Additions wrap
//! unless the name says otherwise.
//!
//! A level's file implements the methods with its instructions and gives the bytes that the words here say.

/// The operations of one instruction set.
pub(crate) trait Simd: Copy {
    /// Bytes in a vector: 16, 32 or 64.
    const BYTES: usize;
    /// A vector.
    type V: Copy;

    /// The first bytes of `from`.
    fn load(self, from: &[u8]) -> Self::V;
    /// To the first bytes of `to`.
    fn store(self, value: Self::V, to: &mut [u8]);
    /// The first `BYTES / 2` bytes of `from`, each as 16 bits.
    fn load_widened(self, from: &[u8]) -> Self::V;
    /// The first `BYTES / 4` bytes of `from`, each four times.
    fn load_spread(self, from: &[u8]) -> Self::V;
    /// The same 16 bytes in every lane.
    fn splat_lane(self, lane: [u8; 16]) -> Self::V;
    /// The same byte everywhere.
    fn splat(self, byte: u8) -> Self::V;
    /// The same 16 bits everywhere.
    fn splat_16(self, value: i16) -> Self::V;
    /// The same 32 bits everywhere.
    fn splat_32(self, value: i32) -> Self::V;

    /// Bitwise exclusive or.
    fn xor(self, a: Self::V, b: Self::V) -> Self::V;
    /// Bitwise and.
    fn and(self, a: Self::V, b: Self::V) -> Self::V;
    /// Byte `table[i]` of the same lane of `v`, or 0 where `table[i]` is 128.
    fn swizzle(self, v: Self::V, table: Self::V) -> Self::V;
    /// `a` where the highest bit of the byte of `mask` is 0, `b` where it is 1.
    fn select(self, mask: Self::V, a: Self::V, b: Self::V) -> Self::V;
    /// Bytes of the lower halves of the lanes of `a` and `b` in turn.
    fn low_bytes(self, a: Self::V, b: Self::V) -> Self::V;
    /// Bytes of the upper halves of the lanes of `a` and `b` in turn.
    fn high_bytes(self, a: Self::V, b: Self::V) -> Self::V;
    /// Pairs of bytes of the lower halves of the lanes, each twice.
    fn low_twice(self, v: Self::V) -> Self::V;
    /// Pairs of bytes of the upper halves of the lanes, each twice.
    fn high_twice(self, v: Self::V) -> Self::V;

    /// The lesser bytes.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// The greater bytes.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// Sums of bytes, at most 255.
    fn add_bytes(self, a: Self::V, b: Self::V) -> Self::V;
    /// Differences of bytes, at least 0.
    fn sub_bytes(self, a: Self::V, b: Self::V) -> Self::V;

    /// Sums of 16 bits.
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// Differences of 16 bits.
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// Sums of signed 16 bits, held at the ends of their range.
    fn add_clamped(self, a: Self::V, b: Self::V) -> Self::V;
    /// The lower 16 bits of products.
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// `(a·b + 2^14) >> 15` of signed 16 bits; not for −2^15 times itself.
    fn mul_q15(self, a: Self::V, b: Self::V) -> Self::V;
    /// 16 bits shifted up.
    fn shl<const BITS: i32>(self, v: Self::V) -> Self::V;
    /// 16 bits shifted down, zeros in front.
    fn shr<const BITS: i32>(self, v: Self::V) -> Self::V;
    /// Signed 16 bits to bytes, clamped: in its lane those of `low`, then those of `high`.
    fn narrow(self, low: Self::V, high: Self::V) -> Self::V;

    /// Signed 16 bits times signed 16 bits, neighbours added: 32 bits.
    fn dot(self, a: Self::V, b: Self::V) -> Self::V;
    /// Sums of 32 bits.
    fn add_32(self, a: Self::V, b: Self::V) -> Self::V;
    /// [`dot`](Self::dot) of `a` and `b` added to 32 bits.
    #[inline(always)]
    fn dot_add(self, sum: Self::V, a: Self::V, b: Self::V) -> Self::V {
        self.add_32(sum, self.dot(a, b))
    }
    /// 32 bits shifted down, the sign in front.
    fn sar_32<const BITS: i32>(self, v: Self::V) -> Self::V;
    /// Neighbouring groups of four bytes added as pairs of 16 bits: those of `a`, then those of `b`.
    fn add_neighbours(self, a: Self::V, b: Self::V) -> Self::V;
    /// Signed 32 bits to signed 16, clamped: in its lane those of `low`, then those of `high`.
    fn narrow_to_16(self, low: Self::V, high: Self::V) -> Self::V;
    /// Four vectors of signed 32 bits to one of bytes, clamped, in order.
    fn narrow_32(self, v: [Self::V; 4]) -> Self::V;
    /// The upper halves of four vectors of 32 bits to bytes, in order; for halves of 0 to 255.
    fn narrow_upper(self, v: [Self::V; 4]) -> Self::V;
    /// Groups of four bytes dealt out: the first to the first lane, the next to the next, and again from the first lane on.
    #[inline(always)]
    fn deal(self, v: Self::V) -> Self::V {
        const { assert!(Self::BYTES == 16, "one lane has all groups") };
        v
    }
    /// Bytes of the four vectors in turn, in order, to the first `4 · BYTES` of `to`; the vectors have been
    /// [dealt](Self::deal).
    fn store_interleaved(self, v: [Self::V; 4], to: &mut [u8]);

    /// The same pair of 16 bits everywhere.
    #[inline(always)]
    fn splat_pair(self, first: i16, second: i16) -> Self::V {
        self.splat_32(i32::from(first as u16) | i32::from(second) << 16)
    }

    /// The same pixel everywhere.
    #[inline(always)]
    fn splat_pixel(self, pixel: [u8; 4]) -> Self::V {
        self.splat_32(i32::from_le_bytes(pixel))
    }

    /// `(v + 127) / 255` of 16 bits up to 255 · 255, with `t = v + 128` as `(t + (t >> 8)) >> 8`.
    #[inline(always)]
    fn div_255(self, v: Self::V) -> Self::V {
        let t = self.add(v, self.splat_16(128));
        self.shr::<8>(self.add(t, self.shr::<8>(t)))
    }

    /// `(a·b + 127) / 255` of bytes.
    #[inline(always)]
    fn mul_255(self, a: Self::V, b: Self::V) -> Self::V {
        let zero = self.splat(0);
        let low = self.mul(self.low_bytes(a, zero), self.low_bytes(b, zero));
        let high = self.mul(self.high_bytes(a, zero), self.high_bytes(b, zero));
        self.narrow(self.div_255(low), self.div_255(high))
    }

    /// `(a·alpha + b·(255 − alpha) + 127) / 255` of bytes.
    #[inline(always)]
    fn mix(self, a: Self::V, b: Self::V, alpha: Self::V) -> Self::V {
        let zero = self.splat(0);
        self.narrow(
            self.mix_16(self.low_bytes(a, zero), self.low_bytes(b, zero), self.low_bytes(alpha, zero)),
            self.mix_16(self.high_bytes(a, zero), self.high_bytes(b, zero), self.high_bytes(alpha, zero)),
        )
    }

    /// The same of bytes as 16 bits, by `(a − b)·alpha + 255·b`: what wraps on the way is back in 16 bits at the end.
    #[inline(always)]
    fn mix_16(self, a: Self::V, b: Self::V, alpha: Self::V) -> Self::V {
        let b_255 = self.sub(self.shl::<8>(b), b);
        self.div_255(self.add(self.mul(self.sub(a, b), alpha), b_255))
    }
}
