//! From coefficients to symbols (T.81, F.1.2): a block is its DC's difference to the DC before it, then for every
//! coefficient that is not zero the run of zeros before it and its size, each followed by as many bits as the size says.

use super::bits::BitWriter;
use super::dct::Block;
use super::huffman::Codes;
use super::tables::ZIGZAG;

/// Sixteen zeros.
const ZERO_RUN: u8 = 0xf0;
/// All that is left is zero.
const END_OF_BLOCK: u8 = 0;

/// Codes, or counts, of DC and AC, of luma and chroma.
#[derive(Clone, Debug)]
pub(super) struct Tables<T> {
    pub(super) dc: [T; 2],
    pub(super) ac: [T; 2],
}

/// Where symbols go.
pub(super) trait Sink {
    /// A symbol of DC or AC table `table`, whose low four bits say how many of `bits` follow.
    fn dc(&mut self, table: usize, symbol: u8, bits: u32);
    fn ac(&mut self, table: usize, symbol: u8, bits: u32);
    /// The end of a restart interval: `index` counts them.
    fn restart(&mut self, index: usize);
}

/// Writes symbols as bits.
pub(super) struct Writer<'a> {
    pub(super) codes: &'a Tables<Codes>,
    pub(super) bits: BitWriter<'a>,
}

impl Sink for Writer<'_> {
    #[inline(always)]
    fn dc(&mut self, table: usize, symbol: u8, bits: u32) {
        let (code, count) = self.codes.dc[table].with_room(symbol);
        self.bits.put(code | bits, count);
    }

    #[inline(always)]
    fn ac(&mut self, table: usize, symbol: u8, bits: u32) {
        let (code, count) = self.codes.ac[table].with_room(symbol);
        self.bits.put(code | bits, count);
    }

    fn restart(&mut self, index: usize) {
        self.bits.align();
        self.bits.marker(0xd0 + (index % 8) as u8);
    }
}

/// How often each symbol occurs.
pub(super) type Counts = Tables<[u32; 256]>;

impl Sink for Counts {
    fn dc(&mut self, table: usize, symbol: u8, _: u32) {
        self.dc[table][usize::from(symbol)] += 1;
    }

    fn ac(&mut self, table: usize, symbol: u8, _: u32) {
        self.ac[table][usize::from(symbol)] += 1;
    }

    fn restart(&mut self, _: usize) {}
}

/// The size of a number, 0 to 15, and the bits that tell it from others of that size: itself, or one less if negative.
#[inline(always)]
fn sized(value: i32) -> (u8, u32) {
    let sign = value >> 31;
    let size = 32 - ((value ^ sign) - sign).leading_zeros();
    (size as u8, (value + sign) as u32 & !(u32::MAX << size))
}

/// Codes a block; `nonzero` is its mask in zigzag order, `before` the DC before it.
#[inline(always)]
pub(super) fn block(sink: &mut impl Sink, table: usize, block: &Block, nonzero: u64, before: &mut i16) {
    let dc = block.0[0];
    let (size, bits) = sized(i32::from(dc) - i32::from(*before));
    *before = dc;
    sink.dc(table, size, bits);
    let mut rest = nonzero & !1;
    let mut last = 0;
    while rest != 0 {
        let bit = rest.trailing_zeros();
        rest &= rest - 1;
        let mut run = bit - last - 1;
        last = bit;
        while run > 15 {
            sink.ac(table, ZERO_RUN, 0);
            run -= 16;
        }
        let value = block.0[usize::from(ZIGZAG[bit as usize & 63])];
        let (size, bits) = sized(value.into());
        sink.ac(table, (run as u8) << 4 | size, bits);
    }
    if last < 63 {
        sink.ac(table, END_OF_BLOCK, 0);
    }
}

/// Codes a block that only fills up an MCU: the DC before it again, and nothing else.
#[inline(always)]
pub(super) fn filler(sink: &mut impl Sink, table: usize) {
    sink.dc(table, 0, 0);
    sink.ac(table, END_OF_BLOCK, 0);
}
