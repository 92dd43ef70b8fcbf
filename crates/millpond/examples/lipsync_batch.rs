//! Lip-sync in batches: sound, mel windows, model, mouths on a 1080p background, JPEG files.
//!
//!     cargo run --release --manifest-path crates/millpond/examples/Cargo.toml --bin lipsync_batch -- [BATCHES] [THREADS]
//!
//! Each batch goes from sound to files that are handed out without a copy. For batches of 8 and of 25 a line of figures
//! comes out: frames a second with and without the model's own time, the time of a frame in one thread and its standard
//! deviation, and what the Rust heap was asked for in a batch after the first, the model's requests apart.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use lipsync::{Infer, MEL, MOUTH, Model, Outcome, PICTURE, Renderer, Windows, background, speech};
use millpond::memory::{self, CountingAllocator};
use millpond::pool::{BufferPool, Exhausted, PoolConfig, PooledBytes, SharedPooled, Tensor, TensorPool};
use millpond::video::composite::Target;
use millpond::{Error, Rational};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const FACE: Target = Target { x: 860, y: 420, width: 200, height: 200 };
/// Room for a 1080p file of usual length; a longer one makes its buffer grow.
const FILE_BYTES: usize = 2 << 20;

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<usize>());
    let batches = args.next().transpose()?.unwrap_or(20).max(2);
    let threads =
        args.next().transpose()?.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
    let windows = Windows::new(&speech(10), Rational::from(25))?;
    for batch in [8, 25] {
        // As many frames whatever the batch.
        Run::new(Model::new(batch)?, threads)?.measure(&windows, (batches * 25).div_ceil(batch))?;
    }
    Ok(())
}

/// A mouth of a batch that is to become a frame.
struct Job {
    index: usize,
    mouths: SharedPooled<Tensor>,
}

/// A frame that is done, and how long its thread took.
struct Done {
    index: usize,
    file: Result<PooledBytes, Error>,
    took: Duration,
}

/// A model and threads that compose, with their memory.
struct Run<M> {
    model: M,
    mels: Vec<f32>,
    mouths: TensorPool,
    jobs: Vec<SyncSender<Job>>,
    done: Receiver<Done>,
    threads: Vec<JoinHandle<()>>,
    /// The files of a batch in the order of its frames.
    files: Vec<Option<PooledBytes>>,
}

impl<M: Infer> Run<M> {
    fn new(model: M, threads: usize) -> Outcome<Run<M>> {
        let batch = model.batch();
        let wait = Exhausted::Wait { deadline: None };
        let mouths =
            TensorPool::tensors(&[batch, 3, MOUTH as usize, MOUTH as usize], PoolConfig::fixed(2).exhausted(wait))?;
        let buffers = BufferPool::new(&[(FILE_BYTES, PoolConfig::fixed(2 * batch).exhausted(wait))])?;
        let (finished, done) = sync_channel(batch);
        let background = background()?;
        let mut run = Run {
            model,
            mels: vec![0.0; batch * MEL],
            mouths,
            jobs: vec![],
            done,
            threads: vec![],
            files: (0..batch).map(|_| None).collect(),
        };
        for _ in 0..threads.max(1) {
            let mut renderer = Renderer::new(&background.view(), FACE)?;
            let (jobs, inbox) = sync_channel::<Job>(batch);
            let (buffers, finished) = (buffers.clone(), finished.clone());
            run.jobs.push(jobs);
            run.threads.push(std::thread::spawn(move || {
                for Job { index, mouths } in inbox {
                    let begin = Instant::now();
                    let file = file_of(&mut renderer, &mouths.as_slice()[index * PICTURE..][..PICTURE], &buffers);
                    drop(mouths);
                    if finished.send(Done { index, file, took: begin.elapsed() }).is_err() {
                        return;
                    }
                }
            }));
        }
        Ok(run)
    }

    /// Makes the frames from `first` on; returns the model's time. Adds the time of each frame to `frame_times`.
    fn batch(&mut self, windows: &Windows, first: u64, frame_times: &mut Vec<f64>) -> Outcome<Duration> {
        windows.batch_into(first, &mut self.mels)?;
        let mut mouths = self.mouths.acquire()?;
        let begin = Instant::now();
        // What the model's runtime allocates is counted apart.
        memory::opening(|| self.model.infer_batch(&self.mels, mouths.as_mut_slice()))?;
        let model = begin.elapsed();
        let mouths = mouths.share();
        for index in 0..self.files.len() {
            let thread = &self.jobs[index % self.jobs.len()];
            thread.send(Job { index, mouths: mouths.clone() }).map_err(|_| "a thread is gone")?;
        }
        for _ in 0..self.files.len() {
            let done = self.done.recv()?;
            self.files[done.index] = Some(done.file?);
            frame_times.push(done.took.as_secs_f64() * 1e3);
        }
        Ok(model)
    }

    fn measure(mut self, windows: &Windows, batches: usize) -> Outcome<()> {
        let batch = self.files.len();
        let mut frame_times = Vec::with_capacity(batch * (batches + 1));
        let (mut model, mut bytes) = (Duration::ZERO, 0);
        self.batch(windows, 0, &mut frame_times)?;
        frame_times.clear();
        let before = memory::counts();
        let begin = Instant::now();
        for index in 1..=batches {
            model += self.batch(windows, (index * batch) as u64, &mut frame_times)?;
            for file in &mut self.files {
                // This is where a file goes out; dropping it gives the buffer back.
                bytes += file.take().map_or(0, |file| file.len());
            }
        }
        let (wall, after) = (begin.elapsed(), memory::counts());
        let frames = (batch * batches) as f64;
        let mean = frame_times.iter().sum::<f64>() / frames;
        let variance = frame_times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / frames;
        println!(
            "batch={batch} threads={} frames={frames} fps={:.1} fps_without_model={:.1} model_ms_per_batch={:.2} \
             frame_ms={mean:.3} frame_ms_deviation={:.3} file_bytes={:.0} allocations={} model_allocations_per_batch={:.1}",
            self.threads.len(),
            frames / wall.as_secs_f64(),
            frames / (wall - model).as_secs_f64(),
            model.as_secs_f64() * 1e3 / batches as f64,
            variance.sqrt(),
            bytes as f64 / frames,
            after.steady - before.steady,
            (after.opening - before.opening) as f64 / batches as f64,
        );
        self.jobs.clear();
        self.threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked".into()))
    }
}

fn file_of(renderer: &mut Renderer, mouth: &[f32], buffers: &BufferPool) -> Result<PooledBytes, Error> {
    let mut file = buffers.acquire(FILE_BYTES)?;
    renderer.render(mouth, &mut file)?;
    Ok(file.into())
}
