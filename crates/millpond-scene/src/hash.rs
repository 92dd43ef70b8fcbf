//! The hash of a frame: SHA-256 of its planes without padding, the same for every owner of the pixels.

use millpond_core::Rational;
use millpond_core::video::FrameView;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// SHA-256 of every row of every plane, in order, without padding.
///
/// # Realtime
/// Does not allocate.
pub fn frame_hash(frame: &FrameView<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for row in frame.rows() {
        hash.update(row);
    }
    hash.finalize().into()
}

/// Writes `index<TAB>numerator/denominator<TAB>hash in lower-case hex`, a line of a `--hash` file.
///
/// # Errors
/// Those of `out`.
///
/// # Realtime
/// Does not allocate if `out` does not.
pub fn write_hash_line(out: &mut impl Write, index: u64, time: Rational, hash: [u8; 32]) -> io::Result<()> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = [0u8; 64];
    for (pair, byte) in hex.chunks_exact_mut(2).zip(hash) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    write!(out, "{index}\t{}/{}\t", time.numer(), time.denom())?;
    out.write_all(&hex)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use millpond_core::video::{FrameLayout, PixelFormat};

    #[test]
    fn a_line_has_three_fields() {
        // printf '\020\200\200' | sha256sum
        let layout = FrameLayout::packed(PixelFormat::I420, 1, 1).unwrap();
        let frame = FrameView::new(&layout, &[16, 128, 128]).unwrap();
        let mut line = Vec::new();
        write_hash_line(&mut line, 3, Rational::new(3, 25), frame_hash(&frame)).unwrap();
        let expected = "3\t3/25\t10879378e818abaa6f9cf8dee1d1c21ce4fdc896e90171002e3ce8e3c88387fe\n";
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }
}
