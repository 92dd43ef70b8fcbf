//! The kernels on vectors of 16 bytes, written once for the instruction sets that have them.
//!
//! [`kernels!`] makes the kernels in a level's file, which brings the operations: `Vector`, and functions of the names used
//! here, all with that file's target feature. Operations on 16- and 32-bit numbers end in the width; `madd_16` multiplies
//! 16-bit numbers and adds neighbouring products, `pick` takes bytes by index and gives zero for 0x80, `pairs_32(a, b)` are
//! sums of neighbours of a, then of b.

macro_rules! kernels {
    ($isa:pat, $feature:literal) => {
        use crate::simd::Level;
        use crate::video::resize::kernel::scalar;
        use crate::video::resize::lanes::{BLOCK, Form, Lanes};

        /// Panics unless `level` proves that the machine has the instructions.
        fn proves(level: Level) {
            assert!(matches!(level.isa(), $isa), "not this file's level");
        }

        pub(super) fn horizontal(level: Level, lanes: &Lanes, shift: u32, row: &[u8], out: &mut [i16]) {
            proves(level);
            // SAFETY: `level` proves that the machine has the instructions.
            unsafe { horizontal_here(lanes, shift, row, out) }
        }

        pub(super) fn vertical(level: Level, rows: &[i16], width: usize, weights: &[i16], shift: u32, out: &mut [u8]) {
            proves(level);
            // SAFETY: `level` proves that the machine has the instructions.
            unsafe { vertical_here(rows, width, weights, shift, out) }
        }

        pub(super) fn vertical_straight(
            level: Level,
            rows: &[i16],
            width: usize,
            weights: &[i16],
            overshoots: bool,
            out: &mut [u8],
        ) {
            proves(level);
            // SAFETY: `level` proves that the machine has the instructions.
            unsafe { vertical_straight_here(rows, width, weights, overshoots, out) }
        }

        pub(super) fn premultiply(level: Level, pixels: &[u8], swap: bool, overshoots: bool, out: &mut [i16]) {
            proves(level);
            // SAFETY: `level` proves that the machine has the instructions.
            unsafe { premultiply_here(pixels, swap, overshoots, out) }
        }

        pub(super) fn halve(level: Level, channels: usize, upper: &[u8], lower: &[u8], out: &mut [u8]) {
            proves(level);
            // SAFETY: `level` proves that the machine has the instructions.
            unsafe { halve_here(channels, upper, lower, out) }
        }

        #[target_feature(enable = $feature)]
        #[allow(unused_unsafe)]
        unsafe fn horizontal_here(lanes: &Lanes, shift: u32, row: &[u8], out: &mut [i16]) {
            assert!(row.len() >= lanes.row_bytes, "a row as long as planned");
            let round = splat_32(1 << (shift - 1));
            let groups = lanes.bases.len() / 4;
            let per_block = if lanes.form == Form::Four { 2 } else { 8 };
            for (block, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate().take(groups * 4 / per_block) {
                let [low, high] = match lanes.form {
                    Form::Four => [0, 1].map(|lane| {
                        // SAFETY: there is such a lane, and the row is as long as its loads need.
                        unsafe { sums(lanes, 2 * block + lane, row) }
                    }),
                    Form::One => [0, 4].map(|half| {
                        // SAFETY: as above.
                        let [a, b, c, d] =
                            [0, 1, 2, 3].map(|lane| unsafe { sums(lanes, 8 * block + half + lane, row) });
                        pairs_32(pairs_32(a, b), pairs_32(c, d))
                    }),
                };
                let shifted = |sums| sra_32(add_32(sums, round), shift);
                // SAFETY: `out` has 16 bytes.
                unsafe { store(out.as_mut_ptr().cast(), pack_16(shifted(low), shifted(high))) }
            }
        }

        /// The sums of a lane.
        ///
        /// # Safety
        /// There is such a lane and the row is as long as the lanes say.
        #[inline]
        #[target_feature(enable = $feature)]
        unsafe fn sums(lanes: &Lanes, lane: usize, row: &[u8]) -> Vector {
            // SAFETY: a base and a shuffle and `steps` weights belong to a lane; its base and `steps` strides lie within a
            // row of `row_bytes`, 16 bytes before its end at the latest.
            unsafe {
                let start = row.as_ptr().add(*lanes.bases.get_unchecked(lane) as usize);
                let shuffle = load(lanes.shuffles.as_ptr().add(lane).cast());
                let mut weights = lanes.weights.as_ptr().add(lane / 4 * 4 * lanes.steps + lane % 4);
                let mut sums = splat_32(0);
                for step in 0..lanes.steps {
                    let samples = pick(load(start.add(step * lanes.stride)), shuffle);
                    sums = add_32(sums, madd_16(samples, load(weights.cast())));
                    weights = weights.wrapping_add(4);
                }
                sums
            }
        }

        /// Sums of 8 columns, four in each vector.
        ///
        /// # Safety
        /// `rows` has columns `x` to `x + 7` in as many rows of `width` as there are weights, an even number.
        #[inline]
        #[target_feature(enable = $feature)]
        #[allow(unused_unsafe)]
        unsafe fn columns(rows: &[i16], width: usize, weights: &[i16], x: usize, round: Vector) -> [Vector; 2] {
            let mut sums = [round; 2];
            for (pair, weights) in weights.as_chunks::<2>().0.iter().enumerate() {
                // SAFETY: see above.
                let upper = unsafe { load(rows.as_ptr().add(2 * pair * width + x).cast()) };
                // SAFETY: see above.
                let lower = unsafe { load(rows.as_ptr().add((2 * pair + 1) * width + x).cast()) };
                let weights = splat_32(i32::from(weights[0] as u16) | i32::from(weights[1]) << 16);
                sums = [
                    add_32(sums[0], madd_16(low_16(upper, lower), weights)),
                    add_32(sums[1], madd_16(high_16(upper, lower), weights)),
                ];
            }
            sums
        }

        /// Stores as many bytes as `out` has, 16 at most.
        #[inline]
        #[target_feature(enable = $feature)]
        #[allow(unused_unsafe)]
        unsafe fn store_some(out: &mut [u8], bytes: Vector) {
            if out.len() == 16 {
                // SAFETY: `out` has 16 bytes.
                unsafe { store(out.as_mut_ptr(), bytes) }
            } else {
                let mut all = [0u8; 16];
                // SAFETY: `all` has 16 bytes.
                unsafe { store(all.as_mut_ptr(), bytes) }
                out.copy_from_slice(&all[..out.len()]);
            }
        }

        #[target_feature(enable = $feature)]
        #[allow(unused_unsafe)]
        unsafe fn vertical_here(rows: &[i16], width: usize, weights: &[i16], shift: u32, out: &mut [u8]) {
            assert!(width.is_multiple_of(BLOCK) && weights.len().is_multiple_of(2), "whole blocks and pairs of rows");
            assert!(out.len() <= width && rows.len() >= width * weights.len(), "as many rows as weights");
            let round = splat_32(1 << (shift - 1));
            for (block, out) in out.chunks_mut(16).enumerate() {
                // SAFETY: a block that begins within `out` lies within `width`, and the rows are there.
                unsafe {
                    let [a, b] = columns(rows, width, weights, block * 16, round);
                    let [c, d] = columns(rows, width, weights, block * 16 + 8, round);
                    let first = pack_16(sra_32(a, shift), sra_32(b, shift));
                    let second = pack_16(sra_32(c, shift), sra_32(d, shift));
                    store_some(out, pack_u8(first, second));
                }
            }
        }

        #[target_feature(enable = $feature)]
        #[allow(unused_unsafe)]
        unsafe fn vertical_straight_here(
            rows: &[i16],
            width: usize,
            weights: &[i16],
            overshoots: bool,
            out: &mut [u8],
        ) {
            assert!(width.is_multiple_of(BLOCK) && weights.len().is_multiple_of(2), "whole blocks and pairs of rows");
            assert!(out.len() <= width && rows.len() >= width * weights.len(), "as many rows as weights");
            let round = splat_32(1 << 13);
            for (block, out) in out.chunks_mut(16).enumerate() {
                // SAFETY: a block that begins within `out` lies within `width`, and the rows are there.
                unsafe {
                    let [a, b] = columns(rows, width, weights, block * 16, round);
                    let [c, d] = columns(rows, width, weights, block * 16 + 8, round);
                    store_some(out, pack_u8(straight(a, b, overshoots), straight(c, d, overshoots)));
                }
            }
        }

        /// Two pixels as sums of products to 16-bit numbers of 0 to 255.
        #[inline]
        #[target_feature(enable = $feature)]
        #[allow(unused_unsafe)]
        unsafe fn straight(first: Vector, second: Vector, overshoots: bool) -> Vector {
            // Sums of overshooting filters are clamped to 16 bits, others are within.
            let clamped = pack_16(sra_32(first, 14), sra_32(second, 14));
            let offset = splat_32(if overshoots { 0 } else { 32768 });
            let zero = splat_32(0);
            let bytes: [u8; 16] = [12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15];
            let mask: [i32; 4] = [0, 0, 0, -1];
            // SAFETY: both have 16 bytes.
            let (alpha_bytes, alpha_mask) = unsafe { (load(bytes.as_ptr()), load(mask.as_ptr().cast())) };
            // Sign-extended by taking each number twice and shifting one away.
            let wide = [low_16(clamped, clamped), high_16(clamped, clamped)];
            let [low, high] = wide.map(|twice| {
                let sum = add_32(sra_32(twice, 16), offset);
                let values = and(sum, greater_32(sum, zero));
                let alpha = pick(values, alpha_bytes);
                let by_255 = sub_32(shl_32::<8>(values), values);
                let colour = add_32(by_255, sra_32(alpha, 1));
                let full = if overshoots { shl_32::<2>(values) } else { values };
                let numerator = select(alpha_mask, add_32(full, splat_32(127)), colour);
                let denominator = select(alpha_mask, splat_32(255), alpha);
                let quotient = min_32(divide(numerator, denominator), splat_32(255));
                // Nothing can be seen where alpha is zero.
                and(quotient, greater_32(alpha, zero))
            });
            pack_16(low, high)
        }

        #[target_feature(enable = $feature)]
        #[allow(unused_unsafe)]
        unsafe fn premultiply_here(pixels: &[u8], swap: bool, overshoots: bool, out: &mut [i16]) {
            const ZERO: u8 = 0x80;
            // Bytes of two pixels as 16-bit numbers, and their alpha beside colours.
            let orders: [[u8; 16]; 2] = if swap {
                [
                    [2, ZERO, 1, ZERO, 0, ZERO, 3, ZERO, 6, ZERO, 5, ZERO, 4, ZERO, 7, ZERO],
                    [10, ZERO, 9, ZERO, 8, ZERO, 11, ZERO, 14, ZERO, 13, ZERO, 12, ZERO, 15, ZERO],
                ]
            } else {
                [
                    [0, ZERO, 1, ZERO, 2, ZERO, 3, ZERO, 4, ZERO, 5, ZERO, 6, ZERO, 7, ZERO],
                    [8, ZERO, 9, ZERO, 10, ZERO, 11, ZERO, 12, ZERO, 13, ZERO, 14, ZERO, 15, ZERO],
                ]
            };
            let alphas: [[u8; 16]; 2] = [
                [3, ZERO, 3, ZERO, 3, ZERO, ZERO, ZERO, 7, ZERO, 7, ZERO, 7, ZERO, ZERO, ZERO],
                [11, ZERO, 11, ZERO, 11, ZERO, ZERO, ZERO, 15, ZERO, 15, ZERO, 15, ZERO, ZERO, ZERO],
            ];
            // Alpha itself is weighted by 255.
            let own: [u16; 8] = [0, 0, 0, 255, 0, 0, 0, 255];
            // SAFETY: all have 16 bytes.
            let (orders, alphas, own) = unsafe {
                (
                    [load(orders[0].as_ptr()), load(orders[1].as_ptr())],
                    [load(alphas[0].as_ptr()), load(alphas[1].as_ptr())],
                    load(own.as_ptr().cast()),
                )
            };
            let offset = splat_32(i32::from_ne_bytes([0, 0x80, 0, 0x80]));
            let (fours, rest) = pixels.as_chunks::<16>();
            let (out_fours, out_rest) = out.split_at_mut(fours.len() * 16);
            for (out, four) in out_fours.as_chunks_mut::<16>().0.iter_mut().zip(fours) {
                // SAFETY: `four` has 16 bytes and `out` 32.
                unsafe {
                    let four = load(four.as_ptr());
                    for half in 0..2 {
                        let factor = or(pick(four, alphas[half]), own);
                        let products = mul_16(pick(four, orders[half]), factor);
                        let products = if overshoots { shr_16::<2>(products) } else { xor(products, offset) };
                        store(out.as_mut_ptr().add(8 * half).cast(), products);
                    }
                }
            }
            scalar::premultiply(rest, swap, overshoots, out_rest);
        }

        #[target_feature(enable = $feature)]
        #[allow(unused_unsafe)]
        unsafe fn halve_here(channels: usize, upper: &[u8], lower: &[u8], out: &mut [u8]) {
            const ZERO: u8 = 0x80;
            // The samples of the first and of the second pixel of each pair, as 16-bit numbers.
            let orders: [[u8; 16]; 2] = match channels {
                1 => [
                    [0, ZERO, 2, ZERO, 4, ZERO, 6, ZERO, 8, ZERO, 10, ZERO, 12, ZERO, 14, ZERO],
                    [1, ZERO, 3, ZERO, 5, ZERO, 7, ZERO, 9, ZERO, 11, ZERO, 13, ZERO, 15, ZERO],
                ],
                2 => [
                    [0, ZERO, 1, ZERO, 4, ZERO, 5, ZERO, 8, ZERO, 9, ZERO, 12, ZERO, 13, ZERO],
                    [2, ZERO, 3, ZERO, 6, ZERO, 7, ZERO, 10, ZERO, 11, ZERO, 14, ZERO, 15, ZERO],
                ],
                _ => [
                    [0, ZERO, 1, ZERO, 2, ZERO, 3, ZERO, 8, ZERO, 9, ZERO, 10, ZERO, 11, ZERO],
                    [4, ZERO, 5, ZERO, 6, ZERO, 7, ZERO, 12, ZERO, 13, ZERO, 14, ZERO, 15, ZERO],
                ],
            };
            // SAFETY: both have 16 bytes.
            let orders = unsafe { [load(orders[0].as_ptr()), load(orders[1].as_ptr())] };
            let two = splat_32(2 | 2 << 16);
            let blocks = upper.as_chunks::<32>().0.iter().zip(lower.as_chunks::<32>().0);
            let mut done = 0;
            for (out, (upper, lower)) in out.as_chunks_mut::<16>().0.iter_mut().zip(blocks) {
                // SAFETY: the rows of a block have 32 bytes, `out` has 16.
                unsafe {
                    let [first, second] = [0, 16].map(|at| {
                        let sums = [upper, lower].map(|row| {
                            let samples = load(row.as_ptr().add(at));
                            add_16(pick(samples, orders[0]), pick(samples, orders[1]))
                        });
                        shr_16::<2>(add_16(add_16(sums[0], sums[1]), two))
                    });
                    store(out.as_mut_ptr(), pack_u8(first, second));
                }
                done += 16;
            }
            scalar::halve(channels, &upper[2 * done..], &lower[2 * done..], &mut out[done..]);
        }
    };
}

pub(super) use kernels;
