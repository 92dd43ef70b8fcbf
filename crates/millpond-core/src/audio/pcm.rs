//! Samples of any format as mono f32.
//!
//! i16 is divided by 2^15 and i32 by 2^31 (rounded to f32 once), so that full scale is 1; f32 is taken as it is. Channels are
//! mixed down to their mean, (x₀ + x₁ + …)/n in f32, first channel first, as `librosa.to_mono` does; one channel is
//! passed through. (The sound of scenes is mixed by other rules.) Nothing allocates.

use crate::Error;

mod sealed {
    pub trait Sealed {}
    impl Sealed for i16 {}
    impl Sealed for i32 {}
    impl Sealed for f32 {}
}

/// A sample format: i16, i32 or f32.
pub trait PcmSample: Copy + sealed::Sealed {
    /// As f32 with full scale 1.
    fn to_f32(self) -> f32;
}

impl PcmSample for i16 {
    #[inline]
    fn to_f32(self) -> f32 {
        f32::from(self) / 32_768.0
    }
}

impl PcmSample for i32 {
    #[inline]
    fn to_f32(self) -> f32 {
        self as f32 / 2_147_483_648.0
    }
}

impl PcmSample for f32 {
    #[inline]
    fn to_f32(self) -> f32 {
        self
    }
}

/// Mixes interleaved samples, a frame of all channels after the other, down to mono. Returns the number of samples written.
///
/// ```
/// use millpond_core::audio::mono_from_interleaved_into;
///
/// let mut mono = [0.0; 2];
/// assert_eq!(mono_from_interleaved_into(&[16_384i16, 0, -32_768, -32_768], 2, &mut mono), Ok(2));
/// assert_eq!(mono, [0.25, -1.0]);
/// ```
///
/// # Errors
/// [`Error::BadParameter`] for no channels, or samples that are not whole frames of so many; [`Error::BufferTooSmall`].
/// Nothing is written then.
///
/// # Realtime
/// Does not allocate.
pub fn mono_from_interleaved_into<S: PcmSample>(
    samples: &[S],
    channels: usize,
    out: &mut [f32],
) -> Result<usize, Error> {
    if channels == 0 || !samples.len().is_multiple_of(channels) {
        let expected = "1 or more, and samples that are whole frames of so many";
        return Err(Error::BadParameter { name: "channels", value: channels as f64, expected });
    }
    let out = room(out, samples.len() / channels)?;
    for (out, frame) in out.iter_mut().zip(samples.chunks_exact(channels)) {
        *out = mean(frame.iter().copied(), channels);
    }
    Ok(out.len())
}

/// Mixes planar samples, a slice a channel, down to mono. Returns the number of samples written.
///
/// # Errors
/// [`Error::BadParameter`] for no channels, or channels of different lengths; [`Error::BufferTooSmall`]. Nothing is
/// written then.
///
/// # Realtime
/// Does not allocate.
pub fn mono_from_planar_into<S: PcmSample>(planes: &[&[S]], out: &mut [f32]) -> Result<usize, Error> {
    let Some((first, others)) = planes.split_first() else {
        return Err(Error::BadParameter { name: "channels", value: 0.0, expected: "1 or more" });
    };
    if let Some(other) = others.iter().find(|plane| plane.len() != first.len()) {
        let expected = "the same number of samples in each channel";
        return Err(Error::BadParameter { name: "plane length", value: other.len() as f64, expected });
    }
    let out = room(out, first.len())?;
    for (n, out) in out.iter_mut().enumerate() {
        *out = mean(planes.iter().map(|plane| plane[n]), planes.len());
    }
    Ok(out.len())
}

fn room(out: &mut [f32], needed: usize) -> Result<&mut [f32], Error> {
    let got = out.len();
    out.get_mut(..needed).ok_or(Error::BufferTooSmall { needed, got })
}

#[inline]
fn mean<S: PcmSample>(mut frame: impl Iterator<Item = S>, channels: usize) -> f32 {
    let first = frame.next().map_or(0.0, S::to_f32);
    let sum = frame.fold(first, |sum, x| sum + x.to_f32());
    if channels == 1 { sum } else { sum / channels as f32 }
}
