//! What the handles and guards of one pool share: which objects are free, figures, policies.
//!
//! Taking and giving back are in [`slot`](super::slot). Here is what happens more rarely: growing, making objects beyond
//! the pool, waiting, closing, counting. Locks: `growing` may be held while the room's desk is taken, not the other way
//! round. Objects are made and dropped outside the desk's lock.

use super::budget::Budget;
use super::cancel::CancelToken;
use super::clock::Moment;
use super::leak::Holders;
use super::room::{Desk, Room};
use super::slot::{IsClosed, Owner, Place, Pooled};
use super::sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard, lock};
use super::word::{PLACES, Word};
use super::{Exhausted, PoolConfig, PoolStats, Recycle};
use crate::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::time::Duration;

/// Waiting makes sense: there can be another thread that brings an object back.
const CAN_WAIT: bool = !cfg!(all(target_arch = "wasm32", not(target_feature = "atomics")));

/// How an object is made.
pub(super) type Make<T> = Box<dyn Fn() -> T + Send + Sync>;

/// Two cache lines, because processors fetch them in pairs: what every acquire and release writes stays away from what
/// they only read.
#[repr(align(128))]
pub(super) struct Hot<T>(T);

impl<T> std::ops::Deref for Hot<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

pub(super) struct Shelf<T> {
    /// The first 62 places.
    pub(super) first: Hot<AtomicU64>,
    /// The other places, if there are more.
    pub(super) rest: Box<[Hot<AtomicU64>]>,
    pub(super) places: Box<[Place<T>]>,
    pub(super) config: PoolConfig,
    pub(super) holders: Option<Holders>,
    /// Objects that have a place; once closed, those of them that are out.
    capacity: AtomicUsize,
    /// Objects beyond the pool that are out.
    beyond: AtomicUsize,
    /// The most objects that were lent while some were beyond the pool.
    peak: AtomicUsize,
    pub(super) owners: AtomicUsize,
    pub(super) handles: AtomicUsize,
    make: Make<T>,
    growing: Mutex<()>,
    pub(super) room: Arc<Room>,
    allocations: AtomicU64,
    overflow: AtomicU64,
    bytes: AtomicUsize,
    /// Where the bytes come from that its objects take, and how many each does.
    budget: Option<(Arc<Budget>, usize)>,
}

/// How long an acquire may take.
#[derive(Clone, Copy)]
pub(super) enum Patience<'a> {
    /// As the pool's configuration says.
    Configured,
    /// At most so long.
    For(Duration),
    /// Until somebody cancels.
    Until(&'a CancelToken),
}

impl<T: Recycle> Shelf<T> {
    /// An empty shelf, with one owner and one handle.
    #[inline(never)]
    pub(super) fn new(config: PoolConfig, budget: Option<(Arc<Budget>, usize)>, make: Make<T>) -> Shelf<T> {
        Shelf {
            first: Hot(AtomicU64::new(Word::START.bits())),
            rest: (PLACES..config.limit()).step_by(PLACES).map(|_| Hot(AtomicU64::new(Word::START.bits()))).collect(),
            places: (0..config.limit()).map(|_| Place::empty()).collect(),
            holders: config.leak_report.then(|| Holders::new(config.limit())),
            config,
            capacity: AtomicUsize::new(0),
            beyond: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            owners: AtomicUsize::new(1),
            handles: AtomicUsize::new(1),
            make,
            growing: Mutex::new(()),
            room: Arc::new(Room::new()),
            allocations: AtomicU64::new(0),
            overflow: AtomicU64::new(0),
            bytes: AtomicUsize::new(0),
            budget,
        }
    }

    fn words(&self) -> impl Iterator<Item = &AtomicU64> {
        std::iter::once(&self.first).chain(&self.rest).map(|hot| &**hot)
    }

    /// Nobody gets an object any more. Never wrong once an acquire has found that out.
    pub(super) fn is_closed(&self) -> bool {
        Word::from_bits(self.first.load(Acquire)).is_closed()
    }

    fn available(&self) -> usize {
        self.words().map(|word| Word::from_bits(word.load(Acquire)).available()).sum()
    }

    /// An object holds more or less than it did.
    #[cold]
    pub(super) fn note_bytes(&self, before: usize, now: usize) {
        self.bytes.fetch_add(now.wrapping_sub(before), Relaxed);
    }

    /// An object that holds so many bytes is being dropped.
    pub(super) fn note_freed(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Relaxed);
        if let Some((budget, object)) = &self.budget {
            budget.give_back(*object);
        }
    }

    /// An object beyond the pool came back.
    pub(super) fn note_back_from_beyond(&self) {
        self.beyond.fetch_sub(1, Relaxed);
    }

    /// An object came back to the closed pool.
    pub(super) fn note_gone(&self) {
        self.capacity.fetch_sub(1, Release);
    }

    /// A borrower made an object's buffer anew.
    pub(super) fn note_allocation(&self) {
        self.allocations.fetch_add(1, Relaxed);
    }

    /// More objects may be made.
    pub(super) fn may_grow(&self) -> bool {
        self.config.step(self.capacity.load(Relaxed)) > 0
    }

    /// Why there is no object now.
    pub(super) fn refusal(&self, is_closed: IsClosed) -> Error {
        if is_closed.0 { Error::PoolClosed } else { Error::PoolExhausted { capacity: self.capacity.load(Relaxed) } }
    }

    /// What the pool has done so far.
    pub(super) fn stats(&self) -> PoolStats {
        // Growing and closing change several figures at once, under this lock.
        let desk = self.room.desk();
        let beyond = self.beyond.load(Relaxed);
        let overflow = self.overflow.load(Relaxed);
        let capacity = self.capacity.load(Relaxed) + beyond;
        // Closed: what is still free is being dropped and does not count.
        let available = if self.is_closed() { 0 } else { self.available().min(capacity) };
        let in_use = capacity - available;
        let loans = || self.places.iter().map(Place::loans);
        let total_acquires = loans().sum::<u64>() + overflow;
        // The lowest place is lent first, so each one that ever was had all before it lent at that time.
        let places_used = loans().filter(|&loans| loans > 0).count();
        PoolStats {
            capacity,
            available,
            in_use,
            peak_usage: self.peak.load(Relaxed).max(places_used).max(in_use),
            total_acquires,
            total_releases: total_acquires.saturating_sub(in_use as u64),
            allocations: self.allocations.load(Relaxed),
            overflow,
            waits: desk.waits,
            wait_time: desk.wait_time,
            bytes: self.bytes.load(Relaxed),
        }
    }
}

impl<T: Recycle> Owner<T> {
    /// The way to an object when none is free.
    #[cold]
    pub(super) fn acquire_slowly(&self, patience: Patience<'_>) -> Result<Pooled<T>, Error> {
        let (longest, token) = match (patience, self.config.exhausted) {
            (Patience::Configured, Exhausted::Fail) => {
                return self.grow_or_refuse()?.ok_or_else(|| self.refusal(IsClosed(self.is_closed())));
            }
            (Patience::Configured, Exhausted::Allocate) => return self.grow()?.map_or_else(|| self.make_beyond(), Ok),
            (Patience::Configured, Exhausted::Wait { deadline }) => (deadline, None),
            (Patience::For(longest), _) => (Some(longest), None),
            (Patience::Until(token), _) => (None, Some(token)),
        };
        match self.grow_or_refuse()? {
            Some(object) => Ok(object),
            None => self.wait(longest, token),
        }
    }

    /// Adds objects as the configuration allows and takes one; `None` if it allows no more.
    fn grow(&self) -> Result<Option<Pooled<T>>, Error> {
        while self.may_grow() {
            let growing = lock(&self.growing);
            // Somebody else may have grown the pool meanwhile, or brought something back.
            match self.pop() {
                Ok(object) => return Ok(Some(object)),
                Err(IsClosed(true)) => return Err(Error::PoolClosed),
                Err(_) => {}
            }
            let step = self.config.step(self.capacity.load(Relaxed));
            if self.fill(&growing, step)? == 0 {
                break;
            }
            // Unless others were faster; then once more.
            if let Ok(object) = self.pop() {
                return Ok(Some(object));
            }
        }
        if self.is_closed() { Err(Error::PoolClosed) } else { Ok(self.pop().ok()) }
    }

    /// The same for those who may wait if it adds none: an error if that would be in vain.
    pub(super) fn grow_or_refuse(&self) -> Result<Option<Pooled<T>>, Error> {
        let grown = self.grow()?;
        // Acquire: if closing made it 0, the flag is seen too.
        if grown.is_none() && self.capacity.load(Acquire) == 0 {
            // Growing failed for want of bytes, and nothing can come back.
            return Err(if self.is_closed() { Error::PoolClosed } else { self.over_budget(1) });
        }
        Ok(grown)
    }

    /// Makes `objects` objects, fewer if the budget ends, and makes them free. Returns how many.
    ///
    /// # Errors
    /// [`Error::PoolClosed`].
    #[inline(never)]
    pub(super) fn fill(&self, _growing: &MutexGuard<'_, ()>, objects: usize) -> Result<usize, Error> {
        for made in 0..objects {
            let Some(value) = self.make() else { return Ok(made) };
            let bytes = value.bytes();
            let desk = self.room.desk();
            if self.is_closed() {
                drop(desk);
                self.note_freed(bytes);
                return Err(Error::PoolClosed);
            }
            self.add(self.capacity.load(Relaxed), value);
            self.capacity.fetch_add(1, Relaxed);
            let is_waited_for = !desk.is_quiet();
            drop(desk);
            if is_waited_for {
                self.room.wake_one();
            }
        }
        Ok(objects)
    }

    /// The pool's first objects.
    ///
    /// # Errors
    /// [`Error::PoolBudget`] if they do not fit.
    pub(super) fn fill_initially(&self) -> Result<(), Error> {
        let made = self.fill(&lock(&self.growing), self.config.initial)?;
        if made == self.config.initial { Ok(()) } else { Err(self.over_budget(self.config.initial - made)) }
    }

    /// An object, if the budget allows one.
    fn make(&self) -> Option<T> {
        if let Some((budget, bytes)) = &self.budget
            && !budget.take(*bytes)
        {
            return None;
        }
        let value = (self.make)();
        self.allocations.fetch_add(1, Relaxed);
        self.bytes.fetch_add(value.bytes(), Relaxed);
        Some(value)
    }

    fn over_budget(&self, objects: usize) -> Error {
        let (left, bytes) = self.budget.as_ref().map_or((0, 0), |(budget, bytes)| (budget.left(), *bytes));
        Error::PoolBudget { needed: bytes.saturating_mul(objects), left }
    }

    fn make_beyond(&self) -> Result<Pooled<T>, Error> {
        if self.is_closed() {
            return Err(Error::PoolClosed);
        }
        let value = self.make().ok_or_else(|| self.over_budget(1))?;
        self.overflow.fetch_add(1, Relaxed);
        let beyond = self.beyond.fetch_add(1, Relaxed) + 1;
        self.peak.fetch_max(self.capacity.load(Relaxed) + beyond, Relaxed);
        if beyond == 1 {
            #[cfg(feature = "tracing")]
            tracing::warn!(
                capacity = self.capacity.load(Relaxed),
                bytes = value.bytes(),
                "a pool is exhausted and allocates beyond its capacity"
            );
        }
        Ok(self.lend_beyond(value))
    }

    /// Takes an object, or notes in the same step that somebody waits for one. The caller holds the desk.
    pub(super) fn pop_or_announce(&self, _desk: &mut Desk) -> Result<Pooled<T>, IsClosed> {
        loop {
            match self.pop() {
                Err(IsClosed(false)) => {}
                outcome => return outcome,
            }
            // Each word in one step; if one has an object by then, all over again.
            let announce = |bits| {
                let word = Word::from_bits(bits);
                (word.first().is_none() && !word.is_closed()).then(|| word.waited_for(true).bits())
            };
            if self.words().all(|word| word.fetch_update(AcqRel, Acquire, announce).is_ok()) {
                return Err(IsClosed(false));
            }
        }
    }

    /// Notes that nobody waits any longer, if so. The caller holds the desk.
    pub(super) fn leave(&self, desk: &mut Desk) {
        if desk.is_quiet() {
            for word in self.words() {
                let clear = |bits| Some(Word::from_bits(bits).waited_for(false).bits());
                let _ = word.fetch_update(AcqRel, Acquire, clear);
            }
        }
    }

    fn wait(&self, longest: Option<Duration>, token: Option<&CancelToken>) -> Result<Pooled<T>, Error> {
        if !CAN_WAIT {
            return Err(self.refusal(IsClosed(self.is_closed())));
        }
        let _stay = token.map(|token| token.enter(&self.room));
        let start = Moment::now();
        let mut desk = self.room.desk();
        desk.threads += 1;
        let mut has_waited = false;
        let outcome = loop {
            if token.is_some_and(CancelToken::is_cancelled) {
                break Err(Error::Cancelled);
            }
            match self.pop_or_announce(&mut desk) {
                Ok(object) => break Ok(object),
                Err(IsClosed(true)) => break Err(Error::PoolClosed),
                Err(_) => has_waited = longest != Some(Duration::ZERO),
            }
            let left = longest.map(|longest| longest.saturating_sub(start.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                break Err(Error::DeadlinePassed { waited: start.elapsed() });
            }
            desk = self.room.sleep(desk, left);
        };
        desk.threads -= 1;
        desk.waits += u64::from(has_waited);
        desk.wait_time += if has_waited { start.elapsed() } else { Duration::ZERO };
        self.leave(&mut desk);
        let is_quiet = desk.is_quiet();
        drop(desk);
        if outcome.is_err() && !is_quiet {
            // The wake-up that this thread may have had was for an object that it did not take.
            self.room.wake_one();
        }
        outcome
    }

    /// Ends the pool: nobody gets an object any more, free ones are dropped now, the others when they come back.
    pub(super) fn close(&self) {
        let desk = self.room.desk();
        if self.is_closed() {
            return;
        }
        // Before anybody can see that it is closed.
        self.make_owners(self.capacity.load(Relaxed));
        let close = |bits| Some(Word::from_bits(bits).closed().bits());
        let closed = |word: &AtomicU64| word.fetch_update(AcqRel, Acquire, close).unwrap_or_else(|bits| bits);
        let free: usize = self.words().map(|word| Word::from_bits(closed(word)).available()).sum();
        self.capacity.fetch_sub(free, Release);
        drop(desk);
        self.room.wake_all();
        for (index, word) in self.words().enumerate() {
            for place in Word::from_bits(word.load(Acquire)).left() {
                self.drop_left(index * PLACES + place);
            }
        }
    }
}
