//! What a pool answers: policies, wrong use, closing, sharing, leaks. Fixed sequences on few threads; Miri runs this file.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use millpond_core::Error;
use millpond_core::pool::{
    CancelToken, Exhausted, Growth, Pool, PoolConfig, PoolStats, Pooled, Recycle, Reset, SharedPooled,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Bytes that are counted while they live.
struct Counted {
    bytes: Vec<u8>,
    living: Arc<AtomicUsize>,
}

impl Recycle for Counted {
    fn recycle(&mut self, reset: Reset) {
        if reset == Reset::Zero {
            self.bytes.fill(0);
        }
    }

    fn bytes(&self) -> usize {
        self.bytes.len()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.living.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A pool of blocks of ten bytes, and the number of blocks that exist.
fn counted(config: PoolConfig) -> (Pool<Counted>, Arc<AtomicUsize>) {
    let living = Arc::new(AtomicUsize::new(0));
    let makers = Arc::clone(&living);
    let pool = Pool::new(config, move || {
        makers.fetch_add(1, Ordering::Relaxed);
        Counted { bytes: vec![0; 10], living: Arc::clone(&makers) }
    });
    (pool.unwrap(), living)
}

fn code<T>(result: Result<T, Error>) -> &'static str {
    result.err().map_or("ok", |error| error.code())
}

fn is_consistent(stats: &PoolStats) -> bool {
    stats.in_use + stats.available == stats.capacity
        && stats.total_acquires - stats.total_releases == stats.in_use as u64
        && stats.peak_usage >= stats.in_use
}

#[test]
fn the_same_object_is_lent_again_and_keeps_its_contents() {
    let (pool, _) = counted(PoolConfig::fixed(3));
    let (mut a, b) = (pool.acquire().unwrap(), pool.acquire().unwrap());
    a.bytes[3] = 7;
    let address = a.bytes.as_ptr();
    drop(b);
    drop(a);
    let again = pool.acquire().unwrap();
    assert_eq!((again.bytes.as_ptr(), again.bytes[3]), (address, 7));
}

#[test]
fn exhaustion_under_fail_is_an_error_with_the_capacity() {
    let (pool, _) = counted(PoolConfig::fixed(2));
    let held = (pool.acquire().unwrap(), pool.acquire().unwrap());
    assert_eq!(pool.acquire().err(), Some(Error::PoolExhausted { capacity: 2 }));
    assert_eq!(pool.try_acquire().err(), Some(Error::PoolExhausted { capacity: 2 }));
    drop(held);
    let stats = pool.stats();
    assert_eq!((stats.total_acquires, stats.total_releases, stats.peak_usage), (2, 2, 2));
    assert_eq!((stats.allocations, stats.overflow, stats.bytes), (2, 0, 20));
}

#[test]
fn exhaustion_under_wait_ends_with_the_deadline() {
    let deadline = Some(Duration::from_millis(20));
    let (pool, _) = counted(PoolConfig::fixed(1).exhausted(Exhausted::Wait { deadline }));
    let held = pool.acquire().unwrap();
    match pool.acquire().err() {
        Some(Error::DeadlinePassed { waited }) => assert!(waited >= Duration::from_millis(20)),
        other => panic!("{other:?}"),
    }
    assert_eq!(code(pool.acquire_timeout(Duration::ZERO)), "E_DEADLINE");
    assert_eq!(code(pool.acquire_timeout(Duration::from_millis(1))), "E_DEADLINE");
    assert_eq!(code(pool.try_acquire()), "E_POOL_EXHAUSTED");
    let stats = pool.stats();
    assert_eq!(stats.waits, 2, "a deadline of nothing is no wait");
    assert!(stats.wait_time >= Duration::from_millis(21));
    drop(held);
    assert!(pool.acquire_timeout(Duration::ZERO).is_ok(), "an object that is there needs no time");
}

#[test]
fn exhaustion_under_wait_ends_when_an_object_returns() {
    let (pool, _) = counted(PoolConfig::fixed(1).exhausted(Exhausted::Wait { deadline: None }));
    let held = pool.acquire().unwrap();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| drop(pool.acquire().unwrap()));
        // Until the waiter sleeps, as far as can be seen from outside; the outcome is the same if it does not yet.
        thread::sleep(Duration::from_millis(5));
        drop(held);
        waiter.join().unwrap();
    });
    assert!(is_consistent(&pool.stats()));
}

#[test]
fn exhaustion_under_allocate_makes_one_more_and_frees_it_when_it_comes_back() {
    let (pool, living) = counted(PoolConfig::fixed(1).exhausted(Exhausted::Allocate));
    let inside = pool.acquire().unwrap();
    let beyond = [pool.acquire().unwrap(), pool.acquire().unwrap()];
    let stats = pool.stats();
    assert_eq!((stats.capacity, stats.in_use, stats.available, stats.overflow), (3, 3, 0, 2));
    assert_eq!((stats.allocations, stats.bytes, stats.peak_usage), (3, 30, 3));
    assert!(is_consistent(&stats));
    drop(inside);
    assert_eq!(living.load(Ordering::Relaxed), 3);
    drop(beyond);
    assert_eq!(living.load(Ordering::Relaxed), 1);
    let stats = pool.stats();
    assert_eq!((stats.capacity, stats.available, stats.overflow, stats.bytes), (1, 1, 2, 10));
    assert_eq!((stats.total_acquires, stats.total_releases), (3, 3));
    assert!(is_consistent(&stats));
}

#[test]
fn growth_follows_the_configuration_and_try_acquire_does_not_grow() {
    let (pool, _) = counted(PoolConfig::growing(1, 6).growth(Growth::Linear(2)));
    let mut held = vec![pool.acquire().unwrap()];
    assert_eq!(code(pool.try_acquire()), "E_POOL_EXHAUSTED");
    let mut capacities = vec![];
    while let Ok(object) = pool.acquire() {
        held.push(object);
        capacities.push(pool.stats().capacity);
    }
    assert_eq!(capacities, [3, 3, 5, 5, 6]);
    let stats = pool.stats();
    assert_eq!((stats.peak_usage, stats.allocations, stats.overflow), (6, 6, 0));
    drop(held);
    let (pool, _) = counted(PoolConfig::growing(0, 8));
    assert_eq!(pool.stats(), PoolStats::default());
    let _held: Vec<_> = (0..5).map(|_| pool.acquire().unwrap()).collect();
    assert_eq!(pool.stats().capacity, 8);
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused() {
    let pool = Pool::new(PoolConfig::fixed(0), || vec![0u8; 1]);
    assert_eq!(code(pool), "E_BAD_PARAMETER");
}

#[test]
fn a_closed_pool_refuses_and_guards_stay_good() {
    let (pool, living) = counted(PoolConfig::fixed(3).exhausted(Exhausted::Allocate));
    let mut first = pool.acquire().unwrap();
    let shared = pool.acquire().unwrap().share();
    assert_eq!(pool.close(), []);
    assert_eq!(living.load(Ordering::Relaxed), 2, "what was free is dropped at once");
    assert_eq!((code(pool.acquire()), code(pool.try_acquire())), ("E_CLOSED", "E_CLOSED"));
    assert_eq!(code(pool.acquire_timeout(Duration::from_secs(60))), "E_CLOSED");
    assert_eq!(code(pool.acquire_or_cancelled(&CancelToken::new())), "E_CLOSED");
    let stats = pool.stats();
    assert_eq!((stats.capacity, stats.in_use, stats.available, stats.bytes), (2, 2, 0, 20));
    first.bytes[0] = 1;
    drop(first);
    assert_eq!(living.load(Ordering::Relaxed), 1, "what comes back is dropped");
    pool.close();
    drop(pool);
    assert_eq!(shared.bytes[0], 0);
    drop(shared);
    assert_eq!(living.load(Ordering::Relaxed), 0);
}

#[test]
fn closing_wakes_those_who_wait() {
    let (pool, _) = counted(PoolConfig::fixed(1).exhausted(Exhausted::Wait { deadline: None }));
    let held = pool.acquire().unwrap();
    let token = CancelToken::new();
    thread::scope(|scope| {
        let waiters = [
            scope.spawn(|| code(pool.acquire())),
            scope.spawn(|| code(pool.acquire_timeout(Duration::from_secs(600)))),
            scope.spawn(|| code(pool.acquire_or_cancelled(&token))),
        ];
        thread::sleep(Duration::from_millis(10));
        pool.close();
        assert_eq!(waiters.map(|waiter| waiter.join().unwrap()), ["E_CLOSED"; 3]);
    });
    drop(held);
    assert_eq!(pool.stats().capacity, 0);
}

#[test]
fn cancelling_ends_waits_with_the_token_and_its_children_only() {
    let (pool, _) = counted(PoolConfig::fixed(1));
    let held = pool.acquire().unwrap();
    let (outer, other) = (CancelToken::new(), CancelToken::new());
    let inner = outer.child();
    thread::scope(|scope| {
        let waiters = [&outer, &inner].map(|token| scope.spawn(|| code(pool.acquire_or_cancelled(token))));
        let patient = scope.spawn(|| code(pool.acquire_or_cancelled(&other)));
        thread::sleep(Duration::from_millis(10));
        outer.cancel();
        assert_eq!(waiters.map(|waiter| waiter.join().unwrap()), ["E_CANCELLED"; 2]);
        drop(held);
        assert_eq!(patient.join().unwrap(), "ok");
    });
    assert_eq!(code(pool.acquire_or_cancelled(&inner)), "E_CANCELLED", "even if an object is free");
    let outer = CancelToken::new();
    outer.child().cancel();
    assert!(!outer.is_cancelled());
}

#[test]
fn zeroing_happens_when_an_object_comes_back() {
    let (pool, _) = counted(PoolConfig::fixed(1).reset(Reset::Zero));
    let mut object = pool.acquire().unwrap();
    object.bytes.fill(9);
    let shared = object.share();
    drop(shared.clone());
    assert_eq!(shared.bytes, [9; 10]);
    drop(shared);
    assert_eq!(pool.acquire().unwrap().bytes, [0; 10]);
}

#[test]
fn sharing_counts_in_the_slot_and_ends_with_the_last() {
    let (pool, _) = counted(PoolConfig::fixed(1));
    let mut object = pool.acquire().unwrap();
    object.bytes[1] = 5;
    let shared = object.share();
    let clones = [shared.clone(), shared.clone()];
    let shared = shared.try_unique().err().unwrap();
    thread::scope(|scope| {
        for clone in clones {
            scope.spawn(move || assert_eq!(clone.bytes[1], 5));
        }
    });
    let mut unique = shared.try_unique().ok().unwrap();
    unique.bytes[1] = 6;
    assert_eq!(pool.stats().available, 0);
    drop(unique.share());
    assert_eq!((pool.stats().available, pool.stats().total_acquires), (1, 1));
}

#[test]
fn a_guard_travels_through_c_and_outlives_the_pool() {
    let (pool, living) = counted(PoolConfig::fixed(2).exhausted(Exhausted::Allocate));
    let mut guards: Vec<Pooled<Counted>> = (0..3).map(|_| pool.acquire().unwrap()).collect();
    guards[0].bytes[0] = 5;
    let pointers: Vec<usize> = guards.into_iter().map(|guard| guard.into_raw().expose_provenance()).collect();
    drop(pool);
    assert_eq!(living.load(Ordering::Relaxed), 3);
    for (at, pointer) in pointers.into_iter().enumerate() {
        thread::spawn(move || {
            // SAFETY: fresh from `into_raw` of the same type.
            let guard = unsafe { Pooled::<Counted>::from_raw(std::ptr::with_exposed_provenance_mut(pointer)) };
            assert_eq!(guard.bytes[0], if at == 0 { 5 } else { 0 });
        })
        .join()
        .unwrap();
    }
    assert_eq!(living.load(Ordering::Relaxed), 0);
}

#[test]
fn leaks_name_the_call_that_acquired() {
    let (pool, _) = counted(PoolConfig::fixed(1).exhausted(Exhausted::Allocate).leak_report(true));
    assert_eq!(pool.leaks(Duration::ZERO), []);
    let inside = pool.acquire().unwrap();
    let line = line!() - 1;
    thread::sleep(Duration::from_millis(2));
    let beyond = pool.acquire().unwrap().share();
    let leaks = pool.leaks(Duration::ZERO);
    assert_eq!(leaks.len(), 2);
    assert_eq!((leaks[0].acquired_at.line(), leaks[1].acquired_at.line()), (line, line + 3), "the oldest first");
    assert!(leaks[0].acquired_at.file().ends_with("pool.rs"));
    assert!(leaks[0].to_string().contains(&format!("pool.rs:{line}")), "{}", leaks[0]);
    assert!(leaks[0].age >= Duration::from_millis(2));
    assert_eq!(pool.leaks(Duration::from_secs(3600)), []);
    drop(inside);
    let held = pool.close();
    assert_eq!((held.len(), held[0].acquired_at.line()), (1, line + 3));
    drop(beyond);
    assert_eq!(pool.leaks(Duration::ZERO), []);
    let (silent, _) = counted(PoolConfig::fixed(1));
    let _held = silent.acquire().unwrap();
    assert_eq!(silent.leaks(Duration::ZERO), [], "nothing is noted unless asked for");
}

#[test]
fn handles_are_one_pool_and_the_last_one_closes_it() {
    let (pool, living) = counted(PoolConfig::fixed(2));
    let other = pool.clone();
    drop(pool);
    let held = other.acquire().unwrap();
    drop(other);
    assert_eq!(living.load(Ordering::Relaxed), 1);
    drop(held);
    assert_eq!(living.load(Ordering::Relaxed), 0);
}

#[test]
fn an_object_that_changes_its_size_is_measured_when_it_comes_back() {
    let pool = Pool::new(PoolConfig::fixed(2), || vec![0u16; 4]).unwrap();
    assert_eq!(pool.stats().bytes, 16);
    let mut object = pool.acquire().unwrap();
    object.reserve_exact(96);
    drop(object);
    assert_eq!(pool.stats().bytes, 8 + 200);
}

#[test]
fn guards_cross_threads_as_their_objects_do() {
    fn crosses<T: Send + Sync>() {}
    crosses::<Pool<Vec<u8>>>();
    crosses::<Pooled<Vec<u8>>>();
    crosses::<SharedPooled<Vec<u8>>>();
    crosses::<CancelToken>();
}

#[test]
fn a_panic_while_making_leaves_the_pool_as_it_was() {
    let calls = Arc::new(AtomicUsize::new(0));
    let made = Arc::clone(&calls);
    let pool = Pool::new(PoolConfig::growing(1, 3), move || {
        assert!(made.fetch_add(1, Ordering::Relaxed) != 1, "the second one fails");
        vec![0u8; 1]
    });
    let pool = pool.unwrap();
    let held = pool.acquire().unwrap();
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| pool.acquire())).is_err());
    assert!(is_consistent(&pool.stats()));
    assert!(pool.acquire().is_ok(), "the next one is made");
    drop(held);
}

/// Many short loans on few threads: what Miri looks at for races.
#[test]
fn four_threads_pass_few_objects_around() {
    let rounds = if cfg!(miri) { 60 } else { 20_000 };
    let (pool, living) = counted(PoolConfig::growing(1, 3).exhausted(Exhausted::Wait { deadline: None }));
    thread::scope(|scope| {
        for tag in 1..=4 {
            let pool = &pool;
            scope.spawn(move || {
                for _ in 0..rounds {
                    let mut object = pool.acquire().unwrap();
                    object.bytes.fill(tag);
                    let shared = object.share();
                    let clone = shared.clone();
                    assert!(clone.bytes.iter().all(|&byte| byte == tag), "lent twice");
                }
            });
        }
    });
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.total_acquires), (0, 4 * rounds as u64));
    assert!(is_consistent(&stats));
    drop(pool);
    assert_eq!(living.load(Ordering::Relaxed), 0);
}
