//! Every way in which two or three threads can interleave in a pool, by loom: `cargo xtask loom`, or
//! `RUSTFLAGS="--cfg loom" cargo test -p millpond-core --no-default-features --features async --release --test pool_loom`.
//!
//! Each object has a witness cell that loom watches: two borrowers of one object at a time, or two that are not in a known
//! order, fail a model, as do deadlocks, panics and an object that is dropped twice or never.
#![cfg(loom)]
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use loom::thread;
use millpond_core::Error;
use millpond_core::pool::{CancelToken, Exhausted, Pool, PoolConfig, Recycle, Reset};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An object that counts how many of its kind live.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(living: &Arc<AtomicUsize>) -> Counted {
        living.fetch_add(1, Ordering::Relaxed);
        Counted(Arc::clone(living))
    }
}

impl Recycle for Counted {
    fn recycle(&mut self, _: Reset) {}

    fn bytes(&self) -> usize {
        1
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert!(self.0.fetch_sub(1, Ordering::Relaxed) > 0, "dropped twice");
    }
}

/// Explores a model; afterwards no object may be left.
fn model(config: PoolConfig, preemptions: usize, run: impl Fn(Pool<Counted>) + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(move || {
        let living = Arc::new(AtomicUsize::new(0));
        let makers = Arc::clone(&living);
        run(Pool::new(config, move || Counted::new(&makers)).unwrap());
        assert_eq!(living.load(Ordering::Relaxed), 0, "an object was lost");
    });
}

fn check_rest(pool: &Pool<Counted>, capacity: usize, acquires: u64) {
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.available, stats.capacity), (0, capacity, capacity));
    assert_eq!((stats.total_acquires, stats.total_releases), (acquires, acquires));
    assert_eq!(stats.bytes, capacity);
}

#[test]
fn two_threads_take_and_give_back_twice() {
    model(PoolConfig::fixed(2), 3, |pool| {
        let other = pool.clone();
        let work = |pool: &Pool<Counted>| {
            for _ in 0..2 {
                drop(pool.try_acquire().unwrap());
            }
        };
        let thread = thread::spawn(move || work(&other));
        work(&pool);
        thread.join().unwrap();
        check_rest(&pool, 2, 4);
    });
}

#[test]
fn three_threads_share_two_objects() {
    model(PoolConfig::fixed(2), 2, |pool| {
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let pool = pool.clone();
                thread::spawn(move || pool.try_acquire().is_ok())
            })
            .collect();
        let mine = pool.try_acquire().is_ok();
        let got = threads.into_iter().map(|thread| thread.join().unwrap()).filter(|&got| got).count();
        assert!(got + usize::from(mine) >= 2, "two of three get one even if all come at once");
        check_rest(&pool, 2, (got + usize::from(mine)) as u64);
    });
}

#[test]
fn a_waiter_gets_what_comes_back() {
    model(PoolConfig::fixed(1).exhausted(Exhausted::Wait { deadline: None }), 3, |pool| {
        let other = pool.clone();
        let thread = thread::spawn(move || drop(other.acquire().unwrap()));
        drop(pool.acquire().unwrap());
        thread.join().unwrap();
        check_rest(&pool, 1, 2);
    });
}

#[test]
fn three_threads_wait_for_one_object() {
    model(PoolConfig::fixed(1).exhausted(Exhausted::Wait { deadline: None }), 2, |pool| {
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let pool = pool.clone();
                thread::spawn(move || drop(pool.acquire().unwrap()))
            })
            .collect();
        drop(pool.acquire().unwrap());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        check_rest(&pool, 1, 3);
    });
}

/// Three objects are two words here.
#[test]
fn waiting_and_closing_with_more_than_one_word() {
    model(PoolConfig::fixed(3).exhausted(Exhausted::Wait { deadline: None }), 2, |pool| {
        let held = [pool.acquire().unwrap(), pool.acquire().unwrap(), pool.acquire().unwrap()];
        let other = pool.clone();
        let thread = thread::spawn(move || match other.acquire() {
            Ok(object) => drop(object),
            Err(error) => assert_eq!(error, Error::PoolClosed),
        });
        let [first, _second, third] = held;
        drop(third);
        drop(first);
        pool.close();
        thread.join().unwrap();
        assert_eq!((pool.stats().capacity, pool.stats().in_use), (1, 1));
    });
}

#[test]
fn two_threads_take_from_two_words() {
    model(PoolConfig::fixed(3).exhausted(Exhausted::Wait { deadline: None }), 2, |pool| {
        let held = [pool.acquire().unwrap(), pool.acquire().unwrap()];
        let other = pool.clone();
        let thread = thread::spawn(move || drop(other.acquire().unwrap()));
        drop(pool.acquire().unwrap());
        thread.join().unwrap();
        drop(held);
        check_rest(&pool, 3, 4);
    });
}

#[test]
fn closing_wakes_waiters_and_drops_what_comes_home() {
    model(PoolConfig::fixed(1).exhausted(Exhausted::Wait { deadline: None }), 3, |pool| {
        let held = pool.acquire().unwrap();
        let other = pool.clone();
        let thread = thread::spawn(move || match other.acquire() {
            Ok(object) => drop(object),
            Err(error) => assert_eq!(error, Error::PoolClosed),
        });
        let closer = pool.clone();
        let closing = thread::spawn(move || {
            closer.close();
        });
        drop(held);
        closing.join().unwrap();
        thread.join().unwrap();
        let stats = pool.stats();
        assert_eq!((stats.capacity, stats.in_use, stats.bytes), (0, 0, 0));
    });
}

#[test]
fn a_guard_may_come_home_while_the_last_handle_goes() {
    model(PoolConfig::fixed(2), 3, |pool| {
        let first = pool.try_acquire().unwrap();
        let second = pool.try_acquire().unwrap();
        let threads = [thread::spawn(move || drop(first)), thread::spawn(move || drop(second))];
        drop(pool);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn taking_races_with_closing() {
    model(PoolConfig::fixed(1), 3, |pool| {
        let other = pool.clone();
        let thread = thread::spawn(move || drop(other.try_acquire()));
        pool.close();
        assert_eq!(pool.try_acquire().err(), Some(Error::PoolClosed));
        thread.join().unwrap();
        drop(pool);
    });
}

#[test]
fn a_cancelled_waiter_leaves_and_passes_its_wake_up_on() {
    model(PoolConfig::fixed(1).exhausted(Exhausted::Wait { deadline: None }), 2, |pool| {
        let held = pool.acquire().unwrap();
        let token = CancelToken::new();
        let cancellable = {
            let (pool, token) = (pool.clone(), token.clone());
            thread::spawn(move || match pool.acquire_or_cancelled(&token) {
                Ok(object) => drop(object),
                Err(error) => assert_eq!(error, Error::Cancelled),
            })
        };
        let patient = {
            let pool = pool.clone();
            thread::spawn(move || drop(pool.acquire().unwrap()))
        };
        token.cancel();
        drop(held);
        cancellable.join().unwrap();
        patient.join().unwrap();
        assert_eq!(pool.stats().available, 1);
    });
}

#[test]
fn the_last_of_the_sharers_gives_back() {
    model(PoolConfig::fixed(1), 3, |pool| {
        let shared = pool.try_acquire().unwrap().share();
        let other = shared.clone();
        let thread = thread::spawn(move || match other.try_unique() {
            Ok(unique) => drop(unique),
            Err(shared) => drop(shared.clone()),
        });
        drop(shared);
        thread.join().unwrap();
        check_rest(&pool, 1, 1);
    });
}

#[test]
fn two_threads_grow_a_pool_once() {
    model(PoolConfig::growing(1, 2), 2, |pool| {
        let other = pool.clone();
        let thread = thread::spawn(move || other.acquire().unwrap());
        let mine = pool.acquire().unwrap();
        let theirs = thread.join().unwrap();
        assert_eq!((pool.stats().in_use, pool.stats().capacity, pool.stats().allocations), (2, 2, 2));
        drop((mine, theirs));
        check_rest(&pool, 2, 2);
    });
}

#[test]
fn overflow_is_freed_while_the_pool_goes() {
    model(PoolConfig::fixed(1).exhausted(Exhausted::Allocate), 3, |pool| {
        let inside = pool.acquire().unwrap();
        let beyond = pool.acquire().unwrap();
        let thread = thread::spawn(move || drop(beyond));
        drop(pool);
        drop(inside);
        thread.join().unwrap();
    });
}

#[cfg(feature = "async")]
#[test]
fn a_future_gets_what_comes_back() {
    use loom::future::block_on;
    model(PoolConfig::fixed(1), 2, |pool| {
        let held = pool.try_acquire().unwrap();
        let other = pool.clone();
        let thread = thread::spawn(move || drop(block_on(other.acquire_async()).unwrap()));
        drop(held);
        thread.join().unwrap();
        check_rest(&pool, 1, 2);
    });
}
