//! Every kernel over seeded input, as a list of cases that runs anywhere: natively at every level, and as WebAssembly with
//! and without SIMD, in node and in a browser. The SHA-256 of a case's output must be the same everywhere
//! (`tests/everywhere.rs`); the benchmarks time the same cases.
//!
//! A module for each operation; a case names the operation and the size it works on.

mod audio;
mod blend;
mod case;
mod composite;
mod convert;
mod export;
mod jpeg;
mod noise;
mod picture;
mod random;
mod resize;
mod tensor;

pub use case::Case;
pub use jpeg::scenery;
pub use noise::Noise;
pub use picture::picture;

use millpond_core::simd::Level;

/// All cases at a level, always in the same order.
pub fn cases(level: Level) -> Vec<Case> {
    [
        audio::cases(level),
        blend::cases(level),
        composite::cases(level),
        convert::cases(level),
        jpeg::cases(level),
        random::cases(level),
        resize::cases(level),
        tensor::cases(level),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A line for each case, `name SHA-256`.
pub fn hashes(level: Level) -> String {
    let line = |case: &mut Case| {
        let hash = case.hash();
        format!("{} {hash}\n", case.name())
    };
    cases(level).iter_mut().map(line).collect()
}
