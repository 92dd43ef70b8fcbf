//! Where STFT frames lie in a clip, and what is beyond its ends.
//!
//! Frame f's window covers the samples f·hop + origin … f·hop + origin + win − 1. In the centred forms and in `None` the
//! window lies in the middle of the FFT, ⌊(n_fft − win)/2⌋ samples from its start; in Kaldi's two it lies at the start.
//! Nothing allocates.

use crate::Error;

/// Where frames lie, and what is beyond the ends of the clip. An empty clip has no frames, unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Padding {
    /// Centred: frame f's FFT begins at f·hop − ⌊n_fft/2⌋; 1 + ⌊len/hop⌋ frames. Beyond its ends the clip is reflected, the
    /// end sample not repeated (numpy's `reflect`), again and again if the clip is shorter than the padding; a clip of one
    /// sample is continued by that sample.
    Reflect,
    /// Centred as `Reflect`, with zeros beyond the ends (numpy's `constant`).
    Zero,
    /// Only whole frames: frame f's FFT begins at f·hop; 1 + ⌊(len − n_fft)/hop⌋ frames (librosa's `center=False`).
    None,
    /// Kaldi's `snip_edges=true`: only whole windows; frame f's begins at f·hop; 1 + ⌊(len − win)/hop⌋ frames.
    SnipEdges,
    /// Kaldi's `snip_edges=false`: frame f's window begins at f·hop + ⌊hop/2⌋ − ⌊win/2⌋; ⌊(len + ⌊hop/2⌋)/hop⌋ frames.
    /// Beyond its ends the clip is reflected, the end sample repeated.
    Mirror,
}

/// The three sizes of an STFT, in samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameGeometry {
    pub(super) n_fft: usize,
    pub(super) win: usize,
    pub(super) hop: usize,
}

impl Padding {
    /// Writes `samples` with `before` samples before and `after` samples after them, as this padding continues them.
    /// `None` and `SnipEdges` continue by nothing and take no samples before or after; an empty clip is continued by zeros.
    ///
    /// ```
    /// use millpond_core::audio::Padding;
    ///
    /// let mut out = [0.0; 6];
    /// Padding::Reflect.pad_into(&[1.0, 2.0, 3.0], 2, 1, &mut out)?;
    /// assert_eq!(out, [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
    /// # Ok::<(), millpond_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], and [`Error::BadParameter`] for samples where there is nothing; nothing is written.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn pad_into(self, samples: &[f32], before: usize, after: usize, out: &mut [f32]) -> Result<(), Error> {
        if matches!(self, Padding::None | Padding::SnipEdges) && (before, after) != (0, 0) {
            let value = before.max(after) as f64;
            return Err(Error::BadParameter { name: "before, after", value, expected: "0 without padding" });
        }
        let (needed, got) = (samples.len().saturating_add(before).saturating_add(after), out.len());
        let out = out.get_mut(..needed).ok_or(Error::BufferTooSmall { needed, got })?;
        for (i, out) in out.iter_mut().enumerate() {
            let index = self.index(i as i64 - before as i64, samples.len() as u64);
            *out = index.and_then(|index| samples.get(index as usize)).copied().unwrap_or(0.0);
        }
        Ok(())
    }

    /// Number of frames of a clip of `len` samples.
    pub(super) fn frames(self, len: usize, geometry: FrameGeometry) -> usize {
        let FrameGeometry { n_fft, win, hop } = geometry;
        let hop = hop.max(1);
        let whole = |length: usize| len.checked_sub(length).map_or(0, |left| 1 + left / hop);
        match self {
            _ if len == 0 => 0,
            Padding::Reflect | Padding::Zero => 1 + len / hop,
            Padding::None => whole(n_fft),
            Padding::SnipEdges => whole(win),
            Padding::Mirror => len.saturating_add(hop / 2) / hop,
        }
    }

    /// The first sample under the window of frame 0.
    pub(super) fn origin(self, geometry: FrameGeometry) -> i64 {
        let FrameGeometry { n_fft, win, hop } = geometry;
        match self {
            Padding::Reflect | Padding::Zero => self.window_start(geometry) as i64 - (n_fft / 2) as i64,
            Padding::None => self.window_start(geometry) as i64,
            Padding::SnipEdges => 0,
            Padding::Mirror => (hop / 2) as i64 - (win / 2) as i64,
        }
    }

    /// Where the window begins in the FFT.
    pub(super) fn window_start(self, geometry: FrameGeometry) -> usize {
        match self {
            Padding::Reflect | Padding::Zero | Padding::None => (geometry.n_fft - geometry.win) / 2,
            Padding::SnipEdges | Padding::Mirror => 0,
        }
    }

    /// The sample of a clip of `len` samples that stands at any position; `None` is a zero.
    pub(super) fn index(self, position: i64, len: u64) -> Option<u64> {
        if position >= 0 && (position as u64) < len {
            return Some(position as u64);
        }
        if len == 0 {
            return None;
        }
        let len = i64::try_from(len).unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
        match self {
            Padding::Zero | Padding::None | Padding::SnipEdges => None,
            Padding::Reflect if len == 1 => Some(0),
            Padding::Reflect => {
                let n = position.rem_euclid(2 * (len - 1));
                Some(n.min(2 * (len - 1) - n) as u64)
            }
            Padding::Mirror => {
                let n = position.rem_euclid(2 * len);
                Some(n.min(2 * len - 1 - n) as u64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflections_are_numpys() {
        let padded = |padding: Padding| -> Vec<Option<u64>> { (-5..8).map(|i| padding.index(i, 3)).collect() };
        // np.pad([0, 1, 2], 5, mode="reflect"), "symmetric", "constant"
        assert_eq!(padded(Padding::Reflect), [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1].map(Some));
        assert_eq!(padded(Padding::Mirror), [1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1].map(Some));
        assert_eq!(padded(Padding::Zero)[4..9], [None, Some(0), Some(1), Some(2), None]);
        assert!((-9..9).all(|i| Padding::Reflect.index(i, 1) == Some(0) && Padding::Mirror.index(i, 1) == Some(0)));
        assert_eq!(Padding::Reflect.index(-320, u64::MAX), Some(320));
        assert_eq!(Padding::Mirror.index(-320, u64::MAX), Some(319));
    }

    #[test]
    fn frames_are_counted_as_the_references_do() {
        let geometry = FrameGeometry { n_fft: 512, win: 400, hop: 160 };
        let frames = |padding: Padding| [0, 1, 79, 80, 399, 400, 512, 560].map(|len| padding.frames(len, geometry));
        assert_eq!(frames(Padding::Reflect), [0, 1, 1, 1, 3, 3, 4, 4]);
        assert_eq!(frames(Padding::None), [0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(frames(Padding::SnipEdges), [0, 0, 0, 0, 0, 1, 1, 2]);
        assert_eq!(frames(Padding::Mirror), [0, 0, 0, 1, 2, 3, 3, 4]);
    }
}
