//! Which objects of a pool are free: a bit for each of up to 62, and two flags, in one word.
//!
//! The lowest bit is taken first, so the same few objects are used again and again while they are in the cache, and those
//! that are never needed are never touched. The word is all there is to the state of its places, so whoever exchanges it
//! for another one needs to know nothing of what happened meanwhile. Larger pools have several words.

/// Places of one word; fewer for loom, so that its models get at pools of several words.
pub(super) const PLACES: usize = if cfg!(loom) { 2 } else { 62 };

/// The most objects of one pool.
pub(super) const MAX_OBJECTS: usize = 65_535;

const WAITED_FOR: u64 = 1 << 62;
const CLOSED: u64 = 1 << 63;

/// Free places and flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(u64);

impl Word {
    /// Open, and without a free object.
    pub(super) const START: Word = Word(0);

    pub(super) fn from_bits(bits: u64) -> Word {
        Word(bits)
    }

    pub(super) fn bits(self) -> u64 {
        self.0
    }

    /// The first free place, unless it is closed.
    #[inline]
    pub(super) fn first(self) -> Option<usize> {
        let free = self.0 & !WAITED_FOR;
        // Closed is the sign.
        (free as i64 > 0).then_some(free.trailing_zeros() as usize)
    }

    /// Number of free places.
    #[inline]
    pub(super) fn available(self) -> usize {
        (self.0 & !(WAITED_FOR | CLOSED)).count_ones() as usize
    }

    /// With a place changed from free to lent, or back.
    #[inline]
    pub(super) fn flipped(self, place: usize) -> Word {
        Word(self.0 ^ 1 << place)
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    /// An object that comes back needs more than its bit.
    #[inline]
    pub(super) fn is_special(self) -> bool {
        self.0 >= WAITED_FOR
    }

    pub(super) fn waited_for(self, is_waited_for: bool) -> Word {
        Word(if is_waited_for { self.0 | WAITED_FOR } else { self.0 & !WAITED_FOR })
    }

    /// Closed; free places stay as they are for whoever closed it.
    pub(super) fn closed(self) -> Word {
        Word(self.0 | CLOSED)
    }

    /// The places that were free when it was closed.
    pub(super) fn left(self) -> impl Iterator<Item = usize> {
        let mut bits = self.0 & !(WAITED_FOR | CLOSED);
        std::iter::from_fn(move || {
            let place = (bits != 0).then_some(bits.trailing_zeros() as usize);
            bits &= bits.wrapping_sub(1);
            place
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_place_is_first() {
        assert_eq!(Word::START.first(), None);
        let word = Word::START.flipped(61).flipped(3).flipped(7);
        assert_eq!((word.first(), word.available()), (Some(3), 3));
        assert_eq!((word.flipped(3).first(), word.flipped(3).available()), (Some(7), 2));
        assert_eq!(word.left().collect::<Vec<_>>(), [3, 7, 61]);
        assert_eq!(Word::START.flipped(61).first(), Some(61));
    }

    #[test]
    fn flags_are_no_places_and_a_closed_word_lends_nothing() {
        let word = Word::START.flipped(5).waited_for(true);
        assert!(word.is_special() && !word.is_closed());
        assert_eq!((word.first(), word.available()), (Some(5), 1));
        assert_eq!((word.flipped(5).first(), word.flipped(5).available()), (None, 0));
        let closed = word.closed();
        assert!(closed.is_closed() && closed.is_special());
        assert_eq!((closed.first(), closed.left().count()), (None, 1));
        assert!(!Word::START.flipped(61).waited_for(true).waited_for(false).is_special());
    }
}
