//! Blocks of f32 numbers with a shape, and the pool of such blocks: what a model takes and gives.

use super::{Pool, PoolConfig, Recycle, Reset};
use crate::Error;
use crate::aligned::AlignedBytes;

/// Numbers in 1 to 4 dimensions, row-major (the last index runs fastest), aligned to 64 bytes, zeroed when made.
///
/// ```
/// use millpond_core::pool::{PoolConfig, TensorPool};
///
/// // One RGB picture, channels first.
/// let pool = TensorPool::tensors(&[1, 3, 96, 96], PoolConfig::fixed(2))?;
/// let mut tensor = pool.acquire()?;
/// tensor.as_mut_slice()[96 * 96] = 0.5;
/// assert_eq!((tensor.shape(), tensor.as_slice().len()), (&[1, 3, 96, 96][..], 27_648));
/// # Ok::<(), millpond_core::Error>(())
/// ```
pub struct Tensor {
    shape: Shape,
    memory: AlignedBytes,
}

#[derive(Clone, Copy)]
struct Shape {
    sides: [usize; 4],
    dimensions: usize,
    size: usize,
}

impl Shape {
    fn new(shape: &[usize]) -> Result<Shape, Error> {
        let bad = |value: usize, expected| {
            Err(Error::BadParameter { name: "shape of a tensor", value: value as f64, expected })
        };
        if !(1..=4).contains(&shape.len()) {
            return bad(shape.len(), "1 to 4 dimensions");
        }
        let size = shape.iter().try_fold(size_of::<f32>(), |size, &side| size.checked_mul(side));
        match size {
            Some(size) if size > 0 && size <= isize::MAX as usize / 2 => {
                let mut sides = [1; 4];
                sides[..shape.len()].copy_from_slice(shape);
                Ok(Shape { sides, dimensions: shape.len(), size })
            }
            _ => bad(shape.iter().copied().min().unwrap_or(0), "sides of at least 1 that fit into memory"),
        }
    }
}

impl Tensor {
    /// Allocates a tensor. This is the only call on it that allocates.
    ///
    /// # Errors
    /// [`Error::BadParameter`] if the shape has no dimension or more than 4, a side of 0, or does not fit into memory.
    pub fn new(shape: &[usize]) -> Result<Tensor, Error> {
        Shape::new(shape).map(Tensor::of)
    }

    fn of(shape: Shape) -> Tensor {
        Tensor { shape, memory: AlignedBytes::zeroed(shape.size) }
    }

    /// Sides, the slowest index first.
    pub fn shape(&self) -> &[usize] {
        &self.shape.sides[..self.shape.dimensions]
    }

    /// All numbers.
    pub fn as_slice(&self) -> &[f32] {
        self.memory.as_slice()
    }

    /// All numbers, to write.
    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        self.memory.as_mut_slice()
    }
}

impl core::fmt::Debug for Tensor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tensor").field("shape", &self.shape()).finish_non_exhaustive()
    }
}

impl Recycle for Tensor {
    fn recycle(&mut self, reset: Reset) {
        if reset == Reset::Zero {
            self.memory.zero();
        }
    }

    fn bytes(&self) -> usize {
        self.memory.allocated()
    }
}

/// A [`Pool`] of tensors of one shape.
pub type TensorPool = Pool<Tensor>;

impl TensorPool {
    /// A pool of tensors of this shape. Allocates.
    ///
    /// # Errors
    /// Those of [`Tensor::new`], and [`Error::BadParameter`] if the configuration makes no sense.
    pub fn tensors(shape: &[usize], config: PoolConfig) -> Result<TensorPool, Error> {
        let shape = Shape::new(shape)?;
        Pool::new(config, move || Tensor::of(shape))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_are_aligned_and_as_large_as_their_shape() {
        for shape in [&[5][..], &[2, 3], &[4, 1, 7], &[2, 3, 5, 7]] {
            let tensor = Tensor::new(shape).unwrap();
            assert_eq!(tensor.shape(), shape);
            assert_eq!(tensor.as_slice().len(), shape.iter().product::<usize>());
            assert_eq!(tensor.as_slice().as_ptr() as usize % 64, 0);
        }
    }

    #[test]
    fn shapes_that_make_no_sense_are_refused() {
        for shape in [&[][..], &[1; 5], &[3, 0], &[usize::MAX, 2], &[usize::MAX / 2]] {
            assert_eq!(Tensor::new(shape).unwrap_err().code(), "E_BAD_PARAMETER", "{shape:?}");
        }
    }

    #[test]
    fn zeroing_leaves_nothing() {
        let mut tensor = Tensor::new(&[3, 3]).unwrap();
        tensor.as_mut_slice().fill(2.0);
        tensor.recycle(Reset::Keep);
        assert_eq!(tensor.as_slice(), [2.0; 9]);
        tensor.recycle(Reset::Zero);
        assert_eq!(tensor.as_slice(), [0.0; 9]);
    }
}
