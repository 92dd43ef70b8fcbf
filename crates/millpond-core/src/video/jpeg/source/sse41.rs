//! `scalar` compiled for SSE4.1.

use super::*;

/// See [`scalar::convert`].
pub(super) fn convert(level: Level, source: &mut Source, picture: &FrameView<'_>, window: Window) {
    assert!(matches!(level.isa(), Isa::Sse41));
    // SAFETY: such a level exists only on machines that have these instructions.
    unsafe { enabled(source, picture, window) }
}

#[target_feature(enable = "sse4.1,ssse3")]
fn enabled(source: &mut Source, picture: &FrameView<'_>, window: Window) {
    scalar::convert(source, picture, window);
}
