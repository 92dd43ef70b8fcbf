//! Prints the hashes of every level of this machine, one level after the other: for machines without a test harness, and
//! for emulated ones (`cargo xtask aarch64`).

use millpond_bits::hashes;
use millpond_core::simd::Level;

fn main() {
    for level in Level::available() {
        print!("{}", hashes(level));
    }
}
