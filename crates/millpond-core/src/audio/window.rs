//! Window functions, by our own cosine, exponential and logarithm: the same bits everywhere.
//!
//! With θ = 2πn/N, N = len − 1 for the symmetric and len for the periodic form. Computed in f64, rounded to f32 once.

use super::math::{exp, ln, sin_cos_turns};
use crate::Error;

/// The shape of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Window {
    /// ½ − ½·cos θ
    Hann,
    /// 0.54 − 0.46·cos θ
    Hamming,
    /// 0.42 − 0.5·cos θ + 0.08·cos 2θ
    Blackman,
    /// Kaldi's: Hann to the power of 0.85.
    Povey,
    /// 1
    Rectangular,
}

impl Window {
    /// Fills `out` with the window of its length; a single point is 1.
    ///
    /// ```
    /// use millpond_core::audio::Window;
    ///
    /// let mut hann = [0.0; 4];
    /// Window::Hann.fill(true, &mut hann);
    /// assert_eq!(hann, [0.0, 0.5, 1.0, 0.5]);
    /// ```
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn fill(self, periodic: bool, out: &mut [f32]) {
        if let [one] = out {
            *one = 1.0;
            return;
        }
        let period = if periodic { out.len() } else { out.len().saturating_sub(1) } as f64;
        for (n, out) in out.iter_mut().enumerate() {
            *out = self.at(n as f64 / period) as f32;
        }
    }

    /// The value at a place in the period, 0 to 1.
    fn at(self, turns: f64) -> f64 {
        let cos = |times: f64| sin_cos_turns(times * turns).1;
        match self {
            Window::Hann => 0.5 - 0.5 * cos(1.0),
            Window::Hamming => 0.54 - 0.46 * cos(1.0),
            Window::Blackman => 0.42 - 0.5 * cos(1.0) + 0.08 * cos(2.0),
            Window::Povey => {
                let hann = 0.5 - 0.5 * cos(1.0);
                if hann <= 0.0 { 0.0 } else { exp(0.85 * ln(hann)) }
            }
            Window::Rectangular => 1.0,
        }
    }
}

/// Multiplies `frame` by `window`, in place.
///
/// # Errors
/// [`Error::BufferTooSmall`] if the window is shorter than the frame; nothing is written.
///
/// # Realtime
/// Does not allocate.
pub fn apply_window(window: &[f32], frame: &mut [f32]) -> Result<(), Error> {
    if window.len() < frame.len() {
        return Err(Error::BufferTooSmall { needed: frame.len(), got: window.len() });
    }
    for (x, w) in frame.iter_mut().zip(window) {
        *x *= w;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(shape: Window, periodic: bool, len: usize) -> Vec<f32> {
        let mut out = vec![f32::NAN; len];
        shape.fill(periodic, &mut out);
        out
    }

    /// scipy.signal.get_window(name, 5, fftbins=False): printed by scipy 1.17.
    #[test]
    fn short_windows_have_their_published_values() {
        assert_eq!(window(Window::Hann, false, 5), [0.0, 0.5, 1.0, 0.5, 0.0]);
        let close = |got: Vec<f32>, want: [f32; 5]| got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-7);
        assert!(close(window(Window::Hamming, false, 5), [0.08, 0.54, 1.0, 0.54, 0.08]));
        assert!(close(window(Window::Blackman, false, 5), [0.0, 0.34, 1.0, 0.34, 0.0]));
        assert!(close(window(Window::Povey, false, 5), [0.0, 0.554_784_7, 1.0, 0.554_784_7, 0.0]));
        assert_eq!((window(Window::Hann, true, 1), window(Window::Hann, false, 1)), (vec![1.0], vec![1.0]));
    }

    #[test]
    fn windows_agree_with_libm() {
        for (len, periodic) in [(400, true), (400, false), (1023, true), (640, false), (2, false)] {
            let period = if periodic { len } else { len - 1 } as f64;
            for n in 0..len {
                let theta = 2.0 * std::f64::consts::PI * n as f64 / period;
                let hann = 0.5 - 0.5 * theta.cos();
                let blackman = 0.42 - 0.5 * theta.cos() + 0.08 * (2.0 * theta).cos();
                for (shape, want) in [
                    (Window::Hann, hann),
                    (Window::Hamming, 0.54 - 0.46 * theta.cos()),
                    (Window::Blackman, blackman),
                    (Window::Povey, hann.max(0.0).powf(0.85)),
                ] {
                    let got = f64::from(window(shape, periodic, len)[n]);
                    assert!((got - want).abs() < 1e-7, "{shape:?} {len} {n}: {got} {want}");
                }
            }
        }
    }
}
