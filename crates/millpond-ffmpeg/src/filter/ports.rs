//! The two ends of a filter graph: what waits at an input, and what came out of an output.

use super::FilterInput;
use crate::streams::color_description;
use crate::sys::{self, Buffers, ColorNumbers, Source};
use crate::video_frame::{Facts, VideoFrame};
use crate::{Error, pixels};
use ffmpeg_next as ff;
use millpond_core::Rational;

/// An input.
pub(super) struct Input {
    pub(super) what: FilterInput,
    /// A frame that the graph did not get yet, and what it is.
    pub(super) parked: Option<(Frame, Source)>,
    /// What the graph expects here.
    pub(super) source: Option<Source>,
    /// Nothing more comes.
    pub(super) is_ended: bool,
    /// The graph knows that.
    pub(super) is_told: bool,
    /// It got a frame and did not ask for another yet.
    pub(super) is_full: bool,
    /// Time of the next sample that comes without one.
    position: i64,
    /// Time of the last picture that the graph got.
    last: Option<i64>,
    /// When the last frame ends.
    end: Option<i64>,
}

pub(super) enum Frame {
    /// And how many ticks it lasts, if that is known.
    Picture(ff::frame::Video, Option<i64>),
    Sound(ff::frame::Audio),
}

impl Frame {
    pub(super) fn raw(&mut self) -> &mut ff::Frame {
        match self {
            Frame::Picture(frame, _) => frame,
            Frame::Sound(frame) => frame,
        }
    }
}

impl Input {
    pub(super) fn new(what: FilterInput) -> Input {
        Input {
            what,
            parked: None,
            source: what.sound(),
            is_ended: false,
            is_told: false,
            is_full: false,
            position: 0,
            last: None,
            end: None,
        }
    }

    /// Notes what the graph gets. A picture that does not say how long it lasts ends as long after its time as that is
    /// after the one before.
    pub(super) fn note(&mut self, frame: &Frame) {
        match frame {
            Frame::Picture(frame, lasts) => {
                let gap = frame.pts().zip(self.last).and_then(|(tick, last)| tick.checked_sub(last));
                self.last = frame.pts();
                self.end = self.last.zip(lasts.or(gap)).map(|(tick, lasts)| tick.saturating_add(lasts.max(0)));
            }
            Frame::Sound(frame) => {
                self.end = frame.pts().map(|tick| tick.saturating_add(frame.samples() as i64));
            }
        }
    }

    /// When the last frame ends, if that is known.
    pub(super) fn end_tick(&self) -> Option<i64> {
        self.end
    }

    /// Forgets what came.
    pub(super) fn reset(&mut self) {
        *self = Input::new(self.what);
    }

    /// A reference to a picture, described for filters.
    pub(super) fn picture(&self, from: &VideoFrame) -> Result<(Frame, Source), Error> {
        let FilterInput::Video { time_base, frame_rate, pixel_aspect } = self.what else {
            return Err(Error::Core(millpond_core::Error::BadParameter {
                name: "input",
                value: 0.0,
                expected: "one of pictures",
            }));
        };
        let (view, color) = (from.view(), from.color());
        let pixel = pixels::for_encoder(view.format(), color.range, None).ok_or_else(|| Error::UnsupportedFormat {
            place: "filter graph".to_owned(),
            format: format!("pixel format {}", view.format().name()),
        })?;
        let numbers = ColorNumbers::of(&color);
        let mut frame = ff::frame::Video::empty();
        let no_memory =
            |error: ff::Error| Error::Temporary { what: "a reference to a picture", reason: error.to_string() };
        from.refer(pixel, &mut frame).map_err(no_memory)?;
        sys::describe_for_filter(&mut frame, from.tick(), &numbers, pixel_aspect, from.fields());
        let pair = |value: Rational| crate::streams::av_pair(value).unwrap_or((0, 1));
        let source = Source::Pictures {
            pixel,
            width: view.width(),
            height: view.height(),
            color: numbers,
            aspect: pixel_aspect,
            time_base: pair(time_base),
            frame_rate: frame_rate.map_or((0, 1), pair),
        };
        let lasts = Some(from.duration()).filter(|ticks| *ticks > 0);
        Ok((Frame::Picture(frame, lasts), source))
    }

    /// A copy of a block of sound on FFmpeg's heap.
    pub(super) fn sound(&mut self, channels: &[&[f32]], tick: Option<i64>) -> Result<Option<(Frame, Source)>, Error> {
        let bad = |name, value: usize, expected| {
            Err(Error::Core(millpond_core::Error::BadParameter { name, value: value as f64, expected }))
        };
        let FilterInput::Audio { rate_hz, channels: count } = self.what else {
            return bad("input", 0, "one of sound");
        };
        if channels.len() != count {
            return bad("number of channels", channels.len(), "that of the input");
        }
        let samples = channels.first().map_or(0, |channel| channel.len());
        if let Some(other) = channels.iter().find(|channel| channel.len() != samples) {
            return bad("samples of a channel", other.len(), "as many as the first channel has");
        }
        if samples == 0 {
            return Ok(None);
        }
        const PLANAR: ff::format::Sample = ff::format::Sample::F32(ff::format::sample::Type::Planar);
        let mut frame = ff::frame::Audio::new(PLANAR, samples, ff::ChannelLayout::default(count as i32));
        if frame.planes() < count {
            let reason = "no memory".to_owned();
            return Err(Error::Temporary { what: "a block of sound", reason });
        }
        for (index, channel) in channels.iter().enumerate() {
            frame.plane_mut::<f32>(index).copy_from_slice(channel);
        }
        let position = tick.unwrap_or(self.position);
        self.position = position.saturating_add(samples as i64);
        frame.set_rate(rate_hz);
        frame.set_pts(Some(position));
        Ok(Some((Frame::Sound(frame), Source::Sound { rate_hz, channels: count as i32 })))
    }
}

/// An output.
pub(super) struct Output {
    pub(super) medium: sys::Medium,
    /// Seconds of a tick of what comes out: those of the first graph.
    pub(super) time_base: Option<Rational>,
    /// Seconds of a tick of what this graph gives.
    pub(super) graph_base: Option<Rational>,
    /// A picture whose destination was refused; it comes next.
    pub(super) waiting: Option<VideoFrame>,
    /// Everything came out of this graph.
    pub(super) is_over: bool,
    pub(super) slots: Buffers,
}

impl Output {
    /// A tick of the graph's in ticks of what comes out.
    pub(super) fn tick(&self, tick: Option<i64>) -> Option<i64> {
        match (tick, self.graph_base, self.time_base) {
            (Some(tick), Some(from), Some(to)) if from != to => {
                let tick = Rational::from_integer(tick.into()) * from / to;
                i64::try_from(tick.round().to_integer()).ok()
            }
            _ => tick,
        }
    }

    /// Makes a handle of a picture. If it `stays` it lies in a slot: in the one that it came in with, or copied.
    pub(super) fn picture(&self, mut frame: ff::frame::Video, stays: bool) -> Result<VideoFrame, Error> {
        let unsupported = || Error::UnsupportedFormat {
            place: "filter graph".to_owned(),
            format: format!("pixel format {:?}", frame.format()),
        };
        let counterpart = pixels::counterpart(frame.format()).ok_or_else(unsupported)?;
        let is_upright = pixels::view(&frame, counterpart.format).is_some();
        if !is_upright || (stays && !sys::was_passed_on(&frame)) {
            frame = sys::copy_to_slot(&frame, |layout| self.slots.slot_for_copy(layout))?;
        }
        let mut color = sys::frame_color(&frame);
        if counterpart.is_full_range {
            color.range = 2;
        }
        let mut facts = Facts::of(&frame, color_description(ColorNumbers::default(), color), (0, 1));
        facts.tick = self.tick(facts.tick);
        let pixel = frame.format();
        let mut picture = VideoFrame::counted(frame, counterpart.format).ok_or_else(|| Error::UnsupportedFormat {
            place: "filter graph".to_owned(),
            format: format!("the layout of its pictures in {pixel:?}"),
        })?;
        picture.describe(facts);
        Ok(picture)
    }
}
