//! Acquire and release of the memory of one 1080p I420 frame, by us and by others. Each contender is a closure that does
//! it once, and writes and reads one byte so that nothing is optimised away.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

use crossbeam_queue::ArrayQueue;
use millpond_benches::timing::{Job, interleaved};
use millpond_core::pool::PoolConfig;
use millpond_core::video::{FrameLayout, FramePool, PixelFormat};

use crate::av_buffer::AvBufferPool;

/// Bytes of the frame: 1920 x 1080, 4:2:0.
pub(crate) const FRAME: usize = 3_110_400;
/// Frames of each pool.
const FRAMES: usize = 16;
/// Samples of each contender.
const ROUNDS: usize = 15;

/// A contender: its name, its version, and what it does.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    once: Box<dyn Fn(u32) + Send + Sync>,
}

impl Contender {
    /// `once` is called in a loop that is compiled with it, so that no contender pays for a call through a pointer.
    fn new(name: &'static str, version: &'static str, once: impl Fn() + Send + Sync + 'static) -> Contender {
        Contender { name, version, once: Box::new(move |times| (0..times).for_each(|_| once())) }
    }

    /// Runs it on some threads at once, each so often, and returns how long that took.
    fn run(&self, threads: usize, times: u32) -> Duration {
        if threads == 1 {
            let begin = Instant::now();
            (self.once)(times);
            return begin.elapsed();
        }
        let barrier = Barrier::new(threads);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        let begin = Instant::now();
                        (self.once)(times);
                        (begin, Instant::now())
                    })
                })
                .collect();
            let spans: Vec<_> = threads.into_iter().filter_map(|thread| thread.join().ok()).collect();
            let begin = spans.iter().map(|span| span.0).min();
            let end = spans.iter().map(|span| span.1).max();
            end.zip(begin).map_or(Duration::ZERO, |(end, begin)| end - begin)
        })
    }
}

/// One byte, there and back.
fn touch(frame: &mut [u8]) {
    frame[0] = black_box(frame[0].wrapping_add(1));
}

/// Ours first.
pub(crate) fn contenders() -> Result<Vec<Contender>, String> {
    let layout = FrameLayout::packed(PixelFormat::I420, 1920, 1080).map_err(|e| e.to_string())?;
    let ours = FramePool::frames(layout, PoolConfig::fixed(FRAMES)).map_err(|e| e.to_string())?;
    let queue = ArrayQueue::new(FRAMES);
    let mutex = Mutex::new(VecDeque::with_capacity(FRAMES));
    for _ in 0..FRAMES {
        queue.push(vec![0u8; FRAME]).map_err(|_| "the queue is too short")?;
        mutex.lock().map_err(|e| e.to_string())?.push_back(vec![0u8; FRAME]);
    }
    let object_pool = object_pool::Pool::new(FRAMES, || vec![0u8; FRAME]);
    let opool = opool::Pool::new_prefilled(FRAMES, Plain);
    let linear = lockfree_object_pool::LinearObjectPool::new(|| vec![0u8; FRAME], |_| ());
    let av = AvBufferPool::new(FRAME)?;
    Ok(vec![
        Contender::new("millpond", env!("CARGO_PKG_VERSION"), move || {
            if let Ok(mut frame) = ours.acquire() {
                touch(frame.bytes_mut());
            }
        }),
        Contender::new("object-pool", "0.6", move || {
            if let Some(mut frame) = object_pool.try_pull() {
                touch(&mut frame);
            }
        }),
        Contender::new("opool", "0.2", move || touch(&mut opool.get())),
        Contender::new("lockfree-object-pool", "0.1", move || touch(&mut linear.pull())),
        Contender::new("crossbeam ArrayQueue", "0.3", move || {
            if let Some(mut frame) = queue.pop() {
                touch(&mut frame);
                let _ = queue.push(frame);
            }
        }),
        Contender::new("Mutex<VecDeque>", "std", move || {
            let frame = mutex.lock().ok().and_then(|mut frames| frames.pop_front());
            if let Some(mut frame) = frame {
                touch(&mut frame);
                if let Ok(mut frames) = mutex.lock() {
                    frames.push_back(frame);
                }
            }
        }),
        Contender::new("FFmpeg AVBufferPool", "libavutil", move || av.with_buffer(touch)),
        Contender::new("vec![0; n]", "std", || touch(&mut black_box(vec![0u8; FRAME]))),
        Contender::new("Vec::with_capacity, touched", "std", || {
            let mut frame = Vec::<u8>::with_capacity(FRAME);
            for page in frame.spare_capacity_mut().chunks_mut(4096) {
                page[0].write(1);
            }
            black_box(&mut frame);
        }),
    ])
}

/// Allocates as `Vec` does, and resets nothing.
struct Plain;

impl opool::PoolAllocator<Vec<u8>> for Plain {
    fn allocate(&self) -> Vec<u8> {
        vec![0u8; FRAME]
    }
}

/// Nanoseconds of one acquire and release for each contender, on so many threads at once.
pub(crate) fn measure(contenders: &[Contender], threads: usize) -> Vec<f64> {
    let job = |contender| Job::timing_itself(move |times| Contender::run(contender, threads, times));
    let mut jobs: Vec<Job<'_>> = contenders.iter().map(job).collect();
    interleaved(ROUNDS, &mut jobs).into_iter().map(|seconds| seconds * 1e9).collect()
}
