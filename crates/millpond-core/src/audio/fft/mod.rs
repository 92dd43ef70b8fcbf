//! Fast Fourier transforms of any length, of the frames in the lanes of a vector.
//!
//! Forward, not scaled: X[k] = Σ x[n]·e^(−2πikn/N). Lengths 2^a·3^b·5^c go in place through decimation in frequency
//! (`radix.rs`); others become a convolution of such a length by Bluestein's chirp (`bluestein.rs`). Real input of even length
//! N is transformed as N/2 complex numbers and untangled (`real.rs`). Twiddle factors are computed in f64 by
//! [`math`](super::math) and rounded to f32 once; the order of operations depends on nothing but the length, so the bits are
//! the same on every target. Planning allocates; transforming does not.

mod bluestein;
mod butterfly;
mod radix;
mod real;

pub(super) use real::RealFft;

use super::lanes::{Complex, Lanes};
use super::math::sin_cos_turns;
use bluestein::Bluestein;
use radix::RadixFft;

/// A planned complex transform of any length.
enum Fft {
    Radix(RadixFft),
    Bluestein(Bluestein),
}

impl Fft {
    /// Plans and allocates.
    fn new(len: usize) -> Fft {
        match RadixFft::new(len) {
            Some(fft) => Fft::Radix(fft),
            None => Fft::Bluestein(Bluestein::new(len)),
        }
    }

    /// Complex numbers of scratch that [`run`](Self::run) needs.
    fn scratch_len(&self) -> usize {
        match self {
            Fft::Radix(_) => 0,
            Fft::Bluestein(fft) => fft.scratch_len(),
        }
    }

    /// Transforms in place. X[k] is then at `places()[k]`.
    #[inline(always)]
    fn run<V: Lanes>(&self, data: &mut [Complex<V>], scratch: &mut [Complex<V>]) {
        match self {
            Fft::Radix(fft) => fft.run(data),
            Fft::Bluestein(fft) => fft.run(data, scratch),
        }
    }

    /// Where X[k] is, by k.
    fn places(&self) -> Vec<u32> {
        match self {
            Fft::Radix(fft) => fft.places().to_vec(),
            Fft::Bluestein(fft) => (0..fft.len() as u32).collect(),
        }
    }
}

/// e^(−2πi·index/len), rounded to f32.
fn twiddle(index: usize, len: usize) -> [f32; 2] {
    let (sin, cos) = sin_cos_turns((index % len) as f64 / len as f64);
    [cos as f32, -sin as f32]
}

/// The same twiddle factor in each lane, times `x`.
#[inline(always)]
fn turned<V: Lanes>([re, im]: Complex<V>, [cos, sin]: [f32; 2]) -> Complex<V> {
    let (cos, sin) = (V::splat(cos), V::splat(sin));
    [re * cos - im * sin, re * sin + im * cos]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn noise(len: usize) -> Vec<f32> {
        let mut state = len as u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..len).map(|_| next()).collect()
    }

    /// Σ x[n]·e^(−2πikn/N) in f64.
    fn dft(x: &[[f64; 2]], k: usize) -> [f64; 2] {
        let len = x.len();
        x.iter().enumerate().fold([0.0; 2], |[re, im], (n, [a, b])| {
            let angle = -2.0 * PI * ((k * n) % len) as f64 / len as f64;
            [re + a * angle.cos() - b * angle.sin(), im + a * angle.sin() + b * angle.cos()]
        })
    }

    #[test]
    fn every_length_agrees_with_the_definition() {
        let lengths = (1..=66).chain([97, 100, 120, 127, 128, 200, 243, 256, 360, 400, 441, 500, 512, 625, 1000, 1024]);
        for len in lengths {
            let real = noise(2 * len);
            let mut data: Vec<Complex<f32>> = real.as_chunks::<2>().0.to_vec();
            let exact: Vec<[f64; 2]> = data.iter().map(|x| x.map(f64::from)).collect();
            let fft = Fft::new(len);
            fft.run(&mut data, &mut vec![[0.0; 2]; fft.scratch_len()]);
            let places = fft.places();
            for k in (0..len).step_by(1 + len / 50) {
                let (got, want) = (data[places[k] as usize], dft(&exact, k));
                let off = (f64::from(got[0]) - want[0]).hypot(f64::from(got[1]) - want[1]);
                assert!(off < 4e-7 * (len as f64).sqrt() * (1.0 + (len as f64).log2()), "{len}, {k}: {got:?} {want:?}");
            }
        }
    }

    #[test]
    fn real_input_agrees_with_the_definition() {
        for len in [2usize, 3, 4, 5, 6, 8, 9, 14, 16, 31, 98, 250, 400, 401, 441, 512, 800, 1024, 1102] {
            let x = noise(len);
            let exact: Vec<[f64; 2]> = x.iter().map(|&x| [f64::from(x), 0.0]).collect();
            let fft = RealFft::new(len);
            let mut data = vec![[0f32; 2]; fft.data_len()];
            let mut scratch = vec![[0f32; 2]; fft.scratch_len()];
            fft.input(&mut data).iter_mut().zip(&x).for_each(|(to, x)| *to = x / 2.0);
            let mut bins = vec![[f32::NAN; 2]; len / 2 + 1];
            fft.run(&mut data, &mut scratch, |k, x| bins[k] = x);
            for (k, got) in bins.iter().enumerate() {
                let want = dft(&exact, k);
                let off = (f64::from(got[0]) - want[0]).hypot(f64::from(got[1]) - want[1]);
                assert!(off < 4e-7 * (len as f64).sqrt() * (1.0 + (len as f64).log2()), "{len}, {k}: {got:?} {want:?}");
            }
        }
    }
}
