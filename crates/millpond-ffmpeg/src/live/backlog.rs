//! What waits between a live source and its reader: a ring of packets under two bounds, and what goes when it is full.
//!
//! Only rules are here, no locks and no clock. The ring is allocated once.

use super::config::{QueueConfig, WhenFull};
use std::collections::VecDeque;

/// What an entry is to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A picture that decoding can begin with.
    Key,
    /// Another picture.
    Picture,
    /// A packet of another stream.
    Other,
    /// No packet but news, which is never dropped and takes no room.
    News,
}

/// What becomes of a packet that wants in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is room.
    Enter,
    /// There is none until something was taken out.
    Wait,
    /// It is given up.
    Drop,
}

#[derive(Debug)]
struct Entry<T> {
    item: T,
    bytes: usize,
    kind: Kind,
}

/// The packets that wait.
#[derive(Debug)]
pub(crate) struct Backlog<T> {
    ring: VecDeque<Entry<T>>,
    packets: usize,
    bytes: usize,
    config: QueueConfig,
    /// Pictures are given up until the next key frame.
    wants_key: bool,
}

impl<T> Backlog<T> {
    /// Allocates the ring.
    pub(crate) fn new(config: QueueConfig) -> Backlog<T> {
        // A few places more for news.
        let ring = VecDeque::with_capacity(config.packets + 16);
        Backlog { ring, packets: 0, bytes: 0, config, wants_key: false }
    }

    /// Packets that wait.
    pub(crate) fn packets(&self) -> usize {
        self.packets
    }

    /// Decides about a packet, and makes room for it as the policy says; what goes is handed to `gone`.
    pub(crate) fn admit(&mut self, bytes: usize, kind: Kind, gone: &mut impl FnMut(T, usize)) -> Verdict {
        if kind == Kind::News {
            return Verdict::Enter;
        }
        if kind == Kind::Key {
            self.wants_key = false;
        }
        if bytes > self.config.bytes || (self.wants_key && kind == Kind::Picture) {
            // What depends on it cannot be decoded either.
            self.wants_key |= kind == Kind::Key && self.config.when_full == WhenFull::DropToKeyFrame;
            return Verdict::Drop;
        }
        while !self.has_room(bytes) {
            match self.config.when_full {
                WhenFull::Block => return Verdict::Wait,
                WhenFull::DropOldest => self.drop_first(1, gone),
                WhenFull::DropToKeyFrame => {
                    let is_picture = |entry: &Entry<T>| matches!(entry.kind, Kind::Key | Kind::Picture);
                    let behind = self.first_packet() + 1;
                    let next_key = self.ring.iter().skip(behind).position(|entry| entry.kind == Kind::Key);
                    match next_key {
                        Some(position) => self.drop_first(behind + position, gone),
                        None if self.ring.iter().any(is_picture) || kind == Kind::Picture => {
                            self.drop_first(self.ring.len(), gone);
                            self.wants_key = kind != Kind::Key;
                        }
                        None => self.drop_first(1, gone),
                    }
                    if self.wants_key && kind == Kind::Picture {
                        return Verdict::Drop;
                    }
                }
            }
        }
        Verdict::Enter
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.packets < self.config.packets && self.bytes.saturating_add(bytes) <= self.config.bytes
    }

    /// Where the packet stands that has waited longest.
    fn first_packet(&self) -> usize {
        self.ring.iter().position(|entry| entry.kind != Kind::News).unwrap_or(0)
    }

    /// Drops the packets among the first `count` entries, at least one; news stays, in its order.
    fn drop_first(&mut self, count: usize, gone: &mut impl FnMut(T, usize)) {
        let mut news = 0;
        for _ in 0..count.max(self.first_packet() + 1) {
            let Some(entry) = self.ring.pop_front() else { break };
            if entry.kind == Kind::News {
                self.ring.push_back(entry);
                news += 1;
            } else {
                self.packets -= 1;
                self.bytes -= entry.bytes;
                gone(entry.item, entry.bytes);
            }
        }
        self.ring.rotate_right(news);
    }

    /// Puts in what was admitted.
    pub(crate) fn push(&mut self, item: T, bytes: usize, kind: Kind) {
        if kind != Kind::News {
            self.packets += 1;
            self.bytes += bytes;
        }
        self.ring.push_back(Entry { item, bytes, kind });
    }

    /// Takes out what has waited longest.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let entry = self.ring.pop_front()?;
        if entry.kind != Kind::News {
            self.packets -= 1;
            self.bytes -= entry.bytes;
        }
        Some(entry.item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds letters: `K` is a key frame, `p` another picture, `s` sound, `n` news; `-` takes one out.
    struct Run {
        backlog: Backlog<(char, u32)>,
        taken: String,
        gone: String,
        refused: String,
    }

    fn run(when_full: WhenFull, packets: usize, feed: &str) -> Run {
        let backlog = Backlog::new(QueueConfig { packets, bytes: 100, when_full });
        let mut run = Run { backlog, taken: String::new(), gone: String::new(), refused: String::new() };
        for (index, letter) in feed.chars().enumerate() {
            let (kind, bytes) = match letter {
                '-' => {
                    run.taken.extend(run.backlog.pop().map(|(letter, _)| letter));
                    continue;
                }
                'K' => (Kind::Key, 10),
                'X' => (Kind::Key, 101),
                'p' => (Kind::Picture, 1),
                'n' => (Kind::News, 0),
                _ => (Kind::Other, 1),
            };
            let gone = &mut run.gone;
            match run.backlog.admit(bytes, kind, &mut |(letter, _), _| gone.push(letter)) {
                Verdict::Enter => run.backlog.push((letter, index as u32), bytes, kind),
                Verdict::Wait | Verdict::Drop => run.refused.push(letter),
            }
            assert!(run.backlog.packets <= packets && run.backlog.bytes <= 100);
        }
        while let Some((letter, _)) = run.backlog.pop() {
            run.taken.push(letter);
        }
        assert_eq!((run.backlog.packets, run.backlog.bytes), (0, 0));
        run
    }

    fn outcome(when_full: WhenFull, packets: usize, feed: &str) -> (String, String, String) {
        let run = run(when_full, packets, feed);
        (run.taken, run.gone, run.refused)
    }

    fn said(taken: &str, gone: &str, refused: &str) -> (String, String, String) {
        (taken.to_owned(), gone.to_owned(), refused.to_owned())
    }

    #[test]
    fn blocking_refuses_and_gives_nothing_up() {
        assert_eq!(outcome(WhenFull::Block, 3, "Kppp-s"), said("Kpps", "", "p"));
        // Bytes are a bound too: ten key frames of ten.
        assert_eq!(outcome(WhenFull::Block, 50, "KKKKKKKKKKKp"), said("KKKKKKKKKK", "", "Kp"));
    }

    #[test]
    fn the_oldest_go_one_by_one() {
        assert_eq!(outcome(WhenFull::DropOldest, 3, "Kppsps"), said("sps", "Kpp", ""));
        assert_eq!(outcome(WhenFull::DropOldest, 3, "nKpnps"), said("npnps", "K", ""));
    }

    #[test]
    fn up_to_the_next_key_frame_that_waits() {
        assert_eq!(outcome(WhenFull::DropToKeyFrame, 6, "KspKspp"), said("Kspp", "Ksp", ""));
        assert_eq!(outcome(WhenFull::DropToKeyFrame, 6, "nKspnKspp"), said("nnKspp", "Ksp", ""));
    }

    #[test]
    fn without_a_key_frame_everything_goes_and_pictures_wait_for_one() {
        assert_eq!(outcome(WhenFull::DropToKeyFrame, 3, "KpsppspKp"), said("sKp", "Kps", "ppp"));
        assert_eq!(outcome(WhenFull::DropToKeyFrame, 3, "KpsspK"), said("sK", "Kps", "p"));
        // A key frame that is too large takes its followers along.
        assert_eq!(outcome(WhenFull::DropToKeyFrame, 9, "KpXppKp"), said("KpKp", "", "Xpp"));
        // Sound alone.
        assert_eq!(outcome(WhenFull::DropToKeyFrame, 3, "sssss"), said("sss", "ss", ""));
    }
}
