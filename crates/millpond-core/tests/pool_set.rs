//! Frames of several layouts under one limit of bytes.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use millpond_core::Error;
use millpond_core::pool::{Exhausted, PoolConfig, PoolSet, Reset};
use millpond_core::video::{FrameLayout, FramePool, PixelFormat};

fn layout(width: u32, height: u32) -> FrameLayout {
    FrameLayout::aligned(PixelFormat::Rgba8, width, height).unwrap()
}

#[test]
fn ready_sizes_need_no_special_code() {
    let sizes = [(320, 320), (400, 400), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160)];
    let set = PoolSet::new(PoolConfig::growing(0, 2), usize::MAX).unwrap();
    for (width, height) in sizes {
        for format in [PixelFormat::I420, PixelFormat::Rgba8] {
            let layout = FrameLayout::aligned(format, width, height).unwrap();
            assert_eq!(set.acquire(&layout).unwrap().layout(), &layout);
        }
    }
    assert_eq!((set.layouts().len(), set.stats().capacity), (12, 12));
}

#[test]
fn the_old_layout_drains_and_is_freed() {
    let set = PoolSet::new(PoolConfig::fixed(3), usize::MAX).unwrap();
    let (before, after) = (layout(64, 64), layout(32, 32));
    let (before_bytes, after_bytes) = (before.size(), after.size());
    let old = [set.acquire(&before).unwrap(), set.acquire(&before).unwrap()];
    let new = set.acquire(&after).unwrap();
    set.retire(&before);
    set.retire(&before);
    let stats = set.stats();
    assert_eq!((stats.bytes, stats.in_use, stats.capacity), (2 * before_bytes + 3 * after_bytes, 3, 5));
    let [first, second] = old;
    drop(first);
    assert_eq!(set.stats().bytes, before_bytes + 3 * after_bytes);
    drop(second);
    drop(new);
    let stats = set.stats();
    assert_eq!((stats.bytes, stats.in_use, stats.capacity), (3 * after_bytes, 0, 3));
    assert_eq!((stats.total_acquires, stats.total_releases, stats.allocations), (3, 3, 6), "totals stay");
    assert_eq!(set.layouts(), [after]);
    assert_eq!(set.acquire(&before).unwrap().layout(), &before, "and may come back");
}

#[test]
fn idle_pools_go_before_the_limit_is_passed_the_longest_unused_first() {
    let (a, b, c, d) = (layout(64, 64), layout(64, 65), layout(64, 66), layout(64, 63));
    let limit = 2 * (a.size() + b.size() + c.size());
    let set = PoolSet::new(PoolConfig::fixed(2), limit).unwrap();
    for layout in [a, b, c, a] {
        drop(set.acquire(&layout).unwrap());
    }
    assert_eq!(set.layouts(), [b, c, a]);
    assert_eq!(set.stats().bytes, limit);
    let held = set.acquire(&b).unwrap();
    let new = set.acquire(&d).unwrap();
    assert_eq!(set.layouts(), [a, b, d], "c was used longest ago");
    let other = set.acquire(&c).unwrap();
    assert_eq!(set.layouts(), [b, d, c], "b is in use");
    assert!(set.stats().bytes <= limit);
    let refused = set.acquire(&a).unwrap_err();
    assert_eq!(refused.code(), "E_POOL_BUDGET", "{refused}");
    drop((held, new, other));
    assert!(set.acquire(&a).is_ok());
}

#[test]
fn growth_and_overflow_keep_to_the_limit() {
    let (small, large) = (layout(16, 16), layout(64, 64));
    let limit = 3 * large.size();
    let set = PoolSet::new(PoolConfig::growing(1, 8).exhausted(Exhausted::Allocate), limit).unwrap();
    drop(set.acquire(&small).unwrap());
    let held: Vec<_> = std::iter::from_fn(|| set.acquire(&large).ok()).collect();
    assert_eq!(held.len(), 3);
    assert_eq!((set.stats().bytes, set.layouts()), (limit, vec![large]), "the idle pool made room");
    assert_eq!(set.acquire(&large).unwrap_err().code(), "E_POOL_BUDGET");
    drop(held);
    let tight = PoolSet::new(PoolConfig::growing(0, 4), large.size() - 1).unwrap();
    assert_eq!(tight.acquire(&large).unwrap_err(), Error::PoolBudget { needed: large.size(), left: large.size() - 1 });
    let waiting = PoolConfig::growing(0, 4).exhausted(Exhausted::Wait { deadline: None });
    let tight = PoolSet::new(waiting, large.size() - 1).unwrap();
    assert_eq!(tight.acquire(&large).unwrap_err().code(), "E_POOL_BUDGET", "nothing could ever come back");
}

#[test]
fn a_closed_set_refuses_and_says_who_holds() {
    let set = PoolSet::new(PoolConfig::fixed(2).leak_report(true), usize::MAX).unwrap();
    let held = set.acquire(&layout(8, 8)).unwrap();
    let line = line!() - 1;
    let leaks = set.close();
    assert_eq!((leaks.len(), leaks[0].acquired_at.line()), (1, line));
    assert!(leaks[0].acquired_at.file().ends_with("pool_set.rs"));
    assert_eq!(set.acquire(&layout(8, 8)).unwrap_err(), Error::PoolClosed);
    drop(held);
    assert_eq!(set.stats().bytes, 0);
}

#[test]
fn threads_with_changing_layouts_stay_under_the_limit() {
    let layouts = [layout(16, 16), layout(24, 16), layout(40, 16), layout(64, 16)];
    let limit = 4 * layouts[3].size();
    let set = PoolSet::new(PoolConfig::growing(1, 2), limit).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4usize {
            let set = &set;
            scope.spawn(move || {
                let (mut got, rounds) = (0, if cfg!(miri) { 50 } else { 3000 });
                for round in 0..rounds {
                    let layout = &layouts[(thread * 7 + round / 3) % 4];
                    match set.acquire(layout) {
                        Ok(frame) => {
                            assert_eq!(frame.layout(), layout);
                            got += 1;
                        }
                        Err(error) => assert!(error.code() != "E_CLOSED", "{error}"),
                    }
                    assert!(set.stats().bytes <= limit);
                }
                assert!(got > 0);
            });
        }
    });
    assert_eq!(set.stats().in_use, 0);
}

#[test]
fn frames_are_zeroed_if_asked_padding_included() {
    let layout = FrameLayout::aligned(PixelFormat::I420, 5, 3).unwrap();
    let pool = FramePool::frames(layout, PoolConfig::fixed(1).reset(Reset::Zero)).unwrap();
    let mut frame = pool.acquire().unwrap();
    frame.bytes_mut().fill(200);
    drop(frame);
    assert!(pool.acquire().unwrap().bytes().iter().all(|&byte| byte == 0));
}
