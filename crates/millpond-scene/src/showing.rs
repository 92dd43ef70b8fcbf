//! Which picture of a clip shows at a time.
//!
//! It is the last whose presentation time is not after the time asked for; before the first, the first. At or past the
//! clip's end (last presentation time + its duration) `after` decides. Pictures arrive in presentation order, and at
//! most two are held: the one that shows, and the one that tells that it is the last.

use crate::After;

/// What [`Showing::at`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Another picture (or the end) must be pushed before this can be said.
    NeedsMore,
    /// Nothing shows.
    Nothing,
    /// [`Showing::picture`] shows.
    Picture,
}

/// The pictures of one clip around a time.
#[derive(Debug)]
pub struct Showing<P> {
    current: Option<(i64, P)>,
    next: Option<(i64, P)>,
    end: Option<i64>,
}

impl<P> Default for Showing<P> {
    fn default() -> Self {
        Showing { current: None, next: None, end: None }
    }
}

impl<P> Showing<P> {
    /// Takes the next picture in presentation order, or gives it back if none is needed now.
    pub fn push(&mut self, tick: i64, picture: P) -> Result<(), P> {
        let place = if self.current.is_none() { &mut self.current } else { &mut self.next };
        if place.is_some() || self.end.is_some() {
            return Err(picture);
        }
        *place = Some((tick, picture));
        Ok(())
    }

    /// Says that no picture follows and where the clip ends.
    pub fn finish(&mut self, end_tick: i64) {
        self.end = Some(end_tick);
    }

    /// What shows at `tick`, the time in ticks rounded down. Times may only grow until [`clear`](Self::clear).
    pub fn at(&mut self, tick: i128, after: After) -> Shown {
        loop {
            match (&self.current, &self.next, self.end) {
                (Some(_), Some((next, _)), _) if i128::from(*next) <= tick => self.current = self.next.take(),
                (Some(_), Some(_), _) => return Shown::Picture,
                (None, _, None) => return Shown::NeedsMore,
                (None, _, Some(_)) => return Shown::Nothing,
                (Some(_), None, Some(end)) => {
                    let over = tick >= i128::from(end) && after != After::Hold;
                    return if over { Shown::Nothing } else { Shown::Picture };
                }
                (Some((current, _)), None, None) => {
                    return if i128::from(*current) > tick { Shown::Picture } else { Shown::NeedsMore };
                }
            }
        }
    }

    /// Whether going on from here shows what is to be seen at `tick`, soon: it is not behind the picture that shows, and no
    /// more than `ahead` ticks before it. Beyond that a clip is better sought, whose key frames lie about as far apart.
    pub fn leads_to(&self, tick: i128, ahead: i128) -> bool {
        match (&self.current, &self.next, self.end) {
            (None, ..) => false,
            (Some((current, _)), None, Some(_)) => tick >= i128::from(*current),
            (Some((current, _)), ..) => (0..=ahead).contains(&(tick - i128::from(*current))),
        }
    }

    /// The picture that shows, after [`at`](Self::at) said so.
    pub fn picture(&self) -> Option<&P> {
        self.current.as_ref().map(|(_, picture)| picture)
    }

    /// Whether the picture that shows will not show at `tick` or later.
    pub fn is_over_at(&self, tick: i128) -> bool {
        self.next.as_ref().is_some_and(|(next, _)| i128::from(*next) <= tick)
    }

    /// Takes the picture that shows; the one behind it, if it is here, shows from now on.
    pub fn take(&mut self) -> Option<P> {
        std::mem::replace(&mut self.current, self.next.take()).map(|(_, picture)| picture)
    }

    /// Forgets all pictures and the end, for going on from another place.
    pub fn clear(&mut self) {
        *self = Showing::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds pictures one by one as they are asked for.
    fn shows(ticks: &[i64], end: i64, times: impl Iterator<Item = i128>, after: After) -> Vec<Option<i64>> {
        let mut showing = Showing::default();
        let mut feed = ticks.iter();
        times
            .map(|time| {
                loop {
                    match showing.at(time, after) {
                        Shown::NeedsMore => match feed.next() {
                            Some(&tick) => showing.push(tick, tick).unwrap(),
                            None => showing.finish(end),
                        },
                        Shown::Nothing => return None,
                        Shown::Picture => return showing.picture().copied(),
                    }
                }
            })
            .collect()
    }

    #[test]
    fn the_last_picture_not_after_the_time_shows() {
        let shown = shows(&[0, 10, 15, 30], 40, [0, 9, 10, 14, 15, 29, 39].into_iter(), After::Hide);
        assert_eq!(shown, [0, 0, 10, 10, 15, 15, 30].map(Some));
    }

    #[test]
    fn before_the_first_the_first_and_past_the_end_as_told() {
        assert_eq!(
            shows(&[5, 10], 15, [0, 4, 5, 14, 15, 99].into_iter(), After::Hide),
            [Some(5), Some(5), Some(5), Some(10), None, None]
        );
        assert_eq!(shows(&[5, 10], 15, [15, 99].into_iter(), After::Hold), [Some(10), Some(10)]);
    }

    #[test]
    fn negative_ticks_stay_available_and_empty_clips_show_nothing() {
        assert_eq!(shows(&[-20, -10, 4], 14, [0, 3, 4].into_iter(), After::Hide), [Some(-10), Some(-10), Some(4)]);
        assert_eq!(shows(&[], 0, [0, 1].into_iter(), After::Hold), [None, None]);
    }

    #[test]
    fn only_needed_pictures_are_taken() {
        let mut showing = Showing::default();
        showing.push(0, 'a').unwrap();
        showing.push(10, 'b').unwrap();
        assert_eq!(showing.push(20, 'c'), Err('c'));
        assert_eq!(showing.at(10, After::Hide), Shown::NeedsMore);
        showing.push(20, 'c').unwrap();
    }
}
