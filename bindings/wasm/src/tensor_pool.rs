//! `TensorPool`: preallocated blocks of f32 numbers that TypeScript borrows by number.

use crate::errors;
use crate::lending::{Lending, PoolPolicy, pool_calls};
use millpond_core::pool::Tensor;
use wasm_bindgen::prelude::*;

/// A pool of tensors of one shape.
#[wasm_bindgen]
pub struct TensorPool {
    pub(crate) lending: Lending<Tensor>,
}

pool_calls!(TensorPool);

#[wasm_bindgen]
impl TensorPool {
    /// Allocates the first tensors.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
    #[wasm_bindgen(constructor)]
    pub fn new(shape: &[u32], policy: PoolPolicy) -> Result<TensorPool, JsValue> {
        let shape: Vec<usize> = shape.iter().map(|&side| side as usize).collect();
        let numbers = shape.iter().fold(1u64, |numbers, &side| numbers.saturating_mul(side as u64));
        let make = |config| millpond_core::pool::TensorPool::tensors(&shape, config);
        let lending = Lending::new(policy, numbers.saturating_mul(4).saturating_add(64), make)
            .map_err(|error| refused(&shape, error))?;
        Ok(TensorPool { lending })
    }

    /// Where the numbers start in wasm memory; 0 if the tensor is not lent.
    pub fn address(&self, index: u32) -> u32 {
        self.lending.lent.with(index, |tensor| tensor.as_mut_slice().as_mut_ptr() as usize as u32).unwrap_or(0)
    }
}

/// A shape that can never be is a bad one, not one that memory has no room for just now.
fn refused(shape: &[usize], error: JsValue) -> JsValue {
    let size = shape.iter().try_fold(4usize, |size, &side| size.checked_mul(side));
    if size.is_some_and(|size| size <= isize::MAX as usize / 2) && (1..=4).contains(&shape.len()) {
        return error;
    }
    let largest = shape.iter().copied().max().unwrap_or(0) as f64;
    let expected = "1 to 4 sides of at least 1 that fit into memory";
    errors::core(millpond_core::Error::BadParameter { name: "shape of a tensor", value: largest, expected })
}
