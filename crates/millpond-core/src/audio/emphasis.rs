//! Pre-emphasis in place, over a clip or a stream.
//!
//! y[n] = x[n] − c·x[n−1], y[0] = x[0], in f32. Nothing allocates.

/// A pre-emphasis that remembers the last sample, so that pieces give the bits of the whole.
///
/// ```
/// use millpond_core::audio::PreEmphasis;
///
/// let mut emphasis = PreEmphasis::new(0.5);
/// let (mut a, mut b) = ([4.0, 4.0], [2.0]);
/// emphasis.process(&mut a);
/// emphasis.process(&mut b);
/// assert_eq!((a, b), ([4.0, 2.0], [0.0]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PreEmphasis {
    coefficient: f32,
    last: Option<f32>,
}

impl PreEmphasis {
    /// With the coefficient c, at the start of a clip.
    pub fn new(coefficient: f32) -> PreEmphasis {
        PreEmphasis { coefficient, last: None }
    }

    /// Emphasises the next samples, in place.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn process(&mut self, samples: &mut [f32]) {
        for x in samples {
            let now = *x;
            if let Some(last) = self.last {
                *x = now - self.coefficient * last;
            }
            self.last = Some(now);
        }
    }

    /// Begins a new clip.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn reset(&mut self) {
        self.last = None;
    }
}
