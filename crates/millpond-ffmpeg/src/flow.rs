//! What decoders, encoders, demuxers and muxers have in common: the states they go through and the answers they give.
//!
//! created → opened → streaming → draining → closed. A call that its state does not allow is [`Error::WrongState`], which
//! names both, and changes nothing. Dropping is allowed in every state.

use crate::Error;
use std::fmt;

/// Where a decoder, encoder, demuxer or muxer is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It knows its settings and has nothing open.
    Created,
    /// It is open and nothing went in yet.
    Opened,
    /// It is at work.
    Streaming,
    /// Nothing more goes in; what it still holds comes out.
    Draining,
    /// It is over. What it held was given back.
    Closed,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Created => "created",
            State::Opened => "opened",
            State::Streaming => "streaming",
            State::Draining => "draining",
            State::Closed => "closed",
        })
    }
}

impl State {
    /// Refuses a call unless this state is one of those that allow it.
    pub(crate) fn allow(self, call: &'static str, allowed: &[State]) -> Result<(), Error> {
        if allowed.contains(&self) { Ok(()) } else { Err(Error::WrongState { call, state: self }) }
    }
}

/// How far a call came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Flow {
    /// It was done: what was sent was taken, or what was asked for is there.
    Done,
    /// Nothing comes out before more goes in.
    NeedMore,
    /// Nothing goes in before something was taken out; what was sent was not taken.
    Full,
    /// Everything came out.
    Ended,
}
