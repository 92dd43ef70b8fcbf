//! The stages behind the composing one: video encoder, sound, muxer. A thread each, queues between.
//!
//! The first error is kept and everybody ends: a stage that stops drops its ends of the queues, which the neighbours
//! notice at their next send or receive.

use super::assets::Assets;
use super::{Run, sound};
use crate::aside::AsideFile;
use crate::queue::{Receiver, Sender, bounded};
use crate::{
    AudioEncoder, AudioEncoderConfig, Container, Encoder, Error, Flow, Muxer, MuxerConfig, Packet, VideoEncoder,
    VideoEncoderConfig, VideoFrame, threads,
};
use millpond_core::video::FrameLayout;
use millpond_core::{Rational, memory};
use millpond_scene::Scene;
use millpond_scene::sound::RATE_HZ;
use std::path::Path;
use std::thread::Scope;

/// Pictures that wait for the video encoder.
const PICTURES: usize = 1;

/// Pictures behind the composing stage: those that wait and the one that is being encoded.
pub(crate) const WAITING: usize = PICTURES + 1;

/// Packets that wait for the muxer, per stream. Sound runs ahead of the pictures by as much.
const PACKETS: usize = 32;

/// An MP4 file and its encoders, before their threads run.
pub(crate) struct Output {
    file: AsideFile,
    video: VideoEncoder,
    audio: Option<AudioEncoder>,
    muxer: Muxer,
}

/// An output whose threads run.
pub(crate) struct Running {
    /// Takes the pictures; dropping it ends the stream.
    pub(crate) pictures: Sender<VideoFrame>,
    /// Appears when it is [committed](AsideFile::commit), once all threads have ended well.
    pub(crate) file: AsideFile,
}

impl Output {
    /// Opens file and encoders. `layout` is that of the pictures that will be sent.
    pub(crate) fn create(target: &Path, scene: &Scene, layout: &FrameLayout) -> Result<Output, Error> {
        let file = AsideFile::create(target)?;
        let is_mp4 = |extension: &std::ffi::OsStr| {
            extension.eq_ignore_ascii_case("mp4") || extension.eq_ignore_ascii_case("m4v")
        };
        if file.is_regular() && !target.extension().is_some_and(is_mp4) {
            return Err(Error::UnsupportedOutput {
                what: format!("the container of {}", target.display()),
                reason: "names of MP4 files end in .mp4".to_owned(),
            });
        }
        let mut video = VideoEncoder::new(VideoEncoderConfig {
            preset: Some("veryfast".to_owned()),
            crf: Some(23.0),
            ..VideoEncoderConfig::new("libx264", layout.width(), layout.height(), scene.canvas.frame_rate)
        });
        video.open()?;
        let mut muxer = Muxer::to_aside(&file, target, Container::Mp4, &MuxerConfig::default())?;
        muxer.add_encoder(&video)?;
        let mut audio = None;
        if !scene.audio.is_empty() {
            let stereo = AudioEncoderConfig::new("aac", RATE_HZ, 2);
            let audio = audio.insert(AudioEncoder::new(AudioEncoderConfig { bit_rate: Some(128_000), ..stereo }));
            audio.open()?;
            muxer.add_encoder(audio)?;
        }
        muxer.open()?;
        Ok(Output { file, video, audio, muxer })
    }

    /// Starts the threads.
    pub(crate) fn start<'scope, 'env: 'scope>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        scene: &'env Scene,
        assets: &'env Assets,
        run: &'env Run,
    ) -> Result<Running, Error> {
        let Output { file, video, audio, muxer } = self;
        let (pictures, to_encode) = bounded(PICTURES);
        let (video_packets, from_video) = bounded(PACKETS);
        let bases = [Some(video.time_base()), audio.as_ref().map(Encoder::time_base)];
        let mut from_audio = None;
        if let Some(encoder) = audio {
            let (packets, receiver) = bounded(PACKETS);
            from_audio = Some(receiver);
            threads::start(scope, "sound", move || {
                stage(run, || sound::run(scene, assets, encoder, packets, run));
            })?;
        }
        threads::start(scope, "video encoder", move || {
            stage(run, || encode(video, to_encode, video_packets, run));
        })?;
        threads::start(scope, "muxer", move || {
            stage(run, || mux(muxer, [Some(from_video), from_audio], bases, run));
        })?;
        Ok(Running { pictures, file })
    }
}

/// Runs a stage; if it fails, everybody ends.
fn stage(run: &Run, work: impl FnOnce() -> Result<(), Error>) {
    if let Err(error) = work() {
        run.fail(error);
    }
}

fn encode(
    mut encoder: VideoEncoder,
    pictures: Receiver<VideoFrame>,
    packets: Sender<Packet>,
    run: &Run,
) -> Result<(), Error> {
    let clock = memory::opening(|| run.times.start("video encoder".to_owned()));
    let mut index = 0;
    let mut is_over = false;
    while !is_over {
        let picture = clock.input(|| pictures.receive());
        if run.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        match picture {
            // Everything that was ready was received, so there is room.
            Some(picture) => {
                let _ = encoder.send(&picture, index)?;
            }
            None => encoder.send_end()?,
        }
        index += 1;
        is_over = loop {
            let mut packet = Packet::new();
            match encoder.receive(&mut packet)? {
                Flow::Done => {}
                flow => break flow == Flow::Ended,
            }
            // The muxer is gone only if it failed, which it has noted itself.
            if clock.output(|| packets.send(packet)).is_err() || run.cancel.is_abandoned() {
                return Err(Error::Cancelled);
            }
        };
    }
    Ok(())
}

/// Writes the packets of both streams in the order of their decoding times.
fn mux(
    mut muxer: Muxer,
    mut streams: [Option<Receiver<Packet>>; 2],
    bases: [Option<Rational>; 2],
    run: &Run,
) -> Result<(), Error> {
    let clock = memory::opening(|| run.times.start("muxer".to_owned()));
    let mut waiting: [Option<Packet>; 2] = [None, None];
    loop {
        for (packet, stream) in waiting.iter_mut().zip(&mut streams) {
            if packet.is_none() {
                *packet = clock.input(|| stream.as_ref().and_then(Receiver::receive));
                if packet.is_none() {
                    *stream = None;
                }
            }
        }
        // A stage that failed looks like one that ended; the file must not be finished then.
        if run.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        let time = |index: usize| {
            let packet: &Packet = waiting[index].as_ref()?;
            let tick = packet.dts().or(packet.pts()).unwrap_or(0);
            Some(Rational::from_integer(tick.into()) * bases[index]?)
        };
        let index = match (time(0), time(1)) {
            (None, None) => return muxer.end().and_then(|()| muxer.took_all()),
            (Some(_), None) => 0,
            (None, Some(_)) => 1,
            (Some(video), Some(audio)) => usize::from(audio < video),
        };
        if let Some(mut packet) = waiting[index].take() {
            muxer.write(index, &mut packet)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RenderOptions;
    use millpond_core::pool::PoolConfig;
    use millpond_core::video::{FramePool, PixelFormat};

    #[test]
    fn an_encoder_that_fails_ends_its_neighbours() {
        let run = Run::new(&RenderOptions::default(), Rational::from_integer(1));
        let mut encoder = VideoEncoder::new(VideoEncoderConfig::new("libx264", 64, 64, Rational::from_integer(25)));
        encoder.open().unwrap();
        let layout = FrameLayout::aligned(PixelFormat::I420, 32, 64).unwrap();
        let pool: FramePool = FramePool::frames(layout, PoolConfig::fixed(3)).unwrap();
        let picture = || VideoFrame::from(pool.acquire().unwrap());
        let (pictures, to_encode) = bounded(1);
        let (packets, from_encoder) = bounded(1);
        pictures.send(picture()).unwrap();
        stage(&run, || encode(encoder, to_encode, packets, &run));
        assert_eq!(run.failure.get().as_ref().map(Error::code), Some("E_MISMATCH"));
        assert!(run.cancel.is_abandoned());
        assert!(pictures.send(picture()).is_err(), "the composing stage is not told");
        assert!(from_encoder.receive().is_none(), "the muxer is not told");
        drop(pictures);
        assert_eq!(pool.stats().in_use, 0);
    }
}
