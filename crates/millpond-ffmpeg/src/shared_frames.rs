//! Memory for decoded pictures that several decoders have in common.
//!
//! A [`SharedFrames`] is a [`PoolSet`] under one limit of bytes. A decoder that uses it takes as many slots as it needs
//! and no more than it would have of its own; what it gives back serves the others, of the same layout at once and of
//! another when the limit makes room for it. When the limit leaves no room for a picture, the decoder that wants it ends
//! with that error: waiting could last for ever, if all wait for one another.

use millpond_core::pool::{Exhausted, Growth, PoolConfig, PoolSet, PoolStats};
use std::sync::Arc;

/// The most slots of one layout.
const MOST: usize = 65_535;

/// Memory for decoded pictures; clones are the same memory.
#[derive(Clone, Debug)]
pub struct SharedFrames(Arc<PoolSet>);

impl SharedFrames {
    /// Nothing yet, and at most so many bytes.
    ///
    /// # Errors
    /// Never: what it asks of the pools makes sense.
    pub fn new(max_bytes: usize) -> Result<SharedFrames, crate::Error> {
        let config = PoolConfig::growing(1, MOST).growth(Growth::Linear(1));
        Ok(SharedFrames(Arc::new(PoolSet::new(config.exhausted(Exhausted::Fail), max_bytes)?)))
    }

    /// The figures of all slots.
    pub fn stats(&self) -> PoolStats {
        self.0.stats()
    }

    pub(crate) fn set(&self) -> &Arc<PoolSet> {
        &self.0
    }
}
