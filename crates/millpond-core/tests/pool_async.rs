//! Waiting in futures, beside threads and alone.
#![cfg(feature = "async")]
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use millpond_core::Error;
use millpond_core::pool::{Pool, PoolConfig};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Counts how often a future was woken.
#[derive(Default)]
struct Woken(AtomicU32);

impl Woken {
    fn times(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn pool(config: PoolConfig) -> Pool<Vec<u8>> {
    Pool::new(config, || vec![0; 8]).unwrap()
}

#[test]
fn a_future_is_ready_at_once_if_an_object_is_free_or_can_be_made() {
    let pool = pool(PoolConfig::growing(1, 2));
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(first)) = pin!(pool.acquire_async()).poll(&mut context) else { panic!("one is free") };
    let Poll::Ready(Ok(second)) = pin!(pool.acquire_async()).poll(&mut context) else { panic!("one is made") };
    assert!(pin!(pool.acquire_async()).poll(&mut context).is_pending());
    drop((first, second));
    assert_eq!((pool.stats().available, pool.stats().waits), (2, 1));
}

#[test]
fn each_object_that_comes_back_wakes_one_future_in_order() {
    let pool = pool(PoolConfig::fixed(1));
    let held = pool.try_acquire().unwrap();
    let woken = [Arc::new(Woken::default()), Arc::new(Woken::default())];
    let wakers = woken.clone().map(Waker::from);
    let (mut first, mut second) = (pin!(pool.acquire_async()), pin!(pool.acquire_async()));
    for _ in 0..3 {
        // Polled in vain: still one place in the queue each.
        assert!(first.as_mut().poll(&mut Context::from_waker(&wakers[0])).is_pending());
        assert!(second.as_mut().poll(&mut Context::from_waker(&wakers[1])).is_pending());
    }
    drop(held);
    assert_eq!((woken[0].times(), woken[1].times()), (1, 0));
    let Poll::Ready(Ok(object)) = first.as_mut().poll(&mut Context::from_waker(&wakers[0])) else { panic!("woken") };
    drop(object);
    assert!(woken[1].times() >= 1);
    assert!(second.as_mut().poll(&mut Context::from_waker(&wakers[1])).is_ready());
    assert_eq!((pool.stats().available, pool.stats().waits), (1, 2));
}

#[test]
fn a_woken_future_that_is_dropped_passes_it_on() {
    let pool = pool(PoolConfig::fixed(1));
    let held = pool.try_acquire().unwrap();
    let woken = [Arc::new(Woken::default()), Arc::new(Woken::default())];
    let wakers = woken.clone().map(Waker::from);
    let mut first = Box::pin(pool.acquire_async());
    let mut second = pin!(pool.acquire_async());
    assert!(first.as_mut().poll(&mut Context::from_waker(&wakers[0])).is_pending());
    assert!(second.as_mut().poll(&mut Context::from_waker(&wakers[1])).is_pending());
    drop(held);
    assert_eq!((woken[0].times(), woken[1].times()), (1, 0));
    drop(first);
    assert_eq!(woken[1].times(), 1);
    assert!(second.as_mut().poll(&mut Context::from_waker(&wakers[1])).is_ready());
}

#[test]
fn closing_ends_futures() {
    let pool = pool(PoolConfig::fixed(1));
    let held = pool.try_acquire().unwrap();
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut waiting = pin!(pool.acquire_async());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    pool.close();
    assert_eq!(woken.times(), 1);
    match waiting.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(Err(error)) => assert_eq!(error, Error::PoolClosed),
        _ => panic!("the pool is closed"),
    }
    drop(held);
}

/// Wakes a parked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn futures_and_threads_wait_side_by_side() {
    let rounds = if cfg!(miri) { 20 } else { 3000 };
    let pool = pool(PoolConfig::fixed(1));
    thread::scope(|scope| {
        for thread in 0..4 {
            let pool = &pool;
            scope.spawn(move || {
                for _ in 0..rounds {
                    let acquired = match thread % 2 {
                        0 => block_on(pool.acquire_async()),
                        _ => pool.acquire_timeout(std::time::Duration::from_secs(60)),
                    };
                    acquired.unwrap()[0] = thread;
                }
            });
        }
    });
    assert_eq!((pool.stats().total_acquires, pool.stats().in_use), (4 * rounds, 0));
}
