//! Which tracks there will be and what each takes, decided before anything is written.

use super::clock::{self, Clock};
use super::copied::{Cut, PlannedCopy};
use super::cutter::{Grid, KeyFrames};
use super::folder::Folder;
use super::hls::Common;
use super::ladder::{Rung, Step, usual};
use super::pictures::Cuts;
use super::presentation::{Medium, Track};
use super::publisher::Publisher;
use super::run::Run;
use super::rung;
use super::scaler::Scaler;
use super::sound::{self, SoundTrack};
use super::writer::{INITIAL, Place};
use super::{PlaylistKind, SegmentFormat, SegmentOptions, codecs};
use crate::{AudioDecoder, AudioStream, Demuxer, Error, Timing, VideoStream, sys};
use ffmpeg_next as ff;
use millpond_core::Rational;
use std::collections::VecDeque;
use std::path::Path;

/// What a segmenter will do.
pub(crate) struct Plan {
    pub(crate) pictures: Option<PlannedPictures>,
    pub(crate) sounds: Vec<PlannedSound>,
    pub(crate) copies: Vec<PlannedCopy>,
}

/// Pictures that are decoded.
pub(crate) struct PlannedPictures {
    pub(crate) stream: VideoStream,
    pub(crate) clock: Clock,
    pub(crate) cuts: Cuts,
    pub(crate) interval: i64,
    pub(crate) bridges: bool,
    pub(crate) rungs: Vec<(rung::Rung, Scaler)>,
}

/// Sound that is decoded.
pub(crate) struct PlannedSound {
    pub(crate) stream: AudioStream,
    decoder: AudioDecoder,
    origin: Rational,
    duration: Rational,
    place: Place,
}

impl PlannedSound {
    pub(crate) fn with<'a>(self, publisher: &'a Publisher, run: &'a Run) -> SoundTrack<'a> {
        let PlannedSound { stream, decoder, origin, duration, place } = self;
        SoundTrack { stream, decoder, origin, duration, place, publisher, run }
    }
}

impl Plan {
    /// Decides, and makes the folder.
    pub(crate) fn make(demuxer: &Demuxer, folder: &Path, options: &SegmentOptions) -> Result<(Plan, Publisher), Error> {
        check(options)?;
        let video = match demuxer.video() {
            Err(Error::NoStream { .. }) => None,
            video => Some(video?),
        };
        let ladder = match &video {
            Some(video) if options.ladder.is_empty() => usual(upright(demuxer, video)?),
            _ => options.ladder.clone(),
        };
        let copies_pictures = video.is_some() && ladder.contains(&Rung::Copy);
        let format = options.format;
        let common = Common {
            kind: options.kind,
            target: target(options.duration),
            is_independent: !copies_pictures,
            initial: (format != SegmentFormat::HlsTs).then_some(INITIAL),
            extension: format.extension(),
            epoch: None,
        };
        let sounds: Vec<AudioStream> = demuxer.sounds().collect();
        if video.is_none() && sounds.is_empty() {
            return Err(Error::NoStream { place: demuxer.place().to_string(), kind: "pictures or sound" });
        }
        let start = |timing: Timing, base: Rational| Some(Rational::from_integer(timing.start?.into()) * base);
        let starts = video.iter().filter_map(|video| start(video.timing(), video.time_base()));
        let starts = starts.chain(sounds.iter().filter_map(|sound| start(sound.timing(), sound.time_base())));
        let mut planning = Planning {
            demuxer,
            options,
            origin: starts.min().unwrap_or_default().max(Rational::from_integer(0)),
            publisher: Publisher::new(Folder::create(folder)?, format, common),
            plan: Plan { pictures: None, sounds: Vec::new(), copies: Vec::new() },
        };
        if let Some(video) = video {
            planning.pictures(video, &ladder)?;
        }
        for sound in sounds {
            planning.sound(sound)?;
        }
        Ok((planning.plan, planning.publisher))
    }
}

/// Whole seconds that no segment exceeds once it is rounded.
fn target(duration: Rational) -> u64 {
    u64::try_from(duration.ceil().to_integer()).unwrap_or(1).max(1)
}

fn check(options: &SegmentOptions) -> Result<(), Error> {
    let refuse = |what: String, reason: String| Err(Error::UnsupportedOutput { what, reason });
    let (least, most) = (Rational::new(1, 2), Rational::from_integer(60));
    if !(least..=most).contains(&options.duration) {
        return refuse(format!("a segment duration of {} s", options.duration), "0.5 to 60 s are possible".to_owned());
    }
    if let PlaylistKind::Live { window } = options.kind {
        // RFC 8216 6.2.2: a playlist may not become shorter.
        let least = target(options.duration) * 3;
        if window < Rational::from_integer(least.into()) || window > Rational::from_integer(86_400) {
            return refuse(format!("a window of {window} s"), format!("{least} to 86400 s are possible"));
        }
    }
    let copies = options.ladder.iter().filter(|rung| **rung == Rung::Copy).count();
    if copies > 1 {
        return refuse(format!("{copies} copies"), "the source's pictures can be copied once".to_owned());
    }
    Ok(())
}

/// Size of the pictures, upright and with square pixels.
pub(crate) fn upright(demuxer: &Demuxer, video: &VideoStream) -> Result<(u32, u32), Error> {
    let numbers = demuxer.context.stream(video.index()).map(|stream| sys::stream_numbers(&stream));
    let size = numbers.and_then(|numbers| u32::try_from(numbers.width).ok().zip(u32::try_from(numbers.height).ok()));
    let Some((width, height)) = size.filter(|(width, height)| *width > 0 && *height > 0) else {
        return Err(Error::broken(demuxer.place(), "the size of its pictures is not known"));
    };
    let (wide, high) = video.pixel_aspect();
    let wider = Rational::new(width.into(), 1) * Rational::new(wide.max(1).into(), high.max(1).into());
    let width = if wide == 0 || high == 0 { width } else { u32::try_from(wider.round().to_integer()).unwrap_or(width) };
    let width = width.max(1);
    Ok(if video.turns().is_multiple_of(2) { (width, height) } else { (height, width) })
}

struct Planning<'a> {
    demuxer: &'a Demuxer,
    options: &'a SegmentOptions,
    origin: Rational,
    publisher: Publisher,
    plan: Plan,
}

impl Planning<'_> {
    fn add(&mut self, track: Track) -> Result<Place, Error> {
        let (track, folder) = self.publisher.add(track)?;
        Ok(Place { track, folder, format: self.options.format })
    }

    fn pictures(&mut self, stream: VideoStream, ladder: &[Rung]) -> Result<(), Error> {
        let (demuxer, duration) = (self.demuxer, self.options.duration);
        let size = upright(demuxer, &stream)?;
        let scale = clock::scale_for(stream.time_base());
        let clock = Clock::new(stream.time_base(), self.origin, scale);
        let frame_rate = stream.frame_rate().filter(|rate| *rate <= Rational::from_integer(1000));
        let has_square_pixels = matches!(stream.pixel_aspect(), (0, _) | (_, 0)) || {
            let (wide, high) = stream.pixel_aspect();
            wide == high
        };
        let (mut rungs, mut copies) = (Vec::new(), false);
        for rung in ladder {
            match *rung {
                Rung::Copy => {
                    self.copied_pictures(&stream, size, clock, frame_rate)?;
                    copies = true;
                }
                Rung::Encode { side, max_rate } => {
                    let step = Step::of(side, max_rate, size, frame_rate);
                    let medium = Medium::Pictures { width: step.width, height: step.height, frame_rate };
                    let bits = rung::promised_bits(&step, self.options.format, duration);
                    let place = self.add(Track::new(step.name(), medium, String::new(), scale, bits))?;
                    let frame_rate = frame_rate.unwrap_or(Rational::from_integer(25));
                    let scaler = Scaler::new((step.width, step.height), stream.turns(), has_square_pixels)?;
                    rungs.push((rung::Rung { step, frame_rate, scale, place }, scaler));
                }
            }
        }
        if rungs.is_empty() {
            return Ok(());
        }
        let interval = frame_rate.map_or(1, |rate| Clock::interval(stream.time_base(), rate));
        let cuts = if copies { Cuts::Told(VecDeque::with_capacity(64)) } else { Cuts::Grid(Grid::new(duration)) };
        let bridges = self.options.kind != PlaylistKind::Vod;
        self.plan.pictures = Some(PlannedPictures { stream, clock, cuts, interval, bridges, rungs });
        Ok(())
    }

    fn copied_pictures(
        &mut self,
        stream: &VideoStream,
        size: (u32, u32),
        clock: Clock,
        frame_rate: Option<Rational>,
    ) -> Result<(), Error> {
        let codec = sys::extradata(&stream.parameters);
        let codec = codecs::h264(&codec).filter(|_| stream.parameters.id() == ff::codec::Id::H264);
        let Some(codec) = codec else {
            let what = format!("copying {} into segments", stream.parameters.id().name());
            let reason = "only H.264 whose parameters are known beforehand can be copied".to_owned();
            return Err(Error::UnsupportedOutput { what, reason });
        };
        let medium = Medium::Pictures { width: size.0, height: size.1, frame_rate };
        let place = self.add(Track::new("source".to_owned(), medium, codec, clock.scale(), 0))?;
        let cut = Cut::Pictures(KeyFrames::new(self.options.duration));
        self.plan.copies.push(PlannedCopy { index: stream.index(), clock, cut, place });
        Ok(())
    }

    fn sound(&mut self, stream: AudioStream) -> Result<(), Error> {
        let (demuxer, duration) = (self.demuxer, self.options.duration);
        let Some(source) = demuxer.context.stream(stream.index) else { return Ok(()) };
        let language = source.metadata().get("language").filter(|tag| is_language(tag)).map(str::to_owned);
        let (parameters, numbers) = (source.parameters(), sys::stream_numbers(&source));
        let name = language.as_ref().map_or_else(|| "sound".to_owned(), |language| format!("sound-{language}"));
        let side = |value: i32| u32::try_from(value).unwrap_or(0);
        let extradata = sys::extradata(&parameters);
        if parameters.id() == ff::codec::Id::AAC && !extradata.is_empty() && numbers.rate_hz > 0 {
            let (rate_hz, channels) = (side(numbers.rate_hz), side(numbers.channels));
            let medium = Medium::Sound { rate_hz, channels, language };
            let clock = Clock::new(stream.time_base, self.origin, rate_hz);
            let place = self.add(Track::new(name, medium, codecs::aac(&extradata), rate_hz, 0))?;
            let cut = Cut::Sound(Grid::new(duration));
            self.plan.copies.push(PlannedCopy { index: stream.index, clock, cut, place });
            return Ok(());
        }
        let mut decoder = AudioDecoder::new(&stream).keeping_priming();
        decoder.open()?;
        let rate_hz = millpond_scene::sound::RATE_HZ;
        let medium = Medium::Sound { rate_hz, channels: 2, language };
        // AAC of a constant bit rate wavers by what its bit reservoir holds.
        let bits = sound::BIT_RATE * 5 / 4 + 20_000;
        let place = self.add(Track::new(name, medium, String::new(), rate_hz, bits))?;
        self.plan.sounds.push(PlannedSound { stream, decoder, origin: self.origin, duration, place });
        Ok(())
    }
}

/// Whether a language tag is one (RFC 5646, roughly) and says something.
fn is_language(tag: &str) -> bool {
    (2..=35).contains(&tag.len())
        && tag != "und"
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
