//! The specification of the transform, in 32-bit integers.

use super::*;
use crate::video::jpeg::tables::ZIGZAG;

/// See [`super::forward`].
pub(super) fn forward(rows: &[&[u8]; 8], quantiser: &Quantiser, blocks: &mut [Block], nonzero: &mut [u64]) {
    for (index, (block, nonzero)) in blocks.iter_mut().zip(nonzero).enumerate() {
        let mut values = [[0; 8]; 8];
        for (values, row) in values.iter_mut().zip(rows) {
            for (value, &sample) in values.iter_mut().zip(&row[8 * index..]) {
                *value = i32::from(sample) - 128;
            }
            *values = pass(*values, |sum| sum << PASS_BITS, CONSTANT_BITS - PASS_BITS);
        }
        for u in 0..8 {
            let column = pass(values.map(|row| row[u]), |sum| descale(sum, PASS_BITS), CONSTANT_BITS + PASS_BITS);
            for (values, value) in values.iter_mut().zip(column) {
                values[u] = value;
            }
        }
        for ((out, &value), &divisor) in block.0.iter_mut().zip(values.as_flattened()).zip(&quantiser.divisor) {
            let quotient = (value.unsigned_abs() + u32::from(divisor / 2)) / u32::from(divisor);
            *out = (quotient as i32 * value.signum()) as i16;
        }
        *nonzero = ZIGZAG
            .iter()
            .enumerate()
            .fold(0, |mask, (bit, &place)| mask | u64::from(block.0[usize::from(place)] != 0) << bit);
    }
}

fn descale(value: i32, bits: i32) -> i32 {
    (value + (1 << (bits - 1))) >> bits
}

/// One pass over eight values. `whole` finishes the two results without a multiplication, `bits` are taken off the
/// others.
fn pass(d: [i32; 8], whole: impl Fn(i32) -> i32, bits: i32) -> [i32; 8] {
    let sum = [d[0] + d[7], d[1] + d[6], d[2] + d[5], d[3] + d[4]];
    let [t7, t6, t5, t4] = [d[0] - d[7], d[1] - d[6], d[2] - d[5], d[3] - d[4]];
    let (t10, t13) = (sum[0] + sum[3], sum[0] - sum[3]);
    let (t11, t12) = (sum[1] + sum[2], sum[1] - sum[2]);
    let z1 = (t12 + t13) * F_0_541;
    let z5 = (t4 + t6 + t5 + t7) * F_1_175;
    let (a, b) = (-(t4 + t7) * F_0_899, -(t5 + t6) * F_2_562);
    let (c, d) = (z5 - (t4 + t6) * F_1_961, z5 - (t5 + t7) * F_0_390);
    [
        whole(t10 + t11),
        descale(t7 * F_1_501 + a + d, bits),
        descale(z1 + t13 * F_0_765, bits),
        descale(t6 * F_3_072 + b + c, bits),
        whole(t10 - t11),
        descale(t5 * F_2_053 + b + d, bits),
        descale(z1 - t12 * F_1_847, bits),
        descale(t4 * F_0_298 + a + c, bits),
    ]
}
