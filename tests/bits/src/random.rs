//! Random trials of every kernel (`tests/kernels`), a hash for each kernel. A run makes its inputs anew each time.

use millpond_core::simd::Level;
use millpond_kernels::{Choices, KERNELS};
use sha2::{Digest, Sha256};

use crate::Case;

const TRIALS: u64 = 25;

pub(crate) fn cases(level: Level) -> Vec<Case> {
    let case = |kernel: millpond_kernels::Kernel| {
        Case::new(format!("random-{}", kernel.name), 32, move |output| {
            let mut hash = Sha256::new();
            for seed in 0..TRIALS {
                hash.update((kernel.trial)(&mut Choices::seeded(seed)).output(level).bytes());
            }
            output.copy_from_slice(&hash.finalize());
        })
    };
    KERNELS.map(case).into()
}
