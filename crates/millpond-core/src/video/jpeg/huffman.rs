//! Huffman codes from a table (T.81, annex C) and tables from how often symbols occur (T.81, annex K.2).

use super::tables::HuffmanSpec;

/// The codes of one table.
#[derive(Clone, Debug)]
pub(super) struct Codes {
    /// For each symbol its code and how many bits that has; 0 bits for a symbol without a code.
    codes: [(u16, u8); 256],
    /// The same, ready for the size bits that follow: the code shifted left by the symbol's low four bits, times 32, plus
    /// the bits of both together.
    packed: [u32; 256],
}

impl Codes {
    // Made four times with an encoder: once in the program.
    #[inline(never)]
    pub(super) fn new(spec: &HuffmanSpec) -> Codes {
        let mut codes = Codes { codes: [(0, 0); 256], packed: [0; 256] };
        let mut symbols = spec.symbols().iter();
        let mut code = 0u32;
        for (length, &count) in (1..).zip(&spec.counts) {
            for &symbol in symbols.by_ref().take(count.into()) {
                let size = symbol & 15;
                codes.codes[usize::from(symbol)] = (code as u16, length);
                codes.packed[usize::from(symbol)] = (code << size) << 5 | u32::from(length + size);
                code += 1;
            }
            code <<= 1;
        }
        codes
    }

    /// The symbol's code with room for its size bits, and the bits of both.
    #[inline(always)]
    pub(super) fn with_room(&self, symbol: u8) -> (u32, u32) {
        let packed = self.packed[usize::from(symbol)];
        (packed >> 5, packed & 31)
    }

    /// Bits of a symbol's code; 0 for a symbol without one.
    pub(super) fn length(&self, symbol: u8) -> u32 {
        self.codes[usize::from(symbol)].1.into()
    }
}

/// The table for symbols that occur this often: figures K.1 to K.4. No code is all ones, and none longer than 16 bits.
pub(super) fn table_for(occurrences: &[u32; 256]) -> HuffmanSpec {
    // A symbol of its own takes the code of all ones and is left out in the end.
    const RESERVED: usize = 256;
    let mut occurrences: [u64; 257] = core::array::from_fn(|symbol| occurrences.get(symbol).map_or(1, |&n| n.into()));
    let mut lengths = [0usize; 257];
    // Symbols under the same node are chained.
    let mut next: [Option<usize>; 257] = [None; 257];
    // Of equally rare ones the highest is taken.
    let rarest = |occurrences: &[u64; 257], but: Option<usize>| {
        (0..=RESERVED).rev().filter(|&s| occurrences[s] > 0 && Some(s) != but).min_by_key(|&s| occurrences[s])
    };
    while let Some(first) = rarest(&occurrences, None) {
        let Some(second) = rarest(&occurrences, Some(first)) else { break };
        occurrences[first] += occurrences[second];
        occurrences[second] = 0;
        let mut last = first;
        lengths[last] += 1;
        while let Some(symbol) = next[last] {
            last = symbol;
            lengths[last] += 1;
        }
        next[last] = Some(second);
        let mut symbol = Some(second);
        while let Some(at) = symbol {
            lengths[at] += 1;
            symbol = next[at];
        }
    }
    let mut counts = [0u32; 258];
    lengths.iter().filter(|&&length| length > 0).for_each(|&length| counts[length] += 1);
    // Figure K.3: a pair of codes that is too long makes way for a shorter one's split.
    for length in (17..=257).rev() {
        while counts[length] > 0 {
            let shorter = (1..length - 1).rev().find(|&shorter| counts[shorter] > 0);
            let Some(shorter) = shorter else { break };
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter + 1] += 2;
            counts[shorter] -= 1;
        }
    }
    if let Some(longest) = (1..=16).rev().find(|&length| counts[length] > 0) {
        counts[longest] -= 1;
    }
    let mut spec = HuffmanSpec { counts: [0; 16], symbols: [0; 256] };
    for (own, count) in spec.counts.iter_mut().zip(&counts[1..]) {
        *own = *count as u8;
    }
    let listed = (1..=257).flat_map(|length| (0..RESERVED).filter(move |&symbol| lengths[symbol] == length));
    for (own, symbol) in spec.symbols.iter_mut().zip(listed) {
        *own = symbol as u8;
    }
    spec
}
