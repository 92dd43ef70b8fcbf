//! Every kernel over random inputs: the bytes of scalar at every level of the machine, nothing written outside, and errors
//! for wrong arguments. `MILLPOND_CASES` sets how many inputs each gets; `cargo xtask kernels` takes 10,000.
#![allow(missing_docs)]

use millpond_kernels::{Choices, KERNELS, Kernel};

fn cases(default: u64) -> u64 {
    std::env::var("MILLPOND_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
}

fn kernel(name: &str) -> Kernel {
    KERNELS.into_iter().find(|kernel| kernel.name == name).unwrap_or_else(|| panic!("no kernel {name}"))
}

fn every_level_equals_scalar(name: &str) {
    let kernel = kernel(name);
    for seed in 0..cases(if cfg!(miri) { 3 } else { 60 }) {
        (kernel.trial)(&mut Choices::seeded(seed)).check();
    }
}

fn wrong_arguments_are_refused(name: &str) {
    let kernel = kernel(name);
    for seed in 0..cases(if cfg!(miri) { 5 } else { 200 }) {
        (kernel.misuse)(&mut Choices::seeded(seed));
    }
}

macro_rules! tests {
    ($($module:ident $name:literal;)*) => {
        $(mod $module {
            #[test]
            fn every_level_equals_scalar() {
                super::every_level_equals_scalar($name);
            }
            #[test]
            fn wrong_arguments_are_refused() {
                super::wrong_arguments_are_refused($name);
            }
        })*
        const TESTED: &[&str] = &[$($name),*];
    };
}

tests! {
    convert "convert";
    resize "resize";
    resize_f32 "resize-f32";
    frame_to_tensor "frame-to-tensor";
    tensor_to_frame "tensor-to-frame";
    blend "blend";
    fill "fill";
    premultiply "premultiply";
    layer "layer";
    compositor "compositor";
    jpeg "jpeg";
    jpeg_strips "jpeg-strips";
    mel "mel";
    mel_stream "mel-stream";
    resampler "resampler";
}

#[test]
fn no_kernel_is_left_out() {
    assert!(KERNELS.iter().map(|kernel| kernel.name).eq(TESTED.iter().copied()));
}
