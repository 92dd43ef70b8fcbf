//! Every kernel, described once: how to make inputs for it from a seed or from a fuzzer's bytes, how to run it at a level,
//! and how to call it wrongly. Property tests, allocation tests, Miri, fuzz targets (`tests/fuzz`) and the hashes over all
//! targets (`tests/bits`) go through this list, so a new kernel is registered here and nowhere else.

mod audio;
mod blend;
mod choices;
mod composite;
mod convert;
mod jpeg;
mod picture;
mod resize;
mod tensor;
#[cfg(feature = "scene")]
pub mod texts;
mod trial;

pub use choices::Choices;
pub use picture::Picture;
pub use trial::{Run, Target, Trial, refused};

use millpond_core::simd::Level;

/// A kernel with what can be tried on it.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// Its name.
    pub name: &'static str,
    /// The fuzz target that it belongs to.
    pub family: &'static str,
    /// Legal inputs.
    pub trial: fn(&mut Choices<'_>) -> Trial,
    /// Calls with arguments that may be anything. Panics when a refusal wrote something; else any outcome is right.
    pub misuse: fn(&mut Choices<'_>),
}

/// All kernels.
pub const KERNELS: [Kernel; 15] = [
    Kernel { name: "convert", family: "convert", trial: convert::trial, misuse: convert::misuse },
    Kernel { name: "resize", family: "resize", trial: resize::trial, misuse: resize::misuse },
    Kernel { name: "resize-f32", family: "resize", trial: resize::float_trial, misuse: resize::float_misuse },
    Kernel { name: "frame-to-tensor", family: "tensor", trial: tensor::trial, misuse: tensor::misuse },
    Kernel { name: "tensor-to-frame", family: "tensor", trial: tensor::back_trial, misuse: tensor::back_misuse },
    Kernel { name: "blend", family: "blend", trial: blend::trial, misuse: blend::misuse },
    Kernel { name: "fill", family: "blend", trial: blend::fill_trial, misuse: blend::fill_misuse },
    Kernel { name: "premultiply", family: "blend", trial: blend::premultiply_trial, misuse: blend::premultiply_misuse },
    Kernel { name: "layer", family: "composite", trial: composite::trial, misuse: composite::misuse },
    Kernel { name: "compositor", family: "composite", trial: composite::scene_trial, misuse: composite::scene_misuse },
    Kernel { name: "jpeg", family: "jpeg", trial: jpeg::trial, misuse: jpeg::misuse },
    Kernel { name: "jpeg-strips", family: "jpeg", trial: jpeg::strips_trial, misuse: jpeg::strips_misuse },
    Kernel { name: "mel", family: "mel", trial: audio::mel_trial, misuse: audio::mel_misuse },
    Kernel { name: "mel-stream", family: "mel", trial: audio::stream_trial, misuse: audio::stream_misuse },
    Kernel { name: "resampler", family: "resampler", trial: audio::resampler_trial, misuse: audio::resampler_misuse },
];

/// What a fuzz target of kernels does with its bytes.
///
/// # Panics
/// When a kernel breaks its word.
pub fn fuzz(family: &str, bytes: &[u8]) {
    let mut choices = Choices::given(bytes);
    let of_family = |kernel: &&Kernel| kernel.family == family;
    let index = choices.below(KERNELS.iter().filter(of_family).count().max(1) as u32) as usize;
    let Some(kernel) = KERNELS.iter().filter(of_family).nth(index) else { panic!("no kernel is of family {family}") };
    match choices.once_in(2) {
        true => (kernel.misuse)(&mut choices),
        false => (kernel.trial)(&mut choices).check(),
    }
}

/// The trials of each kernel that ask the heap for memory while they run, a line each, of so many at this level.
pub fn allocating(trials: u64, level: Level) -> String {
    let mut lines = String::new();
    for kernel in KERNELS {
        for seed in 0..trials {
            let trial = (kernel.trial)(&mut Choices::seeded(seed));
            match trial.allocations(level) {
                0 => {}
                count => lines.push_str(&format!("{} allocates {count} times: {trial:?}\n", kernel.name)),
            }
        }
    }
    lines
}
