//! The one word that says which objects of a pool are free, and what is written in each free place.
//!
//! Free places form a stack, newest on top: a frame that just came back is still in the cache. [`Word`] has the place on
//! top, two flags, and in its upper 46 bits the number of acquires so far. That number makes each state of the word
//! different, so a thread that read the word, was kept waiting and comes back cannot mistake a later state for the one
//! it saw (the "ABA problem"), unless exactly 2^46 objects were acquired meanwhile. It is also a statistic that costs
//! nothing. [`Link`] is what a free place knows: the place below it, and how many there are from it down.

/// No place.
const NOTHING: u16 = u16::MAX;

/// The most objects of one pool.
pub(super) const MAX_OBJECTS: usize = NOTHING as usize;

const WAITED_FOR: u64 = 1 << 16;
const CLOSED: u64 = 1 << 17;
const ACQUIRE: u64 = 1 << 18;

/// Top of the stack, flags, and number of acquires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(u64);

impl Word {
    /// An open pool without a free object.
    pub(super) const START: Word = Word(NOTHING as u64);

    pub(super) fn from_bits(bits: u64) -> Word {
        Word(bits)
    }

    pub(super) fn bits(self) -> u64 {
        self.0
    }

    /// The place on top.
    pub(super) fn top(self) -> Option<usize> {
        let top = self.0 as u16;
        (top != NOTHING).then_some(usize::from(top))
    }

    /// Without its top.
    pub(super) fn popped(self, link: Link) -> Word {
        Word((self.0 & !u64::from(NOTHING) | u64::from(link.below)).wrapping_add(ACQUIRE))
    }

    /// With a place on top.
    pub(super) fn pushed(self, place: usize) -> Word {
        Word(self.0 & !u64::from(NOTHING) | u64::from(place as u16))
    }

    /// Somebody waits for an object.
    pub(super) fn is_waited_for(self) -> bool {
        self.0 & WAITED_FOR != 0
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    pub(super) fn waited_for(self, is_waited_for: bool) -> Word {
        Word(if is_waited_for { self.0 | WAITED_FOR } else { self.0 & !WAITED_FOR })
    }

    /// Closed, and without free places.
    pub(super) fn closed(self) -> Word {
        Word(self.0 | CLOSED | u64::from(NOTHING))
    }

    /// Objects taken so far.
    pub(super) fn acquires(self) -> u64 {
        self.0 / ACQUIRE
    }
}

/// What a free place knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    below: u16,
    /// Free places from this one down, itself included.
    pub(super) depth: u16,
}

impl Link {
    /// The link of a place that is put on top of `word`, whose top has `depth` places.
    pub(super) fn on(word: Word, depth: u16) -> Link {
        Link { below: word.0 as u16, depth: depth.wrapping_add(1) }
    }

    pub(super) fn from_bits(bits: u32) -> Link {
        Link { below: bits as u16, depth: (bits >> 16) as u16 }
    }

    pub(super) fn bits(self) -> u32 {
        u32::from(self.below) | u32::from(self.depth) << 16
    }

    /// The place below.
    pub(super) fn below(self) -> Option<usize> {
        (self.below != NOTHING).then_some(usize::from(self.below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_off_in_the_opposite_order() {
        let empty = Word::START;
        assert_eq!((empty.top(), empty.acquires()), (None, 0));
        let bottom = Link::on(empty, 0);
        let one = empty.pushed(7);
        let top = Link::on(one, bottom.depth);
        let two = one.pushed(65_534);
        assert_eq!((two.top(), top.below(), top.depth), (Some(65_534), Some(7), 2));
        assert_eq!(Link::from_bits(top.bits()), top);
        let popped = two.popped(top);
        assert_eq!((popped.top(), popped.acquires()), (Some(7), 1));
        assert_eq!((popped.popped(bottom).top(), popped.popped(bottom).acquires()), (None, 2));
    }

    #[test]
    fn flags_and_counts_do_not_touch_each_other() {
        let mut word = Word::START.pushed(3).waited_for(true);
        for _ in 0..1000 {
            word = word.popped(Link::on(Word::START, 0)).pushed(3);
        }
        assert!(word.is_waited_for() && !word.is_closed());
        assert_eq!((word.top(), word.acquires()), (Some(3), 1000));
        let closed = word.closed();
        assert!(closed.is_closed() && closed.is_waited_for() && !closed.waited_for(false).is_waited_for());
        assert_eq!((closed.top(), closed.acquires()), (None, 1000));
        assert_eq!(Word(u64::MAX).popped(Link::on(Word::START, 0)).acquires(), 0, "the count wraps around");
    }
}
