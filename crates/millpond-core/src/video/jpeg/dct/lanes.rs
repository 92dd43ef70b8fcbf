//! The transform in terms of vectors of eight 16-bit lanes, of one block or of several side by side.
//!
//! Sums fit 16 bits: the first pass's results stay within ±2^12, sums of eight of them within ±2^15. Products are taken
//! in pairs, `a·x + b·y` in 32 bits, which regroups the additions of `scalar` and changes no result.

use super::*;

/// A vector of eight 16-bit lanes for each of [`Self::BLOCKS`] blocks. The methods may only be called where the level's
/// instructions are enabled, so that they are compiled into their caller.
pub(super) trait Lanes: Copy {
    /// Blocks side by side.
    const BLOCKS: usize;
    /// 32-bit lanes, twice as many.
    type Wide: Copy;

    /// Eight samples of each block, less 128. The row has 8 samples a block.
    fn load(row: &[u8]) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    /// `self << PASS_BITS`.
    fn extend(self) -> Self;
    /// `(self + 2) >> 2`, taking [`PASS_BITS`] off.
    fn reduce(self) -> Self;
    /// `x·a + y·b`.
    fn products(x: Self, y: Self, a: i32, b: i32) -> Self::Wide;
    fn add_wide(a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// `(wide + half) >> BITS`, narrowed.
    fn descale<const BITS: i32>(wide: Self::Wide) -> Self;
    /// Rows to columns, within each block.
    fn transpose(rows: [Self; 8]) -> [Self; 8];
    /// Divides row `y` as the quantiser says.
    fn quantise(self, quantiser: &Quantiser, y: usize) -> Self;
    /// Stores row `y` of each block.
    fn store(self, blocks: &mut [Block], y: usize);
    /// The bits of coefficients that are not zero, in zigzag order.
    fn nonzero(rows: &[Self; 8], nonzero: &mut [u64]);
}

/// Codes as many blocks as fit whole vectors and returns how many.
#[inline(always)]
pub(super) fn forward<L: Lanes>(
    rows: &[&[u8]; 8],
    quantiser: &Quantiser,
    blocks: &mut [Block],
    nonzero: &mut [u64],
) -> usize {
    let whole = blocks.len() / L::BLOCKS * L::BLOCKS;
    let mut first = 0;
    while first < whole {
        let samples = 8 * first..8 * (first + L::BLOCKS);
        let values = [
            L::load(&rows[0][samples.clone()]),
            L::load(&rows[1][samples.clone()]),
            L::load(&rows[2][samples.clone()]),
            L::load(&rows[3][samples.clone()]),
            L::load(&rows[4][samples.clone()]),
            L::load(&rows[5][samples.clone()]),
            L::load(&rows[6][samples.clone()]),
            L::load(&rows[7][samples]),
        ];
        let values = L::transpose(pass::<L, FIRST, false>(L::transpose(values)));
        let mut values = pass::<L, SECOND, true>(values);
        let blocks = &mut blocks[first..first + L::BLOCKS];
        let mut y = 0;
        while y < 8 {
            values[y] = values[y].quantise(quantiser, y);
            values[y].store(blocks, y);
            y += 1;
        }
        L::nonzero(&values, &mut nonzero[first..first + L::BLOCKS]);
        first += L::BLOCKS;
    }
    whole
}

const FIRST: i32 = CONSTANT_BITS - PASS_BITS;
const SECOND: i32 = CONSTANT_BITS + PASS_BITS;

/// One pass; `scalar` has the same with its names.
#[inline(always)]
fn pass<L: Lanes, const BITS: i32, const LAST: bool>(d: [L; 8]) -> [L; 8] {
    let sum = [d[0].add(d[7]), d[1].add(d[6]), d[2].add(d[5]), d[3].add(d[4])];
    let [t7, t6, t5, t4] = [d[0].sub(d[7]), d[1].sub(d[6]), d[2].sub(d[5]), d[3].sub(d[4])];
    let (t10, t13) = (sum[0].add(sum[3]), sum[0].sub(sum[3]));
    let (t11, t12) = (sum[1].add(sum[2]), sum[1].sub(sum[2]));
    let (zero, four) = (t10.add(t11), t10.sub(t11));
    let (zero, four) = if LAST { (zero.reduce(), four.reduce()) } else { (zero.extend(), four.extend()) };
    let (z3, z4) = (t4.add(t6), t5.add(t7));
    let c = L::products(z3, z4, F_1_175 - F_1_961, F_1_175);
    let d = L::products(z3, z4, F_1_175, F_1_175 - F_0_390);
    let one = L::products(t4, t7, -F_0_899, F_1_501 - F_0_899);
    let three = L::products(t5, t6, -F_2_562, F_3_072 - F_2_562);
    let five = L::products(t5, t6, F_2_053 - F_2_562, -F_2_562);
    let seven = L::products(t4, t7, F_0_298 - F_0_899, -F_0_899);
    [
        zero,
        L::descale::<BITS>(L::add_wide(one, d)),
        L::descale::<BITS>(L::products(t12, t13, F_0_541, F_0_541 + F_0_765)),
        L::descale::<BITS>(L::add_wide(three, c)),
        four,
        L::descale::<BITS>(L::add_wide(five, d)),
        L::descale::<BITS>(L::products(t12, t13, F_0_541 - F_1_847, F_0_541)),
        L::descale::<BITS>(L::add_wide(seven, c)),
    ]
}

/// For a byte shuffle of 16 bytes: which of source bytes `16·s..` belong into bytes `16·g..` of the zigzag sequence, at
/// `[g][s]`. 0x80, which shuffles to zero, where there is none.
#[cfg(not(target_arch = "aarch64"))]
pub(super) const SHUFFLES: [[[u8; 16]; 4]; 4] = {
    let mut shuffles = [[[0x80; 16]; 4]; 4];
    let mut bit = 0;
    while bit < 64 {
        let place = crate::video::jpeg::tables::ZIGZAG[bit] as usize;
        shuffles[bit / 16][place / 16][bit % 16] = (place % 16) as u8;
        bit += 1;
    }
    shuffles
};
