//! Moving streams to another container without decoding them.
//!
//! Packets stay as they are, but for what the container asks for: FFmpeg's muxers put bitstream filters in where they are
//! needed (H.264 from MP4 to transport stream and the like). Times are rescaled; a file that begins late is moved to begin
//! at 0, all its streams alike, and sound that begins before 0 keeps its priming. Decoding times that do not rise are
//! repaired and counted. Metadata, chapters, rotation, colour tags, pixel aspect and default streams are kept.
//!
//! A cut begins with the key frame of the pictures at or before its start and ends before the first one at or after its
//! end, so that what is there can be decoded; sound is cut at the same times, by packets.

use crate::cut::{Cut, Side};
use crate::render::Warning;
use crate::{Access, Cancel, Demuxer, Error, Flow, LiveConfig, Muxer, MuxerConfig, Packet, Place};
use ffmpeg_next as ff;
use millpond_core::Rational;
use std::path::Path;
use std::time::Instant;

/// What to move and how.
#[derive(Clone, Debug, Default)]
pub struct RemuxOptions {
    /// Streams to take, by their index in the file; all that the container can hold if there are none.
    pub streams: Vec<usize>,
    /// Where to begin, in seconds of the file.
    pub start: Option<Rational>,
    /// Where to end, in seconds of the file.
    pub end: Option<Rational>,
    /// The container and how it is written.
    pub muxer: MuxerConfig,
    /// Deadlines and reconnection, if source or output are live; listening is the source's.
    pub live: LiveConfig,
    /// What may be opened.
    pub access: Access,
    /// Ends early.
    pub cancel: Cancel,
}

/// What was moved.
#[derive(Clone, Debug)]
pub struct RemuxReport {
    /// Packets written.
    pub packets: u64,
    /// Streams written, by their index in the source.
    pub streams: Vec<usize>,
    /// Packets whose times were repaired.
    pub repaired: u64,
    /// Seconds from start to end.
    pub wall_s: f64,
    /// It was ended early: the file is whole but short.
    pub is_shortened: bool,
    /// A live source was lost: the file is whole up to there.
    pub lost: Option<Warning>,
    /// What is not as one might think.
    pub warnings: Vec<Warning>,
}

/// Copies the streams of `place` to the file or address `output`, whose name tells the container. Both may be
/// [live](crate::live). Allocates while opening.
///
/// # Errors
/// Those of [`Demuxer::open`]; [`Error::UnsupportedOutput`] for a name without a known extension, a stream that is asked
/// for and cannot be held, or if there is nothing to write; [`Error::Output`]; [`Error::Cancelled`]. No output is left then.
pub fn remux(place: &Place, output: &Path, options: &RemuxOptions) -> Result<RemuxReport, Error> {
    let began = Instant::now();
    let (access, cancel) = (&options.access, &options.cancel);
    let output = access.argument(output.as_os_str())?;
    let mut demuxer = Demuxer::open_live(place, access, cancel, &options.live)?;
    let calling = LiveConfig { listen: false, ..options.live.clone() };
    let mut muxer = Muxer::to_live(&output, access, cancel, &options.muxer, &calling)?;
    let mut warnings = Vec::new();
    let streams = choose(&demuxer, &mut muxer, options, &output, &mut warnings)?;
    let mut cut = Cut::find(&mut demuxer, &streams, options)?;
    muxer.copy_metadata(&demuxer)?;
    cut.add_chapters(&demuxer, &mut muxer)?;
    muxer.open()?;

    let (mut packet, mut waiting, mut is_shortened, mut lost) = (Packet::new(), Vec::new(), false, None);
    while !cut.is_over() {
        match demuxer.read_into(&mut packet) {
            Ok(Flow::Done) => {}
            // What came until then is worth keeping.
            Err(error) if error.is_temporary() && muxer.packets() > 0 => {
                lost = Some(Warning { code: error.code(), message: error.to_string() });
                break;
            }
            Err(error) => return Err(error),
            Ok(_) => break,
        }
        if options.cancel.is_ending() {
            is_shortened = true;
            break;
        }
        let Some(to) = streams.iter().position(|stream| *stream == packet.stream()) else { continue };
        let side = cut.place(to, &packet);
        if side == Side::Undecided {
            waiting.push((to, std::mem::take(&mut packet)));
            continue;
        }
        if cut.is_decided() {
            write_waiting(&mut waiting, &mut cut, &mut muxer)?;
        }
        if side == Side::Inside {
            cut.shift(to, &mut packet);
            muxer.write(to, &mut packet)?;
        }
    }
    write_waiting(&mut waiting, &mut cut, &mut muxer)?;
    let packets = muxer.packets();
    if options.cancel.is_abandoned() || (is_shortened && packets == 0) {
        return Err(Error::Cancelled);
    }
    if packets == 0 && muxer.refused() > 0 {
        return Err(Error::broken(place, "none of its packets can be moved"));
    }
    muxer.finish()?;
    let (damaged, repaired) = (demuxer.damaged() + muxer.refused(), muxer.repaired());
    if damaged > 0 {
        let message = format!("{damaged} damaged stretches were skipped: {place}");
        warnings.push(Warning { code: "W_DAMAGED", message });
    }
    let wall_s = began.elapsed().as_secs_f64();
    Ok(RemuxReport { packets, streams, repaired, wall_s, is_shortened, lost, warnings })
}

/// Writes the packets that waited for the end to be known, if they lie before it.
fn write_waiting(waiting: &mut Vec<(usize, Packet)>, cut: &mut Cut, muxer: &mut Muxer) -> Result<(), Error> {
    for (to, mut packet) in waiting.drain(..) {
        if cut.place(to, &packet) != Side::Outside {
            cut.shift(to, &mut packet);
            muxer.write(to, &mut packet)?;
        }
    }
    Ok(())
}

/// Adds the streams to the muxer; returns their indices in the source.
fn choose(
    demuxer: &Demuxer,
    muxer: &mut Muxer,
    options: &RemuxOptions,
    output: &Place,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<usize>, Error> {
    let unsupported = |what: String, reason: &str| Error::UnsupportedOutput { what, reason: reason.to_owned() };
    for wanted in &options.streams {
        if demuxer.context.stream(*wanted).is_none() {
            return Err(unsupported(format!("stream {wanted}"), "the file has no such stream"));
        }
    }
    let mut chosen = Vec::new();
    for stream in demuxer.context.streams() {
        let (index, parameters) = (stream.index(), stream.parameters());
        let is_asked = options.streams.contains(&index);
        if !is_asked && !options.streams.is_empty() {
            continue;
        }
        let is_media =
            matches!(parameters.medium(), ff::media::Type::Video | ff::media::Type::Audio | ff::media::Type::Subtitle);
        if (is_media || is_asked) && muxer.holds(parameters.id()) {
            muxer.add_copy(demuxer, index)?;
            chosen.push(index);
            continue;
        }
        let what = format!("stream {index} ({})", parameters.id().name());
        if is_asked {
            return Err(unsupported(what, &format!("{output} cannot hold it")));
        }
        warnings.push(Warning { code: "W_STREAM_LEFT", message: format!("{what} is left out: {output}") });
    }
    if chosen.is_empty() {
        return Err(unsupported(output.to_string(), "it can hold none of the streams"));
    }
    Ok(chosen)
}
