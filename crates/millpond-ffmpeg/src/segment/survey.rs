//! Whether a file's pictures can be copied into segments, found out by reading its packets once.

use super::ladder::{Rung, usual};
use super::plan::upright;
use crate::{Access, Cancel, Demuxer, Error, Flow, Packet, Place};
use ffmpeg_next as ff;
use millpond_core::Rational;

/// The ladder for a file that is segmented into pieces of `duration` seconds: the usual one, whose uppermost rung is a copy
/// where the pictures allow it. They do if they are H.264 of 8 bits and 4:2:0, upright, with square pixels, at most 1080
/// high, if key frames are at most `duration` apart, and if nothing behind a key frame is shown before it.
///
/// Reads all packets of the file and decodes nothing. For a file without pictures the ladder is empty.
///
/// # Errors
/// Those of [`Demuxer::open`] and of reading.
pub fn suggest_ladder(place: &Place, access: &Access, cancel: &Cancel, duration: Rational) -> Result<Vec<Rung>, Error> {
    let mut demuxer = Demuxer::open(place, access, cancel)?;
    let video = match demuxer.video() {
        Err(Error::NoStream { .. }) => return Ok(Vec::new()),
        video => video?,
    };
    let size = upright(&demuxer, &video)?;
    let mut ladder = usual(size);
    let (wide, high) = video.pixel_aspect();
    let is_plain = video.turns() == 0 && (wide == high || wide == 0 || high == 0);
    let is_known = super::codecs::h264(&crate::sys::extradata(&video.parameters)).is_some();
    let is_h264 = video.parameters.id() == ff::codec::Id::H264 && is_known && demuxer.is_yuv420p(video.index());
    if is_plain && is_h264 && size.0.min(size.1) <= 1080 && has_near_key_frames(&mut demuxer, &video, duration)? {
        ladder[0] = Rung::Copy;
    }
    Ok(ladder)
}

fn has_near_key_frames(demuxer: &mut Demuxer, video: &crate::VideoStream, duration: Rational) -> Result<bool, Error> {
    let most = (duration / video.time_base()).floor().to_integer();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut packet = Packet::new();
    let mut key = None;
    while demuxer.read_into(&mut packet)? == Flow::Done {
        if packet.stream() != video.index() {
            continue;
        }
        let Some(pts) = packet.pts() else { return Ok(false) };
        let is_near = |key: i64| (0..=most).contains(&pts.saturating_sub(key));
        match key {
            None if !packet.is_key() => return Ok(false),
            Some(key) if !is_near(key) => return Ok(false),
            _ => {}
        }
        if packet.is_key() {
            key = Some(pts);
        }
    }
    Ok(key.is_some())
}
