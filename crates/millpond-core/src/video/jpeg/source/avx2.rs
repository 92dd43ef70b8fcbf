//! `scalar` compiled for AVX2.

use super::*;

/// See [`scalar::convert`].
pub(super) fn convert(level: Level, source: &mut Source, picture: &FrameView<'_>, window: Window) {
    assert!(matches!(level.isa(), Isa::Avx2 | Isa::Avx512));
    // SAFETY: such a level exists only on machines that have these instructions.
    unsafe { enabled(source, picture, window) }
}

#[target_feature(enable = "avx2")]
fn enabled(source: &mut Source, picture: &FrameView<'_>, window: Window) {
    scalar::convert(source, picture, window);
}
