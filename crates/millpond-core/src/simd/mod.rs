//! The instruction set that a kernel uses, as a value.
//!
//! A [`Level`] can only be had for an instruction set that this machine has, so holding one is the proof that kernels of
//! that level may run. [`Level::best`] detects it; plans take it when they are made and dispatch once per call. Results
//! do not depend on the level: every kernel's `scalar.rs` is its specification and the other levels equal it byte for
//! byte. Tests force a level with [`Level::of`] or run through [`Level::available`].
//!
//! On x86-64 and aarch64 the machine is asked when the program runs. WebAssembly has nothing to ask: a build with
//! `target-feature=+simd128` has [`Isa::Simd128`] only, one without has [`Isa::Scalar`] only: a page downloads each
//! kernel once.
//!
//! Byte kernels are written once, in the words of [`vector::Simd`], and compiled for every level by [`macros::kernels!`];
//! a level is a file here. Beside them stands `scalar.rs`, plain Rust, which they equal.

pub(crate) mod macros;
pub(crate) mod vector;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod simd128;
#[cfg(target_arch = "x86_64")]
pub(crate) mod sse41;

/// An instruction set for which there are kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Isa {
    /// Plain Rust: the specification of every kernel.
    Scalar,
    /// x86-64 with SSE4.1 and SSSE3: 16 bytes.
    Sse41,
    /// x86-64 with AVX2: 32 bytes.
    Avx2,
    /// x86-64 with AVX-512 F, BW, DQ, VL, VBMI and VNNI, which Ice Lake and Zen 4 brought together: 64 bytes. Used where it
    /// was measured to pay.
    Avx512,
    /// aarch64: 16 bytes. Every such machine has it.
    Neon,
    /// WebAssembly's fixed-width SIMD: 16 bytes.
    Simd128,
}

impl Isa {
    /// From the least to the most capable of each architecture.
    pub const ALL: [Isa; 6] = [Isa::Scalar, Isa::Sse41, Isa::Avx2, Isa::Avx512, Isa::Neon, Isa::Simd128];

    /// Whether this machine, or this WebAssembly build, has it.
    fn is_here(self) -> bool {
        match self {
            Isa::Scalar => !cfg!(all(target_arch = "wasm32", target_feature = "simd128")),
            #[cfg(target_arch = "x86_64")]
            Isa::Sse41 => is_x86_feature_detected!("sse4.1") && is_x86_feature_detected!("ssse3"),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vbmi")
                    && is_x86_feature_detected!("avx512vnni")
            }
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => true,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Isa::Simd128 => true,
            _ => false,
        }
    }
}

/// An [`Isa`] that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(Isa);

impl Level {
    /// The least capable level of this build: plain Rust, or in a WebAssembly build with simd128 that, which is its only one.
    pub const SCALAR: Level =
        Level(if cfg!(all(target_arch = "wasm32", target_feature = "simd128")) { Isa::Simd128 } else { Isa::Scalar });

    /// The most capable one. Detection is done by the standard library, once a process.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn best() -> Level {
        Isa::ALL.into_iter().rev().find_map(Level::of).unwrap_or(Level::SCALAR)
    }

    /// The level of this instruction set, if the machine has it.
    pub fn of(isa: Isa) -> Option<Level> {
        isa.is_here().then_some(Level(isa))
    }

    /// Every level the machine has, [`Level::SCALAR`] first.
    pub fn available() -> impl Iterator<Item = Level> {
        Isa::ALL.into_iter().filter_map(Level::of)
    }

    /// This level, or a lower one whose vectors are no longer than `bytes`: short rows are not left to plain code.
    #[cfg(feature = "video")]
    pub(crate) fn for_rows(self, bytes: usize) -> Level {
        #[cfg(target_arch = "x86_64")]
        {
            // A machine with one of these has those before it too.
            let longest = match bytes {
                64.. => Isa::Avx512,
                32.. => Isa::Avx2,
                _ => Isa::Sse41,
            };
            Level(self.0.min(longest))
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            let _ = bytes;
            self
        }
    }

    /// Which instruction set it is, for a kernel's dispatch.
    #[inline]
    pub fn isa(self) -> Isa {
        // Where there is one level, say so in a way that lets the compiler drop the others' kernels.
        if cfg!(all(target_arch = "wasm32", target_feature = "simd128")) { Isa::Simd128 } else { self.0 }
    }
}

/// A level as the tokens of kernels: which of them a level uses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Sse41(sse41::Sse41),
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128(simd128::Simd128),
}

impl Level {
    #[inline]
    pub(crate) fn token(self) -> Token {
        match self.isa() {
            #[cfg(target_arch = "x86_64")]
            Isa::Sse41 => Token::Sse41(sse41::Sse41(())),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => Token::Avx2(avx2::Avx2(())),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => Token::Avx512(avx512::Avx512(())),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => Token::Neon(neon::Neon(())),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Isa::Simd128 => Token::Simd128(simd128::Simd128(())),
            _ => Token::Scalar,
        }
    }
}

impl Default for Level {
    fn default() -> Level {
        Level::best()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_level_is_the_last_available_one() {
        let levels: Vec<Level> = Level::available().collect();
        assert_eq!(levels[0], Level::SCALAR);
        assert_eq!(levels.last(), Some(&Level::best()));
        for level in levels {
            assert_eq!(Level::of(level.isa()), Some(level));
        }
    }

    #[test]
    fn another_architecture_has_no_level() {
        let foreign = if cfg!(target_arch = "x86_64") { Isa::Neon } else { Isa::Avx2 };
        assert_eq!(Level::of(foreign), None);
    }
}
