//! The pictures of a transcoding: a thread that decodes, and one that fits, encodes and writes.

use super::fit::Fit;
use super::plan::{Video, Window};
use super::stages::Stages;
use super::{PACKETS, allocations, seconds};
use crate::queue::{Closed, Receiver, Sender, bounded};
use crate::{Error, Flow, Packet, VideoDecoder, VideoEncoder, VideoFrame, WARM_UP_FRAMES, threads};
use millpond_core::Rational;
use std::sync::atomic::Ordering;
use std::thread::Scope;

/// Pictures that wait for the encoder.
const PICTURES: usize = 2;

/// Pictures of the decoder's pool that can be out at once: those that wait, the one that waits to get into the queue, and
/// the one that is being fitted and sent. An encoder that keeps more makes the pool overflow, which is counted and harmless.
pub(super) const HELD: usize = PICTURES + 2;

/// Starts both threads. Dropping what it returns ends the stream.
pub(super) fn start<'scope, 'env: 'scope>(
    scope: &'scope Scope<'scope, 'env>,
    video: Video,
    window: Window,
    stages: &'env Stages,
) -> Result<Sender<Packet>, Error> {
    let (packets, to_decode) = bounded(PACKETS);
    let (pictures, to_encode) = bounded(PICTURES);
    let Video { stream, decoder, encoder, fit, to } = video;
    let base = stream.time_base();
    threads::start(scope, "video encoder", move || {
        stages.run(|| encode(encoder, fit, to, (base, window), &to_encode, stages));
    })?;
    threads::start(scope, "video decoder", move || {
        stages.run(|| decode(decoder, base, window, &to_decode, &pictures, stages));
    })?;
    Ok(packets)
}

fn decode(
    mut decoder: VideoDecoder,
    base: Rational,
    window: Window,
    packets: &Receiver<Packet>,
    pictures: &Sender<VideoFrame>,
    stages: &Stages,
) -> Result<(), Error> {
    let mut is_wanted = true;
    while is_wanted {
        let packet = packets.receive();
        if stages.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        let Some(packet) = packet else {
            decoder.send_end()?;
            hand_on(&mut decoder, base, window, pictures)?;
            break;
        };
        loop {
            let flow = decoder.send(&packet)?;
            is_wanted = hand_on(&mut decoder, base, window, pictures)?;
            if flow == Flow::Done || !is_wanted {
                break;
            }
        }
    }
    stages.count_damaged(decoder.stats().damaged);
    Ok(())
}

/// Hands on the pictures that are ready; `false` once no more are wanted.
fn hand_on(
    decoder: &mut VideoDecoder,
    base: Rational,
    window: Window,
    pictures: &Sender<VideoFrame>,
) -> Result<bool, Error> {
    let mut frame = None;
    while decoder.receive(&mut frame)? == Flow::Done {
        let Some(frame) = frame.take() else { continue };
        let time = frame.tick().map(|tick| seconds(tick, base));
        if time.is_some_and(|time| window.is_before(time)) {
            continue;
        }
        // The encoder is gone only if it failed, which it has noted itself.
        if time.is_some_and(|time| window.is_behind(time)) || pictures.send(frame) == Err(Closed) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn encode(
    mut encoder: VideoEncoder,
    mut fit: Fit,
    stream: usize,
    (base, window): (Rational, Window),
    pictures: &Receiver<VideoFrame>,
    stages: &Stages,
) -> Result<(), Error> {
    let shift = i64::try_from((window.offset / base).round().to_integer()).unwrap_or(0);
    let mut packet = Packet::new();
    let mut last = None;
    let (mut steady_before, mut frames) = (0, 0);
    while let Some(picture) = pictures.receive() {
        if stages.cancel.is_abandoned() {
            return Err(Error::Cancelled);
        }
        // A picture without a time follows the one before it by a tick.
        let tick =
            picture.tick().map(|tick| tick.saturating_sub(shift)).or(last.map(|last: i64| last + 1)).unwrap_or(0);
        if last.is_some_and(|last| tick <= last) {
            stages.count_repaired(1);
            continue;
        }
        last = Some(tick);
        if frames == WARM_UP_FRAMES {
            steady_before = allocations();
        }
        let picture = fit.fit(picture, &stages.cancel)?;
        while encoder.send(&picture, tick)? == Flow::Full {
            write(&mut encoder, stream, &mut packet, stages)?;
        }
        drop(picture);
        write(&mut encoder, stream, &mut packet, stages)?;
        frames += 1;
        stages.frames.store(frames, Ordering::Relaxed);
        if frames > WARM_UP_FRAMES {
            stages.note_allocations(allocations() - steady_before);
        }
    }
    if stages.cancel.is_abandoned() {
        return Err(Error::Cancelled);
    }
    encoder.send_end()?;
    write(&mut encoder, stream, &mut packet, stages)?;
    if fit.changes() > 0 {
        stages.warn(
            "W_SOURCE_CHANGED",
            format!("size, format or colours of the pictures changed {} times", fit.changes()),
        );
    }
    Ok(())
}

/// Writes the packets that are ready.
fn write(encoder: &mut VideoEncoder, stream: usize, packet: &mut Packet, stages: &Stages) -> Result<(), Error> {
    while encoder.receive(packet)? == Flow::Done {
        stages.write(stream, packet)?;
    }
    Ok(())
}
