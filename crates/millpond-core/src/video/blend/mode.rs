//! Blend modes.

/// How the colours of a picture (`s`) and of an opaque canvas (`d`) make a colour `B`, which is then mixed with the
/// canvas by the picture's alpha: `(B·a + d·(255 − a) + 127) / 255`. The formulas are those of W3C Compositing and
/// Blending Level 1, section 9.1, on bytes; `mul(x, y) = (x·y + 127) / 255`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Source-over: `s`.
    #[default]
    Normal,
    /// `mul(s, d)`.
    Multiply,
    /// `s + d − mul(s, d)`.
    Screen,
    /// Multiply with `2d` where `d < 128`, else screen with `2d − 255`.
    Overlay,
    /// The lesser.
    Darken,
    /// The greater.
    Lighten,
    /// `|s − d|`.
    Difference,
    /// Addition, without `B`: `min(d + mul(s, a), 255)` (`plus-lighter` of CSS).
    PlusLighter,
}

impl Mode {
    /// Every mode with its name, in scene files and everywhere: that of CSS.
    pub const NAMED: [(&'static str, Mode); 8] = [
        ("normal", Mode::Normal),
        ("multiply", Mode::Multiply),
        ("screen", Mode::Screen),
        ("overlay", Mode::Overlay),
        ("darken", Mode::Darken),
        ("lighten", Mode::Lighten),
        ("difference", Mode::Difference),
        ("plus-lighter", Mode::PlusLighter),
    ];

    /// Every mode, for tests and lists.
    pub const ALL: [Mode; 8] = [
        Mode::Normal,
        Mode::Multiply,
        Mode::Screen,
        Mode::Overlay,
        Mode::Darken,
        Mode::Lighten,
        Mode::Difference,
        Mode::PlusLighter,
    ];
}
