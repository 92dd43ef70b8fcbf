//! Whatever is done to a pool in whatever order, its figures agree with a plain model, and nothing is lost.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use millpond_core::Error;
use millpond_core::pool::{Exhausted, Growth, Pool, PoolConfig, Pooled, Recycle, Reset, SharedPooled};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

struct Counted(u64, Arc<AtomicUsize>);

impl Recycle for Counted {
    fn recycle(&mut self, reset: Reset) {
        if reset == Reset::Zero {
            self.0 = 0;
        }
    }

    fn bytes(&self) -> usize {
        8
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Acquire,
    TryAcquire,
    AcquireInTime,
    Release(usize),
    Share(usize),
    CloneShared(usize),
    ReleaseShared(usize),
    Unshare(usize),
    CloneHandle,
    Close,
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let operation = prop_oneof![
        6 => Just(Operation::Acquire),
        2 => Just(Operation::TryAcquire),
        1 => Just(Operation::AcquireInTime),
        4 => any::<usize>().prop_map(Operation::Release),
        2 => any::<usize>().prop_map(Operation::Share),
        2 => any::<usize>().prop_map(Operation::CloneShared),
        3 => any::<usize>().prop_map(Operation::ReleaseShared),
        2 => any::<usize>().prop_map(Operation::Unshare),
        1 => Just(Operation::CloneHandle),
    ];
    let closing = prop_oneof![30 => operation, 1 => Just(Operation::Close)];
    prop::collection::vec(closing, 0..120)
}

fn configurations() -> impl Strategy<Value = PoolConfig> {
    let growth = prop_oneof![Just(Growth::Fixed), (1usize..4).prop_map(Growth::Linear), Just(Growth::Exponential)];
    let deadline = Some(Duration::ZERO);
    let exhausted = prop_oneof![Just(Exhausted::Fail), Just(Exhausted::Allocate), Just(Exhausted::Wait { deadline })];
    (prop_oneof![4 => 1usize..5, 1 => 58usize..66], 0usize..6, growth, exhausted, any::<bool>()).prop_map(
        |(initial, more, growth, exhausted, zero)| {
            let reset = if zero { Reset::Zero } else { Reset::Keep };
            PoolConfig::growing(initial, initial + more).growth(growth).exhausted(exhausted).reset(reset)
        },
    )
}

/// What the pool should say.
#[derive(Debug, Default)]
struct Model {
    own: usize,
    beyond: usize,
    in_use: usize,
    peak: usize,
    acquires: u64,
    overflow: u64,
    made: u64,
    is_closed: bool,
}

struct Held {
    guard: Pooled<Counted>,
    is_beyond: bool,
}

struct HeldShared {
    guards: Vec<SharedPooled<Counted>>,
    is_beyond: bool,
    tag: u64,
}

impl Model {
    /// How an acquire should end: `Ok(beyond the pool?)`.
    fn acquire(&mut self, config: &PoolConfig, may_grow: bool) -> Result<bool, ()> {
        if self.is_closed {
            return Err(());
        }
        let mut is_beyond = false;
        if self.own - (self.in_use - self.beyond) == 0 {
            let limit = if config.growth == Growth::Fixed { config.initial } else { config.max };
            let step = match config.growth {
                Growth::Fixed => 0,
                Growth::Linear(step) => step,
                Growth::Exponential => self.own,
            };
            let step = step.min(limit - self.own);
            if !may_grow || step == 0 {
                if !may_grow || config.exhausted != Exhausted::Allocate {
                    return Err(());
                }
                is_beyond = true;
                self.beyond += 1;
                self.overflow += 1;
                self.made += 1;
            } else {
                self.own += step;
                self.made += step as u64;
            }
        }
        self.in_use += 1;
        self.acquires += 1;
        self.peak = self.peak.max(self.in_use);
        Ok(is_beyond)
    }

    fn release(&mut self, is_beyond: bool) {
        self.in_use -= 1;
        if is_beyond {
            self.beyond -= 1;
        } else if self.is_closed {
            self.own -= 1;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 5 } else { 512 },
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(0x706f_6f6c),
        ..ProptestConfig::default()
    })]

    #[test]
    fn figures_agree_with_the_model(config in configurations(), operations in operations()) {
        let living = Arc::new(AtomicUsize::new(0));
        let makers = Arc::clone(&living);
        let pool = Pool::new(config, move || {
            makers.fetch_add(1, Ordering::Relaxed);
            Counted(0, Arc::clone(&makers))
        }).unwrap();
        let mut model = Model { own: config.initial, made: config.initial as u64, ..Model::default() };
        let (mut unique, mut shared, mut handles) = (Vec::<Held>::new(), Vec::<HeldShared>::new(), vec![]);
        let mut next_tag = 0;
        for operation in operations {
            match operation {
                Operation::Acquire | Operation::TryAcquire | Operation::AcquireInTime => {
                    let (got, config, may_grow) = match operation {
                        Operation::Acquire => (pool.acquire(), config, true),
                        Operation::TryAcquire => (pool.try_acquire(), config, false),
                        _ => (pool.acquire_timeout(Duration::ZERO), config.exhausted(Exhausted::Fail), true),
                    };
                    let was_closed = model.is_closed;
                    match (got, model.acquire(&config, may_grow)) {
                        (Ok(mut guard), Ok(is_beyond)) => {
                            prop_assert!(guard.0 == 0 || config.reset == Reset::Keep);
                            next_tag += 1;
                            guard.0 = next_tag;
                            unique.push(Held { guard, is_beyond });
                        }
                        (Err(error), Err(())) => prop_assert_eq!(error == Error::PoolClosed, was_closed, "{}", error),
                        (got, wanted) => prop_assert!(false, "{:?} {:?}", got.map(|_| ()), wanted),
                    }
                }
                Operation::Release(at) if !unique.is_empty() => {
                    let held = unique.swap_remove(at % unique.len());
                    drop(held.guard);
                    model.release(held.is_beyond);
                }
                Operation::Share(at) if !unique.is_empty() => {
                    let Held { guard, is_beyond } = unique.swap_remove(at % unique.len());
                    let tag = guard.0;
                    shared.push(HeldShared { guards: vec![guard.share()], is_beyond, tag });
                }
                Operation::CloneShared(at) if !shared.is_empty() => {
                    let at = at % shared.len();
                    let clone = shared[at].guards[0].clone();
                    prop_assert_eq!(clone.0, shared[at].tag);
                    shared[at].guards.push(clone);
                }
                Operation::ReleaseShared(at) if !shared.is_empty() => {
                    let at = at % shared.len();
                    drop(shared[at].guards.pop());
                    if shared[at].guards.is_empty() {
                        model.release(shared.swap_remove(at).is_beyond);
                    }
                }
                Operation::Unshare(at) if !shared.is_empty() => {
                    let at = at % shared.len();
                    let is_alone = shared[at].guards.len() == 1;
                    let guard = shared[at].guards.pop().unwrap();
                    match guard.try_unique() {
                        Ok(guard) => {
                            prop_assert!(is_alone);
                            let HeldShared { is_beyond, tag, .. } = shared.swap_remove(at);
                            prop_assert_eq!(guard.0, tag);
                            unique.push(Held { guard, is_beyond });
                        }
                        Err(guard) => {
                            prop_assert!(!is_alone);
                            shared[at].guards.push(guard);
                        }
                    }
                }
                Operation::CloneHandle => handles.push(pool.clone()),
                Operation::Close => {
                    pool.close();
                    model.is_closed = true;
                    model.own = model.in_use - model.beyond;
                }
                _ => {}
            }
            let stats = pool.stats();
            prop_assert_eq!(stats.in_use + stats.available, stats.capacity);
            prop_assert_eq!(stats.total_acquires - stats.total_releases, stats.in_use as u64);
            prop_assert_eq!((stats.capacity, stats.in_use), (model.own + model.beyond, model.in_use));
            prop_assert_eq!((stats.total_acquires, stats.peak_usage), (model.acquires, model.peak));
            prop_assert_eq!((stats.overflow, stats.allocations), (model.overflow, model.made));
            prop_assert_eq!(stats.bytes, 8 * stats.capacity);
            prop_assert_eq!(living.load(Ordering::Relaxed), stats.capacity);
        }
        drop((pool, handles));
        prop_assert_eq!(living.load(Ordering::Relaxed), unique.len() + shared.len());
        drop((unique, shared));
        prop_assert_eq!(living.load(Ordering::Relaxed), 0);
    }
}
