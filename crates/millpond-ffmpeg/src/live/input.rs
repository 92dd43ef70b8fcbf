//! A live source that is read on a thread of its own, so that a slow reader does not make it late.

use super::backlog::{Backlog, Kind, Verdict};
use super::buffers::PacketBuffers;
use super::config::{LiveConfig, QueueConfig};
use super::stats::{Counters, LiveStats};
use crate::{Access, Cancel, Demuxer, Error, Flow, Packet, Place, VideoStream};
use millpond_core::memory;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// What came from a live source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Received {
    /// A packet.
    Packet,
    /// The packets from here on belong to streams that changed: ask for them anew.
    Changed,
    /// It is over.
    Ended,
}

/// A live source, read on a thread of its own into a bounded queue.
///
/// The thread opens, reads and reopens the source like [`Demuxer::open_live`]; [`QueueConfig`] says how much may wait and
/// what is given up when it is too much. Dropping it ends the thread.
///
/// ```no_run
/// use millpond_ffmpeg::{Access, Cancel, LiveConfig, LiveInput, Packet, QueueConfig, Received, WhenFull};
///
/// let access = Access { protocols: vec!["rtsp".into()], ..Access::default() };
/// let place = access.argument("rtsp://camera.example/main".as_ref())?;
/// let queue = QueueConfig { when_full: WhenFull::DropToKeyFrame, ..QueueConfig::default() };
/// let mut input = LiveInput::open(&place, &access, &Cancel::new(), &LiveConfig::default(), queue)?;
/// let mut stream = input.video()?;
/// let mut packet = Packet::new();
/// loop {
///     match input.receive(&mut packet)? {
///         Received::Packet if packet.stream() == stream.index() => println!("{} bytes", packet.data().len()),
///         Received::Packet => {}
///         Received::Changed => stream = input.video()?,
///         Received::Ended => break,
///     }
/// }
/// println!("{} packets dropped", input.stats().dropped);
/// # Ok::<(), millpond_ffmpeg::Error>(())
/// ```
pub struct LiveInput {
    shared: Arc<Shared>,
    streams: Box<Streams>,
    cancel: Cancel,
    /// Ends the thread alone.
    own: Cancel,
    thread: Option<JoinHandle<()>>,
}

/// The streams as they are known from some packet on.
struct Streams {
    video: Result<VideoStream, Error>,
}

impl Streams {
    fn of(demuxer: &Demuxer) -> Box<Streams> {
        Box::new(Streams { video: demuxer.video() })
    }
}

enum Item {
    Packet(Packet),
    Changed(Box<Streams>),
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    buffers: PacketBuffers,
    counters: Arc<Counters>,
}

struct State {
    backlog: Backlog<Item>,
    /// How the source ended, until the reader was told.
    end: Option<Result<(), Error>>,
    is_over: bool,
    /// Nobody reads any more.
    is_deserted: bool,
}

/// How soon a cancellation is seen by who waits in the queue.
const SLICE: Duration = Duration::from_millis(50);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No foreign code runs under the lock, so a poisoned one is still consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, SLICE).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl LiveInput {
    /// Opens the source and starts to read it. Allocates.
    ///
    /// # Errors
    /// Those of [`Demuxer::open_live`]; [`Error::Core`] for a queue without room; [`Error::Temporary`] if there is no
    /// thread left.
    pub fn open(
        place: &Place,
        access: &Access,
        cancel: &Cancel,
        config: &LiveConfig,
        queue: QueueConfig,
    ) -> Result<LiveInput, Error> {
        queue.check()?;
        let own = cancel.inner();
        let demuxer = Demuxer::open_live(place, access, &own, config)?;
        let streams = Streams::of(&demuxer);
        let counters = demuxer.session().map(|session| Arc::clone(session.counters())).unwrap_or_default();
        let state = State { backlog: Backlog::new(queue), end: None, is_over: false, is_deserted: false };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            buffers: PacketBuffers::new(&queue)?,
            counters,
        });
        let feeder =
            Feeder { shared: Arc::clone(&shared), cancel: own.clone(), dropped: Vec::with_capacity(queue.packets) };
        let thread = crate::threads::detached("live input", move || feeder.run(demuxer))?;
        Ok(LiveInput { shared, streams, cancel: cancel.clone(), own, thread: Some(thread) })
    }

    /// The stream of pictures, as the packets received last have it.
    ///
    /// # Errors
    /// Those of [`Demuxer::video`].
    pub fn video(&self) -> Result<VideoStream, Error> {
        self.streams.video.clone()
    }

    /// Waits for what comes next.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; once what waited was received, those with which the source was lost.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap. Blocks until something comes; the deadlines of [`LiveConfig`] bound that.
    pub fn receive(&mut self, packet: &mut Packet) -> Result<Received, Error> {
        packet.clear();
        let mut state = self.shared.lock();
        loop {
            if self.cancel.is_abandoned() {
                return Err(Error::Cancelled);
            }
            if let Some(item) = state.backlog.pop() {
                self.shared.counters.waiting.set(state.backlog.packets() as u64);
                drop(state);
                self.shared.changed.notify_all();
                return Ok(match item {
                    Item::Packet(received) => {
                        *packet = received;
                        Received::Packet
                    }
                    Item::Changed(streams) => {
                        self.streams = streams;
                        Received::Changed
                    }
                });
            }
            if state.is_over {
                return state.end.take().unwrap_or(Ok(())).map(|()| Received::Ended);
            }
            state = self.shared.wait(state);
        }
    }

    /// What happened so far.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn stats(&self) -> LiveStats {
        LiveStats { pool: self.shared.buffers.stats(), ..self.shared.counters.snapshot() }
    }
}

impl Drop for LiveInput {
    /// Ends the thread: it is told at once, and may say goodbye to its server for half a second.
    fn drop(&mut self) {
        self.own.finish();
        self.shared.lock().is_deserted = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic there was a panic of ours, and has been reported.
            let _ = thread.join();
        }
    }
}

/// The thread's side.
struct Feeder {
    shared: Arc<Shared>,
    cancel: Cancel,
    /// Packets to drop once the lock is released.
    dropped: Vec<Item>,
}

impl Feeder {
    fn run(mut self, mut demuxer: Demuxer) {
        let end = self.feed(&mut demuxer);
        // The connection is closed before the end is told.
        drop(demuxer);
        let mut state = self.shared.lock();
        (state.end, state.is_over) = (Some(end), true);
        drop(state);
        self.shared.changed.notify_all();
    }

    fn feed(&mut self, demuxer: &mut Demuxer) -> Result<(), Error> {
        let mut pictures = demuxer.video().ok().map(|stream| stream.index());
        let mut changes = self.shared.counters.changes.get();
        let mut packet = Packet::new();
        loop {
            let read = demuxer.read_into(&mut packet);
            if changes != self.shared.counters.changes.get() {
                changes = self.shared.counters.changes.get();
                memory::opening(|| {
                    let streams = Streams::of(demuxer);
                    pictures = streams.video.as_ref().ok().map(VideoStream::index);
                    self.put(Item::Changed(streams), 0, Kind::News)
                });
            }
            match read {
                Ok(Flow::Done) => {}
                Err(Error::StreamsChanged { .. }) => continue,
                Ok(_) => return Ok(()),
                Err(error) => return Err(error),
            }
            let kind = match (Some(packet.stream()) == pictures, packet.is_key()) {
                (true, true) => Kind::Key,
                (true, false) => Kind::Picture,
                (false, _) => Kind::Other,
            };
            // What is larger than every class is larger than the queue.
            let bytes = self.shared.buffers.bytes_for(&packet).unwrap_or(usize::MAX);
            if self.make_room(bytes, kind, packet.data().len()) {
                let mut taken = std::mem::take(&mut packet);
                self.shared.buffers.take_in(&mut taken)?;
                self.put(Item::Packet(taken), bytes, kind);
            }
        }
    }

    /// Waits or makes room for a packet, as the policy says; whether it may enter.
    fn make_room(&mut self, bytes: usize, kind: Kind, payload: usize) -> bool {
        let counters = &self.shared.counters;
        let mut state = self.shared.lock();
        let mut has_waited = false;
        let verdict = loop {
            let gone = &mut |item, _| self.dropped.push(item);
            match state.backlog.admit(bytes, kind, gone) {
                Verdict::Wait if !state.is_deserted && !self.cancel.is_abandoned() && !self.cancel.is_ending() => {
                    counters.full.add(u64::from(!has_waited));
                    has_waited = true;
                    state = self.shared.wait(state);
                }
                verdict => break verdict,
            }
        };
        counters.waiting.set(state.backlog.packets() as u64);
        drop(state);
        let mut lost = (self.dropped.len() as u64, 0);
        for item in self.dropped.drain(..) {
            if let Item::Packet(packet) = item {
                lost.1 += packet.data().len() as u64;
            }
        }
        if verdict == Verdict::Drop {
            lost = (lost.0 + 1, lost.1 + payload as u64);
        }
        counters.full.add(u64::from(lost.0 > 0));
        counters.dropped.add(lost.0);
        counters.dropped_bytes.add(lost.1);
        verdict == Verdict::Enter
    }

    fn put(&self, item: Item, bytes: usize, kind: Kind) {
        let mut state = self.shared.lock();
        state.backlog.push(item, bytes, kind);
        let waiting = state.backlog.packets() as u64;
        drop(state);
        let counters = &self.shared.counters;
        counters.waiting.set(waiting);
        counters.peak_waiting.set(counters.peak_waiting.get().max(waiting));
        self.shared.changed.notify_all();
    }
}
