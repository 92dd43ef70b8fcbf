//! The PCM of a file, one block after the other, as planar f32: demuxer and decoder.
//!
//! Nothing is trimmed: priming and padding are told apart by timestamps alone, as in browsers, so blocks before time 0
//! come too.

use crate::{Access, AudioDecoder, AudioStream, Cancel, Demuxer, Error, Flow, Packet, Place, SoundBlock};
use millpond_core::Rational;

/// An open file whose sound is read from the start or from a [seek](Sound::seek) on.
pub struct Sound {
    demuxer: Demuxer,
    stream: AudioStream,
    decoder: AudioDecoder,
    packet: Packet,
    block: SoundBlock,
    /// The block was decoded while opening and not handed out yet.
    is_waiting: bool,
}

/// What a block of PCM is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoundFormat {
    /// Sample rate in Hz.
    pub rate_hz: u32,
    /// Number of channels in FFmpeg's and WebCodecs' order: left, right, centre, LFE, surrounds.
    pub channels: usize,
}

impl Sound {
    /// Opens a file and decodes the first block of its sound.
    ///
    /// # Errors
    /// Those of opening; [`Error::NoStream`] for a file without sound; [`Error::MediaBroken`] if it yields none.
    pub fn open(place: &Place, access: &Access, cancel: &Cancel) -> Result<Sound, Error> {
        let demuxer = Demuxer::open(place, access, cancel)?;
        let stream = demuxer.audio()?;
        let mut decoder = AudioDecoder::new(&stream).keeping_priming();
        decoder.open()?;
        let (packet, block) = (Packet::new(), SoundBlock::new());
        let mut sound = Sound { demuxer, stream, decoder, packet, block, is_waiting: false };
        if !sound.decode()? {
            return Err(Error::broken(place, "it yields no sound"));
        }
        sound.is_waiting = true;
        Ok(sound)
    }

    /// Rate and channels of the last block that was read; of the first one after opening.
    pub fn format(&self) -> SoundFormat {
        self.block.format()
    }

    /// Ticks per second of [`tick`](Self::tick).
    pub fn time_scale(&self) -> Rational {
        self.stream.time_base.recip()
    }

    /// Reads the next block; `false` at the end.
    ///
    /// # Errors
    /// [`Error::UnsupportedFormat`], [`Error::LimitExceeded`], [`Error::Cancelled`].
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap unless a block is longer than all before.
    pub fn read(&mut self) -> Result<bool, Error> {
        if std::mem::take(&mut self.is_waiting) { Ok(true) } else { self.decode() }
    }

    /// Presentation time of the block's first sample; `None` if it follows the block before it.
    pub fn tick(&self) -> Option<i64> {
        self.block.tick()
    }

    /// The block: its samples of one channel. Empty for a channel that the file does not have.
    pub fn channel(&self, index: usize) -> &[f32] {
        self.block.channel(index)
    }

    /// Packets and blocks that were damaged so far.
    pub fn damaged(&self) -> u64 {
        self.decoder.damaged() + self.demuxer.damaged()
    }

    /// Goes to a block at or before `time` (seconds), early enough that decoders have settled when it is reached.
    ///
    /// # Errors
    /// [`Error::MediaBroken`] if the file cannot be read from there.
    pub fn seek(&mut self, time: Rational) -> Result<(), Error> {
        // Opus asks for 80 ms; AAC and MP3 need a block or two.
        let early = time - Rational::new(1, 5);
        if early <= Rational::from_integer(0) {
            return Ok(());
        }
        let tick = (early / self.stream.time_base).floor().to_integer();
        let tick = i64::try_from(tick).unwrap_or(i64::MAX);
        self.demuxer.seek(self.stream.index, tick)?;
        self.is_waiting = false;
        self.decoder.flush()
    }

    fn decode(&mut self) -> Result<bool, Error> {
        loop {
            match self.decoder.receive(&mut self.block)? {
                Flow::Done => return Ok(true),
                Flow::Ended => return Ok(false),
                Flow::NeedMore | Flow::Full => self.feed()?,
            }
        }
    }

    fn feed(&mut self) -> Result<(), Error> {
        while self.demuxer.read_into(&mut self.packet)? == Flow::Done {
            if self.packet.stream() == self.stream.index {
                // It said that it needs more, so there is room.
                let _ = self.decoder.send(&self.packet)?;
                return Ok(());
            }
        }
        self.decoder.send_end()
    }

    /// Reads on to the end without decoding: seconds at which the last block ends.
    pub(crate) fn scan_end(mut self) -> Result<Rational, Error> {
        let mut end = self.block.tick().unwrap_or(0);
        while self.demuxer.read_into(&mut self.packet)? == Flow::Done {
            if self.packet.stream() == self.stream.index {
                let tick = self.packet.pts().or(self.packet.dts()).unwrap_or(end);
                end = end.max(tick.saturating_add(self.packet.duration().max(0)));
            }
        }
        Ok(Rational::from_integer(end.into()) * self.stream.time_base)
    }
}
