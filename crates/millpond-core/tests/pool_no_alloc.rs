//! Pools leave the heap alone: lending, sharing, waiting, cancelling, buffers, layouts.
//!
//! The counters are those of the whole process, so this runs without the test harness, whose own thread allocates.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::memory::{CountingAllocator, counts};
use millpond_core::pool::{BufferPool, CancelToken, Exhausted, Pool, PoolConfig, PoolSet};
use millpond_core::video::{FrameLayout, FramePool, PixelFormat};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    let layout = FrameLayout::aligned(PixelFormat::I420, 320, 180).unwrap();
    let other = FrameLayout::aligned(PixelFormat::Nv12, 320, 180).unwrap();
    let frames = FramePool::frames(layout, PoolConfig::fixed(2)).unwrap();
    let set = PoolSet::new(PoolConfig::fixed(2), usize::MAX).unwrap();
    drop((set.acquire(&layout).unwrap(), set.acquire(&other).unwrap()));
    let buffers = BufferPool::new(&[(1000, PoolConfig::fixed(2)), (5000, PoolConfig::fixed(1))]).unwrap();

    let before = counts();
    for _ in 0..100 {
        let shared = frames.acquire().unwrap().share();
        drop(shared.clone());
        drop(shared.try_unique().unwrap());
        drop((set.acquire(&layout).unwrap(), set.acquire(&other).unwrap()));
        let mut buffer = buffers.acquire(4000).unwrap();
        buffer.extend_from_slice(&[7; 5000]);
        drop(buffer);
        let held = (frames.acquire().unwrap(), frames.acquire().unwrap());
        assert!(frames.acquire().is_err() && frames.acquire_timeout(Duration::from_micros(10)).is_err());
        drop(held);
        std::hint::black_box(frames.stats());
    }
    assert_eq!(counts(), before);

    waiting();
    #[cfg(feature = "bytes")]
    {
        use bytes::Buf;
        use millpond_core::pool::PooledBytes;
        let before = counts();
        let mut buffer = buffers.acquire(1).unwrap();
        buffer.extend_from_slice(&[7; 900]);
        let mut body = PooledBytes::from(buffer);
        let part = body.slice(10..20).unwrap();
        body.advance(100);
        drop((body.clone(), part));
        assert_eq!(counts(), before);
        let bytes = body.into_bytes();
        assert_eq!((counts().steady, bytes.len()), (before.steady + 1, 800), "into_bytes takes one allocation");
        drop((bytes.clone(), bytes));
        assert_eq!((counts().steady, buffers.bytes_made()), (before.steady + 1, 1));
    }

    let before = counts();
    drop(std::hint::black_box(Box::new(before)));
    assert_eq!(counts().steady, before.steady + 1, "the counter counts");
    println!("test lending, sharing, waiting and cancelling do not allocate ... ok\n");
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}

/// Two threads that really block, one for a deadline, one with a token, for a pool whose object is out.
fn waiting() {
    let config = PoolConfig::fixed(1).exhausted(Exhausted::Wait { deadline: Some(Duration::from_secs(60)) });
    let pool = Pool::new(config, || vec![0u8; 10]).unwrap();
    let token = CancelToken::new();
    let step = AtomicU32::new(0);
    let reach = |wanted: u32| {
        while step.load(Ordering::Acquire) < wanted {
            std::hint::spin_loop();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            reach(1);
            for _ in 0..10 {
                drop(pool.acquire().unwrap());
            }
            step.fetch_add(1, Ordering::Release);
            reach(9);
        });
        scope.spawn(|| {
            reach(1);
            while pool.acquire_or_cancelled(&token).is_ok() {}
            step.fetch_add(1, Ordering::Release);
            reach(9);
        });
        let held = pool.acquire().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        let before = counts();
        step.store(1, Ordering::Release);
        std::thread::sleep(Duration::from_millis(20));
        drop(held);
        std::thread::sleep(Duration::from_millis(20));
        let held = pool.acquire().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        token.cancel();
        drop(held);
        reach(3);
        assert_eq!(counts(), before);
        step.store(9, Ordering::Release);
    });
    assert!(pool.stats().waits > 0, "somebody waited");
}
