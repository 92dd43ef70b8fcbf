//! `millpond transcode`: a file decoded and encoded anew, with a line of progress.

use crate::arguments::TranscodeArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt;
use crate::progress::Progress;
use millpond::ffmpeg::{
    AudioEncoderConfig, Demuxer, Error, LiveConfig, Muxer, MuxerConfig, TranscodeOptions, Treatment,
    VideoEncoderConfig, transcode,
};
use serde_json::json;

pub(crate) fn run(arguments: &TranscodeArguments, console: &Console) -> Result<(), Failure> {
    let access = arguments.protocols.access();
    let muxer = MuxerConfig {
        container: arguments.container,
        is_fragmented: arguments.fragmented,
        options: arguments.muxer_option.clone(),
    };
    // What is wrong with the command line is said before anything is opened.
    let input = access.argument(arguments.file.as_os_str())?;
    let output = access.argument(arguments.output.as_os_str())?;
    let container = muxer.container_of(&arguments.output)?;
    let mut options = TranscodeOptions::new(container);
    let cancel = options.cancel.clone();
    let pressed = cancel.clone();
    interrupt::listen(move || pressed.press())?;
    options.video = treatment(options.video, &arguments.video_codec, video_config);
    options.audio = treatment(options.audio, &arguments.audio_codec, audio_config);
    set_video(&mut options.video, arguments)?;
    set_audio(&mut options.audio, arguments)?;
    (options.start, options.end) = (arguments.start, arguments.end);

    let live = arguments.live.config();
    let demuxer = Demuxer::open_live(&input, &access, &cancel, &live)?;
    let calling = LiveConfig { listen: false, ..live };
    let muxer = Muxer::to_live(&output, &access, &cancel, &muxer, &calling)?;
    let mut progress = Progress::new(console.json);
    let mut is_started = false;
    let report = transcode(demuxer, muxer, &options, &mut |at| {
        if !std::mem::replace(&mut is_started, true) {
            progress.start(at.frames_expected.unwrap_or(0));
        }
        progress.frame(at.frames);
    });
    progress.end();
    let report = report?;
    for warning in &report.warnings {
        console.warning(warning)?;
    }
    let shown = output;
    if let Some(lost) = &report.lost {
        return Err(Failure::lost(lost, &shown));
    }
    if report.is_shortened {
        let message = format!("cancelled after {} frames: {shown} is whole up to there", report.frames);
        return Err(Failure::new(Error::Cancelled.exit_code(), Error::Cancelled.code(), message));
    }
    let fields = json!({
        "frames": report.frames, "packets": report.packets, "encoders": report.encoders, "damaged": report.damaged,
        "repaired": report.repaired, "wall_s": report.wall_s, "steady_allocations": report.steady_allocations,
        "peak_rss_bytes": millpond::memory::footprint().peak, "output": shown.to_string(),
    });
    let encoders = if report.encoders.is_empty() { "copies".to_owned() } else { report.encoders.join(" and ") };
    let fps = report.frames as f64 / report.wall_s.max(1e-9);
    console.result(
        &fields,
        format_args!("{} frames in {:.2} s ({fps:.1} fps) by {encoders} to {shown}", report.frames, report.wall_s),
    )
}

fn video_config(codec: &str) -> VideoEncoderConfig {
    VideoEncoderConfig::new(codec, 0, 0, millpond::Rational::from_integer(0))
}

fn audio_config(codec: &str) -> AudioEncoderConfig {
    AudioEncoderConfig::new(codec, 0, 0)
}

/// What becomes of a kind of stream: what the caller says, else the usual.
fn treatment<T: Codecs>(usual: Treatment<T>, codecs: &[String], config: impl Fn(&str) -> T) -> Treatment<T> {
    match codecs {
        [] => usual,
        [only] if only == "copy" => Treatment::Copy,
        [only] if only == "none" => Treatment::Omit,
        list => {
            let mut config = config("");
            *config.codecs() = list.to_vec();
            Treatment::Encode(config)
        }
    }
}

/// A configuration with a list of codecs.
trait Codecs {
    fn codecs(&mut self) -> &mut Vec<String>;
}

impl Codecs for VideoEncoderConfig {
    fn codecs(&mut self) -> &mut Vec<String> {
        &mut self.codecs
    }
}

impl Codecs for AudioEncoderConfig {
    fn codecs(&mut self) -> &mut Vec<String> {
        &mut self.codecs
    }
}

fn set_video(video: &mut Treatment<VideoEncoderConfig>, arguments: &TranscodeArguments) -> Result<(), Failure> {
    let Treatment::Encode(config) = video else {
        let is_any = arguments.size.is_some() || arguments.crf.is_some() || arguments.bit_rate.is_some();
        let is_any = is_any || arguments.preset.is_some() || !arguments.video_option.is_empty();
        return if is_any { Err(unused("pictures")) } else { Ok(()) };
    };
    (config.width, config.height) = arguments.size.unwrap_or_default();
    config.crf = arguments.crf;
    config.bit_rate = arguments.bit_rate;
    config.max_rate = arguments.max_rate;
    config.buffer_size = arguments.buffer_size;
    config.gop = arguments.gop;
    config.b_frames = arguments.b_frames;
    config.preset = arguments.preset.clone();
    config.tune = arguments.tune.clone();
    config.profile = arguments.profile.clone();
    config.threads = arguments.threads;
    config.options = arguments.video_option.clone();
    Ok(())
}

fn set_audio(audio: &mut Treatment<AudioEncoderConfig>, arguments: &TranscodeArguments) -> Result<(), Failure> {
    let Treatment::Encode(config) = audio else {
        let is_any = arguments.audio_bit_rate.is_some() || !arguments.audio_option.is_empty();
        return if is_any { Err(unused("sound")) } else { Ok(()) };
    };
    config.bit_rate = arguments.audio_bit_rate;
    config.options = arguments.audio_option.clone();
    Ok(())
}

/// Settings of an encoder for something that is not encoded.
fn unused(kind: &str) -> Failure {
    Failure::new(2, "E_USAGE", format!("settings for {kind} that are not encoded: see millpond transcode --help"))
}
