//! Slots, the guards on them, and who keeps a pool's shelf alive: the only unsafe code of pools.
//!
//! - A slot is a box that never moves. Its object belongs to whoever owns the slot: the guard while it is lent, nobody
//!   while it is free. Taking it and putting it down are single compare-and-swaps of the [`Word`] that has its bit
//!   (acquire and release), so owners follow one another in a known order.
//! - The shelf (words, figures, policies) lives as long as it has owners. Handles are owners. While the pool is open
//!   guards are not: that would cost two more atomic operations a frame. They need not be, because the pool is closed
//!   before its last handle goes, and closing makes every object that is out an owner, in the step that tells guards
//!   to look (the flag in the word). A guard that puts its object down touches nothing of the shelf afterwards.
//! - Slots are freed with the shelf. Objects may be freed earlier: when the pool is closed, or when they come back to a
//!   closed pool.

use super::shelf::Shelf;
use super::sync::{AtomicPtr, AtomicU64, AtomicUsize, Witness, back_off, fence};
use super::word::{PLACES, Word};
use super::{Recycle, Reset};
use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, forget};
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// One object, its way home, and how many share it.
struct Slot<T> {
    shelf: NonNull<Shelf<T>>,
    /// Its place on the shelf; [`BEYOND`] if it has none.
    place: usize,
    /// The word with its bit; null if it has none, or if coming home takes more than setting the bit.
    quick: *const AtomicU64,
    /// Its bit there.
    bit: u64,
    shares: AtomicUsize,
    /// How often it was lent. Only its owner writes, so it is no contended counter.
    loans: AtomicU64,
    /// What the object held when it was last looked at.
    bytes: Cell<usize>,
    witness: Witness,
    value: UnsafeCell<ManuallyDrop<T>>,
}

impl<T: Recycle> Slot<T> {
    /// Notes what the object holds now.
    fn measure(&self, bytes: usize) {
        if bytes != self.bytes.get() {
            // SAFETY: whoever has the slot keeps the shelf alive.
            unsafe { self.shelf.as_ref() }.note_bytes(self.bytes.replace(bytes), bytes);
        }
    }
}

/// The place of an object made beyond the pool.
const BEYOND: usize = usize::MAX;

/// A place on the shelf: the slot that belongs there, once it was made.
pub(super) struct Place<T>(AtomicPtr<Slot<T>>);

impl<T> Place<T> {
    pub(super) fn empty() -> Place<T> {
        Place(AtomicPtr::new(ptr::null_mut()))
    }

    /// How often its object was lent.
    pub(super) fn loans(&self) -> u64 {
        // SAFETY: null, or a slot that lives as long as the shelf.
        unsafe { self.0.load(Acquire).as_ref() }.map_or(0, |slot| slot.loans.load(Relaxed))
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        let slot = self.0.load(Relaxed);
        if !slot.is_null() {
            // SAFETY: `Owner::add` put a box here; the shelf is being freed, so nobody else can reach it. The object in
            // it was dropped before, by `close` or by the guard that came back to a closed pool.
            drop(unsafe { Box::from_raw(slot) });
        }
    }
}

/// One of those who keep a shelf alive.
pub(super) struct Owner<T: Recycle>(NonNull<Shelf<T>>);

// SAFETY: an owner gives shared access to the shelf, whose fields are atomics, locks and `Sync` closures, and lets
// objects be taken out on any thread, for which `T: Send` is enough.
unsafe impl<T: Recycle + Send> Send for Owner<T> {}
// SAFETY: as above.
unsafe impl<T: Recycle + Send> Sync for Owner<T> {}

impl<T: Recycle> Deref for Owner<T> {
    type Target = Shelf<T>;

    fn deref(&self) -> &Shelf<T> {
        // SAFETY: the shelf lives while it has owners, and `self` is one.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Recycle> Clone for Owner<T> {
    fn clone(&self) -> Self {
        self.owners.fetch_add(1, Relaxed);
        Owner(self.0)
    }
}

impl<T: Recycle> Drop for Owner<T> {
    fn drop(&mut self) {
        if self.owners.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: the pointer is the box that `new` released, and its last owner is here.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}

impl<T: Recycle> Owner<T> {
    /// The first owner of a shelf, which counts it already.
    pub(super) fn new(shelf: Shelf<T>) -> Owner<T> {
        Owner(NonNull::from(Box::leak(Box::new(shelf))))
    }

    fn slot(&self, place: usize, value: T) -> Box<Slot<T>> {
        let bytes = Cell::new(value.bytes());
        let value = UnsafeCell::new(ManuallyDrop::new(value));
        let is_quick = place != BEYOND && self.holders.is_none() && self.config.reset == Reset::Keep;
        // SAFETY: the shelf is alive.
        let quick = if is_quick { unsafe { word_of(self.0.as_ptr(), place) } } else { ptr::null() };
        Box::new(Slot {
            shelf: self.0,
            place,
            quick,
            bit: bit_of(place),
            shares: AtomicUsize::new(0),
            loans: AtomicU64::new(0),
            bytes,
            witness: Witness::new(),
            value,
        })
    }

    /// Takes a free object. If there is none, whether the pool is closed.
    #[inline]
    pub(super) fn pop(&self) -> Result<Pooled<T>, IsClosed> {
        match self.pop_from(0, &self.first) {
            Err(is_closed) if !self.rest.is_empty() => self.pop_from_rest(is_closed),
            outcome => outcome,
        }
    }

    #[cold]
    fn pop_from_rest(&self, is_closed: IsClosed) -> Result<Pooled<T>, IsClosed> {
        let mut rest = self.rest.iter().enumerate();
        rest.find_map(|(at, word)| self.pop_from(at + 1, word).ok()).ok_or(is_closed)
    }

    #[inline]
    fn pop_from(&self, index: usize, atomic: &AtomicU64) -> Result<Pooled<T>, IsClosed> {
        let mut word = Word::from_bits(atomic.load(Acquire));
        let mut attempt = 0;
        while let Some(first) = word.first() {
            let next = word.flipped(first);
            // Before the exchange, because the processor loads nothing while it exchanges.
            let slot = self.places[index * PLACES + first].0.load(Relaxed);
            match atomic.compare_exchange_weak(word.bits(), next.bits(), Acquire, Acquire) {
                Ok(_) => {
                    // SAFETY: `add` stored the slot before its place was free for the first time.
                    let slot = unsafe { NonNull::new_unchecked(slot) };
                    // SAFETY: slots live as long as the shelf. The exchange made this thread the slot's only owner.
                    let header = unsafe { slot.as_ref() };
                    header.witness.touch();
                    header.loans.store(header.loans.load(Relaxed) + 1, Relaxed);
                    return Ok(Pooled(slot, PhantomData));
                }
                Err(now) => word = Word::from_bits(now),
            }
            back_off(&mut attempt);
        }
        Err(IsClosed(word.is_closed()))
    }

    /// Makes a new object free, in a place that never had one. The caller holds the desk; the pool is open.
    pub(super) fn add(&self, place: usize, value: T) {
        let slot = Box::into_raw(self.slot(place, value));
        self.places[place].0.store(slot, Release);
        // SAFETY: the shelf has an owner, `self`; the place is new, so nobody else puts it down.
        let put = unsafe { put_down(word_of(self.0.as_ptr(), place), bit_of(place), Word::is_closed) };
        debug_assert!(put, "whoever closes the pool holds the desk");
    }

    /// A guard on an object that has no place in the pool.
    pub(super) fn lend_beyond(&self, value: T) -> Pooled<T> {
        forget(self.clone());
        Pooled(NonNull::from(Box::leak(self.slot(BEYOND, value))), PhantomData)
    }

    /// Makes `objects` objects owners, which each guard takes back when it comes to the closed pool.
    pub(super) fn make_owners(&self, objects: usize) {
        self.owners.fetch_add(objects, Relaxed);
    }

    /// Drops an object that was free when the pool was closed, and its ownership. Only whoever closed it does so.
    pub(super) fn drop_left(&self, place: usize) {
        // SAFETY: a place that was free once has a slot. Nobody takes it from a closed pool, so it is the caller's, and
        // closing made the object an owner.
        unsafe { drop_at_home(NonNull::new_unchecked(self.places[place].0.load(Relaxed))) }
    }
}

/// Why there was no object: the pool is closed, or all are lent.
#[derive(Clone, Copy)]
pub(super) struct IsClosed(pub(super) bool);

/// The word that has the bit of a place.
///
/// # Safety
/// The shelf is alive.
unsafe fn word_of<T>(shelf: *const Shelf<T>, place: usize) -> *const AtomicU64 {
    // SAFETY: alive by the caller's promise. The words lie in the shelf and in its box and never move.
    let shelf = unsafe { &*shelf };
    if place < PLACES { &raw const *shelf.first } else { &raw const *shelf.rest[place / PLACES - 1] }
}

/// The bit of a place in its word.
fn bit_of(place: usize) -> u64 {
    1 << (place % PLACES)
}

/// Makes a place free unless its word is `refused`. On success the caller may not touch the shelf again unless it is an
/// owner: the next one to take the object may be the last.
///
/// # Safety
/// Word and bit are those of the place, its shelf is alive, and the place's slot belongs to the caller.
#[inline]
unsafe fn put_down(word: *const AtomicU64, bit: u64, refused: impl Fn(Word) -> bool) -> bool {
    // SAFETY: alive by the caller's promise until the exchange; after it the reference is not used.
    let atomic = unsafe { &*word };
    let mut word = Word::from_bits(atomic.load(Relaxed));
    let mut attempt = 0;
    while !refused(word) {
        match atomic.compare_exchange_weak(word.bits(), word.bits() | bit, Release, Relaxed) {
            Ok(_) => return true,
            Err(now) => word = Word::from_bits(now),
        }
        back_off(&mut attempt);
    }
    false
}

/// Ends the loan of an object, whoever held it.
///
/// # Safety
/// The slot is lent, and the caller gives it up.
#[inline]
unsafe fn give_back<T: Recycle>(slot: NonNull<Slot<T>>) {
    // SAFETY: a lent slot is alive and belongs to its guard until it is put down; so is its shelf, see the head of this
    // file.
    unsafe {
        let header = slot.as_ref();
        let (quick, bit) = (header.quick, header.bit);
        let is_quick = !quick.is_null();
        if is_quick {
            let value: &mut T = &mut *header.value.get();
            value.recycle(Reset::Keep);
            if value.bytes() == header.bytes.get() {
                header.witness.touch();
                if put_down(quick, bit, Word::is_special) {
                    return;
                }
            }
        }
        give_back_slowly(slot, is_quick);
    }
}

/// [`give_back`] for objects without a place, that must be wiped, whose size changed or whose guards are noted, for pools
/// that are closed and pools that somebody waits for.
///
/// # Safety
/// As there.
#[cold]
unsafe fn give_back_slowly<T: Recycle>(slot: NonNull<Slot<T>>, is_recycled: bool) {
    // SAFETY: as there. One more owner makes the shelf stay alive through the wake-up.
    let (owner, place) = unsafe {
        let header = slot.as_ref();
        header.shelf.as_ref().owners.fetch_add(1, Relaxed);
        let owner = Owner(header.shelf);
        header.witness.touch();
        let value: &mut T = &mut *header.value.get();
        if !is_recycled {
            value.recycle(owner.config.reset);
        }
        header.measure(value.bytes());
        if let Some(holders) = &owner.holders {
            holders.leave(slot.as_ptr().addr());
        }
        (owner, header.place)
    };
    if place == BEYOND {
        // SAFETY: `lend_beyond` made the box and counted an owner for it, and the guard is gone.
        unsafe {
            drop_at_home(slot);
            drop(Box::from_raw(slot.as_ptr()));
        }
        owner.note_back_from_beyond();
        return;
    }
    // SAFETY: the slot is ours until it is put down.
    if unsafe { put_down(word_of(owner.0.as_ptr(), place), bit_of(place), Word::is_closed) } {
        owner.room.wake_one();
        return;
    }
    owner.note_gone();
    // SAFETY: closing made this object an owner, and it is not put down again.
    unsafe { drop_at_home(slot) }
}

/// Drops an object for good, and the ownership of the shelf that it has by now. The slot's box stays.
///
/// # Safety
/// The slot is the caller's, its object is an owner of the shelf, and nobody looks at the object again.
unsafe fn drop_at_home<T: Recycle>(slot: NonNull<Slot<T>>) {
    // SAFETY: by the caller's promise. The slot is not touched after the owner is gone, which may free it.
    unsafe {
        let owner = Owner(slot.as_ref().shelf);
        slot.as_ref().witness.touch();
        owner.note_freed(slot.as_ref().bytes.get());
        ManuallyDrop::drop(&mut *slot.as_ref().value.get());
    }
}

/// An object on loan, for one borrower; dropping it gives it back, on whatever thread.
pub struct Pooled<T: Recycle>(NonNull<Slot<T>>, PhantomData<T>);

// SAFETY: the guard is the only way to its object, like a box.
unsafe impl<T: Recycle + Send> Send for Pooled<T> {}
// SAFETY: as above.
unsafe impl<T: Recycle + Sync> Sync for Pooled<T> {}

impl<T: Recycle> Pooled<T> {
    /// Lets many read the object. It goes back to the pool when the last of them is dropped.
    ///
    /// # Realtime
    /// Does not allocate: the count lies in the slot.
    pub fn share(self) -> SharedPooled<T> {
        let slot = self.into_slot();
        // SAFETY: the slot is lent to us.
        unsafe { slot.as_ref() }.shares.store(1, Relaxed);
        SharedPooled(slot, PhantomData)
    }

    /// Turns the guard into a pointer that C code can carry, for instance in an `AVBufferRef`. The object stays on
    /// loan until [`from_raw`](Self::from_raw).
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn into_raw(self) -> *mut c_void {
        self.into_slot().as_ptr().cast()
    }

    /// Takes the guard back from the pointer.
    ///
    /// # Safety
    /// `pointer` came from [`into_raw`](Self::into_raw) of a `Pooled` of the same `T` and is used only this once.
    pub unsafe fn from_raw(pointer: *mut c_void) -> Pooled<T> {
        // SAFETY: by the caller's promise the pointer is a lent slot, which is not null.
        Pooled(unsafe { NonNull::new_unchecked(pointer.cast()) }, PhantomData)
    }

    /// Somebody wants to know who acquired it.
    #[inline]
    pub(super) fn is_noted(&self) -> bool {
        // SAFETY: the slot is lent to us.
        unsafe { self.0.as_ref() }.quick.is_null() && self.home().0.holders.is_some()
    }

    /// Notes what the object holds now.
    pub(super) fn measure(&self) {
        // SAFETY: the slot is lent to us.
        unsafe { self.0.as_ref() }.measure(self.bytes());
    }

    fn into_slot(self) -> NonNull<Slot<T>> {
        ManuallyDrop::new(self).0
    }

    /// The pool's shelf, which a lent object keeps alive, and the address of the slot.
    pub(super) fn home(&self) -> (&Shelf<T>, usize) {
        // SAFETY: the slot is lent to us.
        (unsafe { self.0.as_ref().shelf.as_ref() }, self.0.as_ptr().addr())
    }
}

impl<T: Recycle> Deref for Pooled<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the object belongs to this guard.
        unsafe { &*self.0.as_ref().value.get() }
    }
}

impl<T: Recycle> DerefMut for Pooled<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the object belongs to this guard, which is borrowed for writing.
        unsafe { &mut *self.0.as_ref().value.get() }
    }
}

impl<T: Recycle> Drop for Pooled<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the slot is lent to us.
        unsafe { give_back(self.0) }
    }
}

/// An object on loan, for many readers: made by [`Pooled::share`], cloned by counting.
pub struct SharedPooled<T: Recycle>(NonNull<Slot<T>>, PhantomData<T>);

// SAFETY: clones give shared access on many threads, and the last one may give the object back on any, like an `Arc`.
unsafe impl<T: Recycle + Send + Sync> Send for SharedPooled<T> {}
// SAFETY: as above.
unsafe impl<T: Recycle + Send + Sync> Sync for SharedPooled<T> {}

impl<T: Recycle> SharedPooled<T> {
    /// The object for one borrower again, if there is no other clone.
    ///
    /// # Errors
    /// Others still read it: the guard as it was.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn try_unique(self) -> Result<Pooled<T>, Self> {
        // SAFETY: the slot is lent to us.
        if unsafe { self.0.as_ref() }.shares.load(Acquire) != 1 {
            return Err(self);
        }
        Ok(Pooled(ManuallyDrop::new(self).0, PhantomData))
    }

    /// The object to write, if there is no other clone.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        // SAFETY: the slot is lent to us. If this is the only clone, nobody can make another while it is borrowed, and what
        // the others did happened before they let go.
        unsafe {
            let slot = self.0.as_ref();
            (slot.shares.load(Acquire) == 1).then(|| &mut **slot.value.get())
        }
    }

    /// Turns this clone into a pointer that C code can carry. It counts until [`from_raw`](Self::from_raw).
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn into_raw(self) -> *mut c_void {
        ManuallyDrop::new(self).0.as_ptr().cast()
    }

    /// Takes the clone back from the pointer.
    ///
    /// # Safety
    /// `pointer` came from [`into_raw`](Self::into_raw) of a `SharedPooled` of the same `T` and is used only this once.
    pub unsafe fn from_raw(pointer: *mut c_void) -> SharedPooled<T> {
        // SAFETY: by the caller's promise the pointer is a lent slot, which is not null, and its count includes this clone.
        SharedPooled(unsafe { NonNull::new_unchecked(pointer.cast()) }, PhantomData)
    }
}

impl<T: Recycle> Clone for SharedPooled<T> {
    fn clone(&self) -> Self {
        // SAFETY: the slot is lent to us.
        let before = unsafe { self.0.as_ref() }.shares.fetch_add(1, Relaxed);
        if before > isize::MAX as usize {
            // So many clones can only have been forgotten; one more round and the object would be free while in use.
            std::process::abort();
        }
        SharedPooled(self.0, PhantomData)
    }
}

impl<T: Recycle> Deref for SharedPooled<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the object belongs to all clones together, none of which writes.
        unsafe { &*self.0.as_ref().value.get() }
    }
}

impl<T: Recycle> Drop for SharedPooled<T> {
    fn drop(&mut self) {
        // SAFETY: the slot is lent to us until the count is lowered, and again if that makes it 0.
        unsafe {
            if self.0.as_ref().shares.fetch_sub(1, Release) == 1 {
                fence(Acquire);
                give_back(self.0);
            }
        }
    }
}
