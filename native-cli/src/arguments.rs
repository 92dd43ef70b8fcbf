//! The command line.

use crate::console::Console;
use crate::failure::Failure;
use clap::error::{ContextKind, ErrorKind};
use clap::{Args, Parser, Subcommand, ValueEnum};
use millpond::Rational;
use millpond::audio::Profile;
use millpond::ffmpeg::{Access, Container, HwKind, LiveConfig, Reconnect, Rung, SegmentFormat};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Render scenes, take stills, probe and remux media, compute log-mel features.
#[derive(Debug, Parser)]
#[command(name = "millpond", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// One JSON object a line on stdout, and nothing else there.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 2 wrong usage or scene, 3 media missing or broken, 4 output cannot be \
written, 5 not supported, 6 cancelled, 75 worth a retry.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Render a scene to an MP4 file (H.264 by x264 veryfast CRF 23, AAC 128 kb/s).
    Render(RenderArguments),
    /// Write one frame of a scene as a PNG file.
    Frame(FrameArguments),
    /// Say what is in a media file.
    Probe(ProbeArguments),
    /// Compute the log-mel features of a file's sound.
    Mel(MelArguments),
    /// Put the streams of a file into another container without decoding them.
    Remux(RemuxArguments),
    /// Make HLS or DASH of a media file: segments and playlists in a folder.
    Segment(SegmentArguments),
    /// Decode a file and encode it anew.
    Transcode(Box<TranscodeArguments>),
    /// Say which devices for decoding, encoding and filters open, and why the others do not.
    Devices(DevicesArguments),
    /// Print the JSON Schema of scene files.
    Schema,
}

/// A scene and what it may open.
#[derive(Debug, Args)]
pub(crate) struct SceneArguments {
    /// The scene file.
    pub(crate) scene: PathBuf,
    /// Feed an input asset from a clip or a file of raw frames.
    #[arg(long = "input", value_name = "NAME=FILE", value_parser = input)]
    pub(crate) inputs: Vec<(String, PathBuf)>,
    /// Allow assets from this folder besides the scene's own.
    #[arg(long = "allow-path", value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) protocols: ProtocolArguments,
}

/// What may be opened besides local files.
#[derive(Debug, Args)]
pub(crate) struct ProtocolArguments {
    /// Allow FFmpeg protocols such as http,https, and the playlists behind them; file allows playlists in local files.
    #[arg(long = "allow-protocol", value_name = "LIST", value_delimiter = ',')]
    pub(crate) protocols: Vec<String>,
}

/// How sources and receivers that are live are treated: addresses, pipes and standard input (`-`).
#[derive(Debug, Args)]
pub(crate) struct LiveArguments {
    /// Wait for somebody who sends, instead of connecting (RTMP, RTSP, SRT, HTTP).
    #[arg(long)]
    pub(crate) listen: bool,
    /// Seconds that opening, or silence after it, may take.
    #[arg(long, value_name = "SECONDS", value_parser = time, default_value = "10")]
    pub(crate) timeout: Rational,
    /// Connect again so many times in a row when source or receiver are lost.
    #[arg(long, value_name = "TIMES", default_value_t = 0)]
    pub(crate) reconnect: u32,
}

/// `millpond render`.
#[derive(Debug, Args)]
pub(crate) struct RenderArguments {
    #[command(flatten)]
    pub(crate) scene: SceneArguments,
    /// The MP4 file to write; `null` composes and throws away.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Write a line per frame: index, time, SHA-256 of the canvas.
    #[arg(long, value_name = "FILE")]
    pub(crate) hash: Option<PathBuf>,
    /// Write how memory went over time as JSON, and beside it as a picture (.svg).
    #[arg(long, value_name = "FILE")]
    pub(crate) memory_report: Option<PathBuf>,
    /// Tell how long each stage worked and waited.
    #[arg(long)]
    pub(crate) timing: bool,
}

/// `millpond frame`.
#[derive(Debug, Args)]
pub(crate) struct FrameArguments {
    #[command(flatten)]
    pub(crate) scene: SceneArguments,
    /// Time in seconds: a decimal or a fraction.
    #[arg(long, value_name = "SECONDS", value_parser = time)]
    pub(crate) at: Rational,
    /// The PNG file to write.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// `millpond probe`.
#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// The media file.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) protocols: ProtocolArguments,
}

/// `millpond mel`.
#[derive(Debug, Args)]
pub(crate) struct MelArguments {
    /// The media file.
    pub(crate) file: PathBuf,
    /// A file to write, by its name .npy (f32 [n_mels, n_frames]), .json or .png; may be given more than once.
    #[arg(short, long, value_name = "FILE", required = true)]
    pub(crate) output: Vec<PathBuf>,
    /// lipsync, wav2lip, whisper-80, whisper-128, librosa, torchaudio, kaldi-fbank-80, or a JSON file.
    #[arg(long, value_name = "NAME|FILE.json", default_value = "lipsync", value_parser = profile)]
    pub(crate) profile: String,
    /// The 16 columns that belong to each video frame instead: f32 [windows, 1, n_mels, 16].
    #[arg(long, requires = "fps", conflicts_with = "frames_first")]
    pub(crate) windows: bool,
    /// Video frames a second: a decimal or a fraction.
    #[arg(long, value_name = "RATE", requires = "windows", value_parser = frame_rate)]
    pub(crate) fps: Option<Rational>,
    /// Compute while decoding, without holding the sound in memory.
    #[arg(long)]
    pub(crate) stream: bool,
    /// The other order: f32 [n_frames, n_mels].
    #[arg(long)]
    pub(crate) frames_first: bool,
    #[command(flatten)]
    pub(crate) protocols: ProtocolArguments,
}

/// `millpond remux`.
#[derive(Debug, Args)]
pub(crate) struct RemuxArguments {
    /// The media file.
    pub(crate) file: PathBuf,
    /// The file to write; its extension tells the container (mp4, mov, mkv, webm, ts, flv, wav, flac, ogg, mp3, aac, gif).
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Begin with the key frame at or before this time.
    #[arg(long, value_name = "SECONDS", value_parser = time)]
    pub(crate) start: Option<Rational>,
    /// End before the first key frame at or after this time.
    #[arg(long, value_name = "SECONDS", value_parser = time)]
    pub(crate) end: Option<Rational>,
    /// Take these streams, as `millpond probe` numbers them; otherwise all that the container can hold.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) streams: Vec<usize>,
    /// Write MP4 and MOV in fragments, which can be read while they grow.
    #[arg(long)]
    pub(crate) fragmented: bool,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
    #[command(flatten)]
    pub(crate) protocols: ProtocolArguments,
}

/// `millpond transcode`.
#[derive(Debug, Args)]
pub(crate) struct TranscodeArguments {
    /// The media file.
    pub(crate) file: PathBuf,
    /// The file to write; its extension tells the container and the usual codecs (mp4: h264 and aac, webm: vp9 and opus).
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The container, if the name of the file does not tell it.
    #[arg(long, value_name = "NAME", value_parser = container)]
    pub(crate) container: Option<Container>,
    /// Encoders or codecs for the pictures, best first (h264, libx265, vp9, av1, mjpeg, png, prores); `copy` or `none`.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) video_codec: Vec<String>,
    /// Encoders or codecs for the sound, best first (aac, opus, mp3, flac, pcm_s16le); `copy` or `none`.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) audio_codec: Vec<String>,
    /// Size of the pictures; a side of 0 is the source's.
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    pub(crate) size: Option<(u32, u32)>,
    /// Constant quality on the encoder's scale, smaller is better (x264: 0 to 51).
    #[arg(long, value_name = "NUMBER")]
    pub(crate) crf: Option<f32>,
    /// Bits a second for the pictures, such as 2M or 800k.
    #[arg(long, value_name = "BITS", value_parser = bits)]
    pub(crate) bit_rate: Option<u64>,
    /// Bits a second at most.
    #[arg(long, value_name = "BITS", value_parser = bits)]
    pub(crate) max_rate: Option<u64>,
    /// Bits of the decoder's buffer that the maximum fills.
    #[arg(long, value_name = "BITS", value_parser = bits)]
    pub(crate) buffer_size: Option<u64>,
    /// Bits a second for the sound.
    #[arg(long, value_name = "BITS", value_parser = bits)]
    pub(crate) audio_bit_rate: Option<u64>,
    /// Pictures from one key frame to the next, at most.
    #[arg(long, value_name = "PICTURES")]
    pub(crate) gop: Option<u32>,
    /// B-frames in a row, at most.
    #[arg(long, value_name = "PICTURES")]
    pub(crate) b_frames: Option<u32>,
    /// The encoder's preset, such as veryfast.
    #[arg(long, value_name = "NAME")]
    pub(crate) preset: Option<String>,
    /// What the encoder is tuned for, such as film.
    #[arg(long, value_name = "NAME")]
    pub(crate) tune: Option<String>,
    /// The codec's profile, such as main.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Threads of the picture encoder; 0 leaves it to the encoder.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) threads: u32,
    /// Any other option of the picture encoder, by FFmpeg's name.
    #[arg(long, value_name = "NAME=VALUE", value_parser = option)]
    pub(crate) video_option: Vec<(String, String)>,
    /// Any other option of the sound encoder.
    #[arg(long, value_name = "NAME=VALUE", value_parser = option)]
    pub(crate) audio_option: Vec<(String, String)>,
    /// Any option of the container.
    #[arg(long, value_name = "NAME=VALUE", value_parser = option)]
    pub(crate) muxer_option: Vec<(String, String)>,
    /// Begin at this time, exact to the picture and the sample.
    #[arg(long, value_name = "SECONDS", value_parser = time)]
    pub(crate) start: Option<Rational>,
    /// End at this time.
    #[arg(long, value_name = "SECONDS", value_parser = time)]
    pub(crate) end: Option<Rational>,
    /// Write MP4 and MOV in fragments, which can be read while they grow.
    #[arg(long)]
    pub(crate) fragmented: bool,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
    #[command(flatten)]
    pub(crate) protocols: ProtocolArguments,
}

/// `millpond devices`.
#[derive(Debug, Args)]
pub(crate) struct DevicesArguments {
    /// Open this kind in this process, as the command itself does it for each.
    #[arg(long, value_name = "KIND", hide = true)]
    pub(crate) here: Option<HwKind>,
}

/// `millpond segment`.
#[derive(Debug, Args)]
pub(crate) struct SegmentArguments {
    /// The media file.
    pub(crate) file: PathBuf,
    /// The folder to write, which must be new or empty.
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: PathBuf,
    /// What to write: HLS with fragmented MP4, HLS with transport streams, or DASH.
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "hls")]
    pub(crate) format: SegmentFormatArgument,
    /// Seconds of a segment, 0.5 to 60; otherwise 6.
    #[arg(long, value_name = "SECONDS", value_parser = time)]
    pub(crate) duration: Option<Rational>,
    /// Renditions, such as copy,720,480:1400k (shorter side, bits a second at most); otherwise the source's size, copied
    /// where that is possible, and 720, 480 and 360 below it.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) ladder: Vec<Rung>,
    /// Publish segments as they come, and keep all.
    #[arg(long, conflicts_with = "window")]
    pub(crate) event: bool,
    /// Publish segments as they come, and delete those older than so many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = time)]
    pub(crate) window: Option<Rational>,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
    #[command(flatten)]
    pub(crate) protocols: ProtocolArguments,
}

/// Names of segment formats.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SegmentFormatArgument {
    Hls,
    HlsTs,
    Dash,
}

impl From<SegmentFormatArgument> for SegmentFormat {
    fn from(format: SegmentFormatArgument) -> SegmentFormat {
        match format {
            SegmentFormatArgument::Hls => SegmentFormat::Hls,
            SegmentFormatArgument::HlsTs => SegmentFormat::HlsTs,
            SegmentFormatArgument::Dash => SegmentFormat::Dash,
        }
    }
}

impl SceneArguments {
    /// What may be opened.
    pub(crate) fn access(&self) -> Access {
        Access { protocols: self.protocols.protocols.clone(), folders: self.folders.clone(), ..Access::default() }
    }
}

impl LiveArguments {
    /// Deadlines and reconnection.
    pub(crate) fn config(&self) -> LiveConfig {
        let ms = (self.timeout * Rational::from_integer(1000)).to_integer();
        let limit = Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX));
        let reconnect = Reconnect { attempts: self.reconnect, ..Reconnect::default() };
        LiveConfig { open: limit, read: limit, listen: self.listen, reconnect, ..LiveConfig::default() }
    }
}

impl ProtocolArguments {
    /// What may be opened.
    pub(crate) fn access(&self) -> Access {
        Access { protocols: self.protocols.clone(), ..Access::default() }
    }
}

/// Reads the command line. Help and mistakes are answered here and come back as the exit code.
pub(crate) fn parse() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Nobody is left to tell if even this fails.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        kind => {
            // The switch counts even where the rest of the line makes no sense.
            let json = std::env::args_os().skip(1).any(|argument| argument == "--json");
            let text = error.render().to_string();
            let first = text.lines().next().unwrap_or_default();
            let message = match kind {
                ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a command is missing".to_owned(),
                // The arguments that are missing stand on the lines below.
                _ if first.ends_with(':') => {
                    let missing: Vec<&str> =
                        text.lines().skip(1).map(str::trim).take_while(|line| !line.is_empty()).collect();
                    format!("{first} {}", missing.join(", "))
                }
                _ => first.to_owned(),
            };
            // What might have been meant stands on the lines below.
            let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
            let near = near.into_iter().find_map(|kind| error.get(kind)).map(|near| format!(" (near: {near})"));
            let message = message + &near.unwrap_or_default();
            let message = message.trim_start_matches("error: ").to_owned();
            Console::new(json).finish(Err(Failure::new(2, "E_USAGE", format!("{message}: see millpond --help"))))
        }
    })
}

fn input(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok((name.to_owned(), PathBuf::from(file))),
        _ => Err("expected NAME=FILE".to_owned()),
    }
}

fn option(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

fn container(text: &str) -> Result<Container, String> {
    Container::from_name(text).ok_or_else(|| "expected a container such as mp4, matroska, webm or mpegts".to_owned())
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    sides.ok_or_else(|| "expected WIDTHxHEIGHT in pixels, such as 1280x720".to_owned())
}

fn bits(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix(['k', 'K']) {
        Some(number) => (number, 1000),
        None => text.strip_suffix('M').map_or((text, 1), |number| (number, 1_000_000)),
    };
    let bits =
        millpond::scene::parse_rational(number).map(|number| (number * Rational::from_integer(unit)).to_integer());
    let bits = bits.and_then(|bits| u64::try_from(bits).ok()).filter(|bits| *bits > 0);
    bits.ok_or_else(|| "expected a number of bits above 0, such as 800k or 2.5M".to_owned())
}

fn time(text: &str) -> Result<Rational, String> {
    let time = millpond::scene::parse_rational(text).filter(|time| *time >= Rational::from_integer(0));
    time.ok_or_else(|| "expected seconds of 0 or more, such as 1.5 or 1001/30000".to_owned())
}

fn profile(text: &str) -> Result<String, String> {
    if text.ends_with(".json") {
        return Ok(text.to_owned());
    }
    text.parse::<Profile>().map(|profile| profile.name().to_owned()).map_err(|error| error.to_string())
}

fn frame_rate(text: &str) -> Result<Rational, String> {
    let (none, most) = (Rational::from_integer(0), Rational::from_integer(1000));
    let rate = millpond::scene::parse_rational(text).filter(|rate| *rate > none && *rate <= most);
    rate.ok_or_else(|| "expected frames a second above 0 and at most 1000, such as 25 or 30000/1001".to_owned())
}
