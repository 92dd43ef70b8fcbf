//! Where a layer is at a time, between its keyframes.
//!
//! Rectangles and opacities are whole numbers, and so is everything between them:
//!
//! ```text
//! p     = ⌊65536 · (t − t0) / (t1 − t0)⌋            progress between two keyframes, 0 to 65535
//! e     = p                                         linear
//!         ⌊p² / 2^16⌋                               ease-in
//!         65536 − ⌊(65536 − p)² / 2^16⌋             ease-out
//!         ⌊p² · (3 · 65536 − 2p) / 2^32⌋            ease-in-out
//! value = ⌊(from · 65536 + (to − from) · e + 32768) / 65536⌋
//! ```
//!
//! Rectangle and opacity go their own ways: each between the keyframes that say it. Nothing here allocates.

use crate::{Ease, Keyframe, Layer, Rational, Rect};

const ONE: i64 = 1 << 16;

impl Layer {
    /// Rectangle and opacity at this time, in seconds after the layer's start. Without a rectangle it is the canvas.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn shape_at(&self, time: Rational) -> (Option<Rect>, u8) {
        let rect = between(&self.keyframes, time, |keyframe| keyframe.rect, mix_rects);
        let opacity = between(
            &self.keyframes,
            time,
            |keyframe| keyframe.opacity,
            |from, to, eased| mix(i64::from(from), i64::from(to), eased) as u8,
        );
        (rect.or(self.rect), opacity.unwrap_or(self.opacity))
    }
}

/// The value at `time` of those keyframes that have one.
fn between<T>(
    keyframes: &[Keyframe],
    time: Rational,
    of: impl Fn(&Keyframe) -> Option<T>,
    mix: impl Fn(T, T, i64) -> T,
) -> Option<T> {
    let keyed = |keyframe| of(keyframe).map(|value| (keyframe, value));
    let behind = keyframes.iter().rev().filter(|keyframe| keyframe.at <= time).find_map(keyed);
    let ahead = keyframes.iter().filter(|keyframe| keyframe.at > time).find_map(keyed);
    match (behind, ahead) {
        (Some((from, a)), Some((to, b))) => Some(mix(a, b, eased(from.ease, progress(from.at, to.at, time)))),
        (Some((_, value)), None) | (None, Some((_, value))) => Some(value),
        (None, None) => None,
    }
}

fn progress(from: Rational, to: Rational, time: Rational) -> i64 {
    ((time - from) / (to - from) * Rational::from_integer(i128::from(ONE))).floor().to_integer() as i64
}

fn eased(ease: Ease, p: i64) -> i64 {
    match ease {
        Ease::Linear => p,
        Ease::EaseIn => (p * p) >> 16,
        Ease::EaseOut => ONE - (((ONE - p) * (ONE - p)) >> 16),
        Ease::EaseInOut => (p * p * (3 * ONE - 2 * p)) >> 32,
        Ease::Hold => 0,
    }
}

fn mix(from: i64, to: i64, eased: i64) -> i64 {
    (from * ONE + (to - from) * eased + ONE / 2) >> 16
}

fn mix_rects(from: Rect, to: Rect, eased: i64) -> Rect {
    let at = |from: i32, to: i32| mix(from.into(), to.into(), eased) as i32;
    let size = |from: u32, to: u32| mix(from.into(), to.into(), eased) as u32;
    Rect {
        x: at(from.x, to.x),
        y: at(from.y, to.y),
        width: size(from.width, to.width),
        height: size(from.height, to.height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scene;

    fn layer(fields: &str) -> Layer {
        let scene = format!(
            r#"{{"version":1,"canvas":{{"width":100,"height":50,"frame_rate":25}},"assets":{{"a":{{"src":"a.mp4"}}}},
                "layers":[{{"asset":"a",{fields}}}],"duration":1}}"#
        );
        Scene::from_json(&scene).unwrap().layers.remove(0)
    }

    fn at(layer: &Layer, numer: i128, denom: i128) -> (Option<[i64; 4]>, u8) {
        let (rect, opacity) = layer.shape_at(Rational::new(numer, denom));
        (rect.map(|Rect { x, y, width, height }| [x.into(), y.into(), width.into(), height.into()]), opacity)
    }

    #[test]
    fn values_before_between_and_after_keyframes() {
        let layer = layer(
            r#""keyframes": [{"at": 1, "rect": [0, -10, 100, 1]}, {"at": 2, "opacity": 1}, {"at": 3, "rect": [101, 10, 50, 4]}]"#,
        );
        assert_eq!(at(&layer, 0, 1), (Some([0, -10, 100, 1]), 255));
        assert_eq!(at(&layer, 1, 1), (Some([0, -10, 100, 1]), 255));
        // Half way: 50.5, 0, 75, 2.5, halves up.
        assert_eq!(at(&layer, 2, 1), (Some([51, 0, 75, 3]), 255));
        assert_eq!(at(&layer, 3, 1), (Some([101, 10, 50, 4]), 255));
        assert_eq!(at(&layer, 30, 1), (Some([101, 10, 50, 4]), 255));
    }

    #[test]
    fn without_keyframes_the_layer_is_as_it_says() {
        assert_eq!(at(&layer(r#""rect": [1, 2, 3, 4], "opacity": 0.5"#), 7, 1), (Some([1, 2, 3, 4]), 128));
        assert_eq!(at(&layer(r#""keyframes": [{"at": 0, "opacity": 0}]"#), 7, 1), (None, 0));
    }

    #[test]
    fn eases_follow_their_formulas() {
        for (ease, formula) in [
            ("linear", (|p| p) as fn(f64) -> f64),
            ("ease-in", |p| p * p),
            ("ease-out", |p| 1.0 - (1.0 - p) * (1.0 - p)),
            ("ease-in-out", |p| 3.0 * p * p - 2.0 * p * p * p),
            ("hold", |_| 0.0),
        ] {
            let keyframes = format!(
                r#""keyframes": [{{"at": 0, "rect": [0,0,1,1], "ease": "{ease}"}}, {{"at": 3, "rect": [100000,0,1,1]}}]"#
            );
            let layer = layer(&keyframes);
            for n in 0..30 {
                let x = at(&layer, n, 10).0.map(|[x, ..]| x as f64).unwrap();
                let expected = 100_000.0 * formula(n as f64 / 30.0);
                assert!((x - expected).abs() <= 5.0, "{ease} at {n}/10: {x}, not {expected}");
            }
            assert_eq!(at(&layer, 3, 1).0, Some([100_000, 0, 1, 1]));
        }
    }
}
