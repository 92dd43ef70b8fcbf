//! Many threads on one pool: nothing is lost, nothing is lent twice, nobody hangs, and memory stays flat. A second or so;
//! with `MILLPOND_SOAK=1` (`cargo xtask soak`) ten seconds for each.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use millpond_core::memory::footprint;
use millpond_core::pool::{Exhausted, Pool, PoolConfig, Pooled};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// One at a time: the soak looks at the memory of the whole process.
static ALONE: Mutex<()> = Mutex::new(());

fn is_long() -> bool {
    std::env::var_os("MILLPOND_SOAK").is_some()
}

/// SplitMix64: seeded, so that each run does the same as far as threads allow.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

#[test]
fn eight_threads_lose_nothing_and_never_hold_the_same_object() {
    let _alone = ALONE.lock();
    let time = Duration::from_millis(if is_long() { 10_000 } else { 1000 });
    const OBJECTS: usize = 5;
    let pool = Pool::new(
        PoolConfig::growing(1, OBJECTS).exhausted(Exhausted::Wait { deadline: Some(Duration::from_secs(60)) }),
        || vec![0u64; 256],
    );
    let pool = pool.unwrap();
    let stop = AtomicBool::new(false);
    let loans = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 1..=8u64 {
            let (pool, stop, loans) = (&pool, &stop, &loans);
            scope.spawn(move || {
                let mut random = Random(thread);
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    let mut object = match random.below(4) {
                        0 => pool.acquire().unwrap(),
                        1 => pool.acquire_timeout(Duration::from_secs(60)).unwrap(),
                        _ => match pool.try_acquire() {
                            Ok(object) => object,
                            Err(_) => continue,
                        },
                    };
                    count += 1;
                    let tag = thread << 48 | count;
                    object.fill(tag);
                    if random.below(8) == 0 {
                        thread::yield_now();
                    }
                    let shared = object.share();
                    let other = (random.below(2) == 0).then(|| shared.clone());
                    assert!(shared.iter().all(|&word| word == tag), "another thread wrote to this object");
                    drop(shared);
                    if let Some(other) = other {
                        assert!(other.iter().all(|&word| word == tag), "it came back too early");
                    }
                }
                loans.fetch_add(count, Ordering::Relaxed);
            });
        }
        thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
    });
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.available, stats.capacity), (0, OBJECTS, OBJECTS));
    assert_eq!(stats.total_acquires, loans.into_inner());
    assert_eq!(stats.total_releases, stats.total_acquires);
    assert_eq!((stats.allocations, stats.overflow), (OBJECTS as u64, 0));
    let all: Vec<_> = (0..OBJECTS).map(|_| pool.try_acquire().unwrap()).collect();
    assert!(pool.try_acquire().is_err());
    let mut addresses: Vec<_> = all.iter().map(|object| object.as_ptr()).collect();
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), OBJECTS);
    println!("{stats:?}");
}

#[test]
fn pools_that_close_while_threads_work_free_everything() {
    let _alone = ALONE.lock();
    let begin = Instant::now();
    let time = Duration::from_millis(if is_long() { 10_000 } else { 500 });
    while begin.elapsed() < time {
        let config = PoolConfig::growing(1, 3).exhausted(Exhausted::Allocate);
        let pool = Pool::new(config, || vec![0u8; 64]).unwrap();
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let pool = pool.clone();
                thread::spawn(move || {
                    let mut held = Vec::new();
                    while let Ok(object) = pool.acquire() {
                        held.push(object.share());
                        if held.len() == 4 {
                            held.clear();
                        }
                    }
                    held
                })
            })
            .collect();
        thread::yield_now();
        pool.close();
        let held: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(pool.stats().in_use, held.len());
        drop(held);
        assert_eq!((pool.stats().capacity, pool.stats().bytes), (0, 0));
    }
}

#[test]
fn a_million_acquires_leave_memory_flat() {
    const HELD: usize = 20;
    /// Large, so that a hundredth of all is more than the pages that the kernel counts late.
    const OBJECT: usize = 512 << 10;
    let _alone = ALONE.lock();
    let rounds: u64 = if is_long() { 10_000_000 } else { 1_000_000 };
    let pool = Pool::new(PoolConfig::fixed(4 * HELD), || vec![1u8; OBJECT]).unwrap();
    let done = AtomicU64::new(0);
    let (mut first, mut last) = (0, 0);
    thread::scope(|scope| {
        for thread in 0..4 {
            let (pool, done) = (&pool, &done);
            scope.spawn(move || {
                let mut random = Random(thread);
                let mut held: Vec<Pooled<Vec<u8>>> = Vec::with_capacity(HELD);
                for round in 0..rounds / 4 {
                    if held.len() > random.below(HELD as u64) as usize {
                        let which = random.below(held.len() as u64) as usize;
                        held.swap_remove(which);
                    }
                    if held.len() < HELD {
                        let mut object = pool.acquire().unwrap();
                        object[random.below(OBJECT as u64) as usize] = thread as u8;
                        held.push(object);
                    } else {
                        held.clear();
                    }
                    if round % 1000 == 0 {
                        done.fetch_add(1000, Ordering::Relaxed);
                    }
                }
            });
        }
        // After a tenth everything has been touched.
        while done.load(Ordering::Relaxed) < rounds {
            let now = footprint().current.unwrap_or(0);
            if done.load(Ordering::Relaxed) > rounds / 10 {
                first = if first == 0 { now } else { first };
                last = now;
            }
            thread::sleep(Duration::from_millis(1));
        }
        last = if first == 0 { 0 } else { footprint().current.unwrap_or(0).max(last) };
    });
    let stats = pool.stats();
    println!("resident {first} to {last} bytes; {stats:?}");
    assert!(first > 0 || footprint().current.is_none(), "the memory was looked at");
    assert!(last as f64 <= first as f64 * 1.01, "{first} to {last} bytes");
    assert_eq!((stats.in_use, stats.total_acquires), (0, stats.total_releases));
    assert!(stats.total_acquires >= rounds * 9 / 10);
}
