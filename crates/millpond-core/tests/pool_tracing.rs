//! Allocating beyond a pool warns once per crossing.
#![cfg(feature = "tracing")]
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use millpond_core::pool::{Exhausted, Pool, PoolConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Counts warnings.
struct Warnings(Arc<AtomicU64>);

impl Subscriber for Warnings {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        assert_eq!(*event.metadata().level(), Level::WARN);
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn a_pool_that_overflows_warns_once_until_everything_beyond_it_is_back() {
    let warnings = Arc::new(AtomicU64::new(0));
    let dispatch = tracing::Dispatch::new(Warnings(Arc::clone(&warnings)));
    tracing::dispatcher::with_default(&dispatch, || {
        let pool = Pool::new(PoolConfig::fixed(1).exhausted(Exhausted::Allocate), || vec![0u8; 4]).unwrap();
        let inside = pool.acquire().unwrap();
        assert_eq!(warnings.load(Ordering::Relaxed), 0);
        let beyond = [pool.acquire().unwrap(), pool.acquire().unwrap()];
        assert_eq!(warnings.load(Ordering::Relaxed), 1, "one crossing");
        let [first, second] = beyond;
        drop(first);
        let third = pool.acquire().unwrap();
        assert_eq!(warnings.load(Ordering::Relaxed), 1, "still beyond");
        drop((second, third));
        drop(pool.acquire().unwrap());
        assert_eq!(warnings.load(Ordering::Relaxed), 2, "crossed again");
        drop(inside);
    });
}
