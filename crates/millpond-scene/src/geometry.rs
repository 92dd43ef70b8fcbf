//! Where a layer's picture goes: pixel aspect, crop, fit and rectangle, in exact fractions.
//!
//! The picture is upright already. Pixel aspect makes it square: if pixels are wide, its width is rounded half up to
//! `w·num/den`, else its height to `h·den/num`. The crop, clipped to the picture, is placed within the rectangle (or
//! the canvas) by the fit. Fitted sizes round half up and are centred rounding down; `cover` crops at fractions.

use crate::{Fit, Layer, Rect};
use millpond_core::Rational;
use millpond_core::video::MAX_SIDE;
use millpond_core::video::composite::{Placement, Span, Target};

/// Pixel aspects beyond this are taken for damage and ignored.
const MAX_ASPECT: u32 = 1_000_000;

fn whole(value: u32) -> Rational {
    Rational::from_integer(i128::from(value))
}

/// `value` rounded half up, at least 1.
fn fitted(value: Rational) -> u32 {
    (value + Rational::new(1, 2)).floor().to_integer().clamp(1, i128::from(MAX_SIDE)) as u32
}

/// Size in square pixels of an upright picture whose pixels are `aspect.0 : aspect.1`.
pub(crate) fn square_size((width, height): (u32, u32), aspect: (u32, u32)) -> (u32, u32) {
    let (num, den) = aspect;
    if num == den || !(1..=MAX_ASPECT).contains(&num) || !(1..=MAX_ASPECT).contains(&den) {
        (width, height)
    } else if num > den {
        (fitted(whole(width) * whole(num) / whole(den)), height)
    } else {
        (width, fitted(whole(height) * whole(den) / whole(num)))
    }
}

/// Places an upright picture of `size` stored pixels within `rect`, by a layer's crop and fit; `None` if the crop leaves
/// nothing of it.
pub(crate) fn place(layer: &Layer, rect: Rect, size: (u32, u32), aspect: (u32, u32)) -> Option<Placement> {
    let square = square_size(size, aspect);
    let zero = Rational::from_integer(0);
    let (mut x, mut y) = (Span { start: zero, length: whole(square.0) }, Span { start: zero, length: whole(square.1) });
    if let Some(crop) = &layer.crop {
        x = clip(crop.x, crop.width, whole(square.0))?;
        y = clip(crop.y, crop.height, whole(square.1))?;
    }
    let (width, height) = (whole(rect.width), whole(rect.height));
    // More than 0 if the crop is wider than the rectangle.
    let wider = x.length * height - y.length * width;
    let mut target = Target { x: rect.x, y: rect.y, width: rect.width, height: rect.height };
    match layer.fit {
        Fit::Stretch => {}
        Fit::Contain if wider >= zero => {
            target.height = fitted(y.length * width / x.length);
            target.y += centred(rect.height, target.height);
        }
        Fit::Contain => {
            target.width = fitted(x.length * height / y.length);
            target.x += centred(rect.width, target.width);
        }
        Fit::Cover if wider >= zero => x = middle(x, y.length * width / height),
        Fit::Cover => y = middle(y, x.length * height / width),
    }
    let stored = |span: Span, size, square| {
        let scale = whole(size) / whole(square);
        Span { start: span.start * scale, length: span.length * scale }
    };
    Some(Placement { source_x: stored(x, size.0, square.0), source_y: stored(y, size.1, square.1), target })
}

fn clip(start: Rational, length: Rational, limit: Rational) -> Option<Span> {
    let end = (start + length).min(limit);
    let start = start.max(Rational::from_integer(0));
    (start < end).then(|| Span { start, length: end - start })
}

fn centred(outer: u32, inner: u32) -> i32 {
    (outer as i32 - inner as i32).div_euclid(2)
}

/// The middle part of `span`, of this length.
fn middle(span: Span, length: Rational) -> Span {
    Span { start: span.start + (span.length - length) / Rational::from_integer(2), length }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scene;

    fn layer(fields: &str) -> Layer {
        let scene = format!(
            r#"{{"version":1,"canvas":{{"width":100,"height":50,"frame_rate":25}},"assets":{{"a":{{"src":"a.mp4"}}}},
                "layers":[{{"asset":"a"{fields}}}],"duration":1}}"#
        );
        Scene::from_json(&scene).unwrap().layers.remove(0)
    }

    /// On a canvas of 100 x 50.
    fn place(layer: &Layer, size: (u32, u32), aspect: (u32, u32)) -> Option<Placement> {
        let canvas = Rect { x: 0, y: 0, width: 100, height: 50 };
        super::place(layer, layer.rect.unwrap_or(canvas), size, aspect)
    }

    fn target(placement: &Placement) -> (i32, i32, u32, u32) {
        let Target { x, y, width, height } = placement.target;
        (x, y, width, height)
    }

    fn span(span: Span) -> (String, String) {
        (span.start.to_string(), span.length.to_string())
    }

    #[test]
    fn contain_rounds_half_up_and_centres_rounding_down() {
        // 33 x 10 into 100 x 50: height 30.30 -> 30, centred at 10.
        let placed = place(&layer(""), (33, 10), (1, 1)).unwrap();
        assert_eq!(target(&placed), (0, 10, 100, 30));
        // 3 x 4 into 10 x 9 at (1, 1): width 6.75 -> 7, (10 − 7) / 2 = 1.
        let placed = place(&layer(r#","rect":[1,1,10,9]"#), (3, 4), (1, 1)).unwrap();
        assert_eq!(target(&placed), (2, 1, 7, 9));
        // The half: 4 x 1 into 10 x 9 is 2.5 high -> 3.
        let placed = place(&layer(r#","rect":[0,0,10,9]"#), (4, 1), (1, 1)).unwrap();
        assert_eq!(target(&placed), (0, 3, 10, 3));
    }

    #[test]
    fn cover_crops_at_fractions() {
        let placed = place(&layer(r#","fit":"cover","rect":[0,0,10,9]"#), (4, 3), (1, 1)).unwrap();
        assert_eq!(target(&placed), (0, 0, 10, 9));
        assert_eq!(span(placed.source_x), ("1/3".into(), "10/3".into()));
        assert_eq!(span(placed.source_y), ("0".into(), "3".into()));
    }

    #[test]
    fn pixel_aspect_makes_the_picture_square_before_the_crop() {
        assert_eq!(square_size((720, 576), (16, 11)), (1047, 576));
        assert_eq!(square_size((720, 480), (8, 9)), (720, 540));
        assert_eq!(square_size((720, 480), (0, 1)), (720, 480));
        let layer = layer(r#","fit":"stretch","crop":[20,0,20,10]"#);
        let placed = place(&layer, (20, 10), (2, 1)).unwrap();
        assert_eq!(span(placed.source_x), ("10".into(), "10".into()));
    }

    #[test]
    fn crops_are_clipped_to_the_picture() {
        let placed = place(&layer(r#","fit":"stretch","crop":[-5,2.5,10,100]"#), (20, 10), (1, 1)).unwrap();
        assert_eq!(span(placed.source_x), ("0".into(), "5".into()));
        assert_eq!(span(placed.source_y), ("5/2".into(), "15/2".into()));
        assert!(place(&layer(r#","crop":[20,0,5,5]"#), (20, 10), (1, 1)).is_none());
    }
}
