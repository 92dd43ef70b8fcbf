//! Decoding, encoding and filtering on a device.

mod device;
mod fallback;
mod kind;
#[cfg(test)]
mod pretence;
#[cfg(test)]
mod tests;

pub use device::{HwDevice, HwInfo};
pub(crate) use fallback::Codec;
pub use kind::HwKind;
