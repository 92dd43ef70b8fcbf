//! Transforms of real numbers: the bins 0 to N/2.
//!
//! For an even N, z[n] = x[2n] + i·x[2n + 1] is transformed with length N/2 = H; with a = Z[k] and b = Z*[H − k],
//! X[k] = ½(a + b) − ½i·e^(−2πik/N)·(a − b), and X[H − k] is the conjugate of the same with a minus. The halves are the
//! caller's: input is given as x/2, which is exact, together with the window. An odd N is transformed as complex numbers.
//! Making one allocates; running it does not.

use super::{Fft, turned, twiddle};
use crate::audio::lanes::{Complex, Lanes};

/// A planned transform.
pub(in crate::audio) struct RealFft {
    len: usize,
    fft: Fft,
    places: Vec<u32>,
    /// e^(−2πik/N) for k ≤ N/4.
    twiddles: Vec<[f32; 2]>,
}

impl RealFft {
    /// Plans and allocates, for a length of at least 2.
    pub(in crate::audio) fn new(len: usize) -> RealFft {
        let even = len.is_multiple_of(2);
        let fft = Fft::new(if even { len / 2 } else { len });
        let twiddles = (0..=len / 4).map(|k| twiddle(k, len)).collect();
        RealFft { len, places: fft.places(), fft, twiddles }
    }

    /// Complex numbers that the input and the results need.
    pub(in crate::audio) fn data_len(&self) -> usize {
        self.places.len()
    }

    pub(in crate::audio) fn scratch_len(&self) -> usize {
        self.fft.scratch_len()
    }

    /// Where the halved real numbers go. Of an odd length, [`run`](Self::run) spreads them.
    #[inline(always)]
    pub(in crate::audio) fn input<'a, V: Lanes>(&self, data: &'a mut [Complex<V>]) -> &'a mut [V] {
        &mut data.as_flattened_mut()[..self.len]
    }

    /// Transforms what is in [`input`](Self::input) and hands out every bin with its number, in no order.
    #[inline(always)]
    pub(in crate::audio) fn run<V: Lanes>(
        &self,
        data: &mut [Complex<V>],
        scratch: &mut [Complex<V>],
        mut bin: impl FnMut(usize, Complex<V>),
    ) {
        let even = self.len.is_multiple_of(2);
        if !even {
            let two = V::splat(2.0);
            for n in (0..self.len).rev() {
                data[n] = [data.as_flattened()[n] * two, V::splat(0.0)];
            }
        }
        self.fft.run(data, scratch);
        let places = &self.places[..];
        if !even {
            for (k, &place) in places.iter().enumerate().take(self.len / 2 + 1) {
                bin(k, data[place as usize]);
            }
            return;
        }
        let half = places.len();
        let [re, im] = data[places[0] as usize];
        let (re, im) = (re + re, im + im);
        bin(0, [re + im, V::splat(0.0)]);
        bin(half, [re - im, V::splat(0.0)]);
        for (k, &factor) in self.twiddles.iter().enumerate().skip(1) {
            let (a, b) = (data[places[k] as usize], data[places[half - k] as usize]);
            let even = [a[0] + b[0], a[1] - b[1]];
            let odd = turned([a[1] + b[1], b[0] - a[0]], factor);
            bin(k, [even[0] + odd[0], even[1] + odd[1]]);
            bin(half - k, [even[0] - odd[0], odd[1] - even[1]]);
        }
    }
}
