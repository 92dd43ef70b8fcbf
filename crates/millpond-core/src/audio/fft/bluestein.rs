//! Transforms of any length as a convolution, after Bluestein.
//!
//! With c[n] = e^(−πi·n²/N): X[k] = c[k]·Σ (x[n]·c[n])·c*[k − n]. The sum is a circular convolution of any length M ≥ 2N − 1;
//! M is the next power of two. c is periodic in 2N, so its angles are exact: n² is reduced modulo 2N in integers.
//! The inverse transform is the forward one between two conjugations. Making one allocates; running it does not.

use super::radix::RadixFft;
use super::{turned, twiddle};
use crate::audio::lanes::{Complex, Lanes};

/// A planned transform.
pub(super) struct Bluestein {
    len: usize,
    chirp: Vec<[f32; 2]>,
    inner: RadixFft,
    /// The transform of c*, divided by M, in the inner transform's order.
    filter: Vec<[f32; 2]>,
}

impl Bluestein {
    /// Plans and allocates, for a length of at least 1.
    pub(super) fn new(len: usize) -> Bluestein {
        let inner_len = (2 * len - 1).next_power_of_two();
        let square = |n: usize| ((n as u128 * n as u128) % (2 * len as u128)) as usize;
        let chirp: Vec<[f32; 2]> = (0..len).map(|n| twiddle(square(n), 2 * len)).collect();
        let mut filter = vec![[0.0f32; 2]; inner_len];
        for (n, [re, im]) in chirp.iter().enumerate() {
            let value = [re / inner_len as f32, -im / inner_len as f32];
            filter[n] = value;
            filter[(inner_len - n) % inner_len] = value;
        }
        let inner = RadixFft::new(inner_len).unwrap_or_else(|| unreachable!("a power of two"));
        inner.run(&mut filter);
        Bluestein { len, chirp, inner, filter }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn scratch_len(&self) -> usize {
        2 * self.filter.len()
    }

    /// Transforms in place, in natural order.
    #[inline(always)]
    pub(super) fn run<V: Lanes>(&self, data: &mut [Complex<V>], scratch: &mut [Complex<V>]) {
        let (product, inverse) = scratch.split_at_mut(self.filter.len());
        let (head, tail) = product.split_at_mut(self.len);
        for ((to, &x), &chirp) in head.iter_mut().zip(&*data).zip(&self.chirp) {
            *to = turned(x, chirp);
        }
        tail.fill([V::splat(0.0); 2]);
        // Not two copies of the transform: round 0 goes there, round 1 back.
        for round in 0..2 {
            let block = if round == 0 { &mut *product } else { &mut *inverse };
            self.inner.run(block);
            if round == 0 {
                for (n, to) in inverse.iter_mut().enumerate() {
                    let place = self.inner.places()[n] as usize;
                    let [re, im] = turned(product[place], self.filter[place]);
                    *to = [re, -im];
                }
            }
        }
        for (k, (to, &chirp)) in data.iter_mut().zip(&self.chirp).enumerate() {
            let [re, im] = inverse[self.inner.places()[k] as usize];
            *to = turned([re, -im], chirp);
        }
    }
}
