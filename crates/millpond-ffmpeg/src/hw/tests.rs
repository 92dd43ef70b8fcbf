//! A device that fails in mid-stream, in every way and at every picture: none is lost, none comes twice, and each says
//! where it came from. The device is Mesa's software Vulkan, which holds pictures and copies them; see `pretence`.

use super::pretence::Plan;
use super::{HwDevice, HwKind};
use crate::{Access, Cancel, DecoderConfig, DecoderStats, Demuxer, Flow, Packet, Place, VideoDecoder};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use tempfile::TempDir;

fn clip(folder: &TempDir, name: &str, line: &str) -> PathBuf {
    let path = folder.path().join(name);
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-f", "lavfi", "-i"]).args(line.split_whitespace()).arg(&path);
    assert!(command.status().unwrap().success(), "ffmpeg cannot make {name}");
    path
}

/// A device that acts by a plan.
fn device(plan: Plan) -> HwDevice {
    static VULKAN: LazyLock<HwDevice> =
        LazyLock::new(|| HwDevice::open(HwKind::Vulkan).expect("Mesa's software Vulkan (Debian: mesa-vulkan-drivers)"));
    let mut device = VULKAN.clone();
    device.plan = Some(plan);
    device
}

/// A picture: its time, its bytes, and where it was decoded.
type Seen = (Option<i64>, Vec<u8>, Option<HwKind>);

struct Decoded {
    pictures: Vec<Seen>,
    stats: DecoderStats,
    device: Option<HwKind>,
    fallback: Option<String>,
}

fn decode(path: &Path, threads: usize, device: Option<HwDevice>) -> Decoded {
    let mut demuxer = Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
    let config = DecoderConfig { threads, held: 1, device, ..DecoderConfig::default() };
    let mut decoder = VideoDecoder::new(&demuxer.video().unwrap(), config);
    decoder.open().unwrap();
    let mut pictures = Vec::new();
    let (mut packet, mut frame) = (Packet::new(), None);
    let mut see = |frame: &Option<crate::VideoFrame>| {
        let frame = frame.as_ref().unwrap();
        pictures.push((frame.tick(), frame.view().rows().flatten().copied().collect(), frame.device()));
    };
    while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
        loop {
            let flow = decoder.decode_into(&packet, &mut frame).unwrap();
            if flow != Flow::NeedMore {
                see(&frame);
            }
            if flow != Flow::Full {
                break;
            }
        }
    }
    while decoder.flush_into(&mut frame).unwrap() == Flow::Done {
        see(&frame);
    }
    let fallback = decoder.fallback().map(str::to_owned);
    Decoded { stats: decoder.stats(), device: decoder.device(), fallback, pictures }
}

fn times_and_bytes(pictures: &[Seen]) -> Vec<(Option<i64>, &[u8])> {
    pictures.iter().map(|(tick, bytes, _)| (*tick, bytes.as_slice())).collect()
}

const CLIPS: [(&str, &str); 5] = [
    ("b_frames.mp4", "testsrc2=s=186x106:d=1.4 -pix_fmt yuv420p -c:v libx264 -g 12 -bf 3"),
    (
        "open_groups.ts",
        "testsrc2=s=96x64:d=1.2 -pix_fmt yuv420p -c:v libx264 -x264-params open-gop=1:keyint=10:bframes=3",
    ),
    ("key_frames.mkv", "testsrc2=s=96x64:d=0.8 -pix_fmt yuv420p -c:v libx264 -g 1"),
    ("one_group.mp4", "testsrc2=s=96x64:d=1.2 -pix_fmt yuv420p -c:v libx264 -g 999 -sc_threshold 0 -bf 2"),
    ("hevc.mp4", "testsrc2=s=96x64:d=1 -pix_fmt yuv420p -c:v libx265 -x265-params log-level=none:keyint=9:open-gop=1"),
];

#[test]
fn a_device_that_fails_loses_no_picture_and_doubles_none() {
    let folder = TempDir::new().unwrap();
    for (name, line) in CLIPS {
        let path = clip(&folder, name, line);
        let expected = decode(&path, 1, None).pictures;
        let count = expected.len() as u32;
        assert!(count >= 20 && expected.iter().all(|(_, _, device)| device.is_none()));
        for threads in [1, 3] {
            let moments = [0, 1, 7, 10, 13, count / 2, count - 1];
            let plans = moments
                .into_iter()
                .flat_map(|at| [Plan::Sending(at), Plan::Receiving(at), Plan::Downloading(at), Plan::LeavesIt(at)]);
            for plan in plans {
                let got = decode(&path, threads, Some(device(plan)));
                let what = format!("{name}, {threads} threads, {plan:?}: {:?}, {:?}", got.fallback, got.stats);
                assert!(times_and_bytes(&got.pictures) == times_and_bytes(&expected), "{what}");
                // First those of the device, then those in software.
                let on_device = got.pictures.iter().take_while(|(.., device)| *device == Some(HwKind::Vulkan)).count();
                assert!(got.pictures[on_device..].iter().all(|(.., device)| device.is_none()), "{what}");
                if let Plan::Receiving(at) | Plan::Downloading(at) | Plan::LeavesIt(at) = plan {
                    assert_eq!(on_device, at as usize, "{what}");
                }
                assert!(got.stats.downloads >= on_device as u64 && got.stats.damaged == 0, "{what}");
                assert_eq!((got.device, got.fallback.is_some()), (None, true), "{what}");
                let reason = if matches!(plan, Plan::LeavesIt(_)) { "vulkan does not decode" } else { "vulkan failed" };
                assert!(got.fallback.unwrap().starts_with(reason), "{name}: {plan:?}");
            }
        }
    }
}

#[test]
fn a_device_that_works_gives_every_picture() {
    let folder = TempDir::new().unwrap();
    let (name, line) = CLIPS[0];
    let path = clip(&folder, name, line);
    let expected = decode(&path, 1, None).pictures;
    for threads in [1, 3] {
        let got = decode(&path, threads, Some(device(Plan::Works)));
        assert!(times_and_bytes(&got.pictures) == times_and_bytes(&expected));
        assert!(got.pictures.iter().all(|(.., device)| *device == Some(HwKind::Vulkan)));
        assert_eq!((got.device, got.fallback), (Some(HwKind::Vulkan), None));
        assert_eq!((got.stats.downloads, got.stats.copies, got.stats.pool.overflow), (expected.len() as u64, 0, 0));
    }
}

#[test]
fn a_stream_that_the_device_refuses_is_decoded_in_software() {
    let folder = TempDir::new().unwrap();
    let (name, line) = CLIPS[0];
    let path = clip(&folder, name, line);
    let expected = decode(&path, 1, None).pictures;
    // FFmpeg offers VA-API for H.264, and takes it back when it finds no such device.
    let refused = decode(&path, 3, Some(device(Plan::Refuses)));
    assert!(refused.pictures == expected);
    assert!(refused.fallback.unwrap().starts_with("vulkan does not decode this profile"));
    // No decoder of this FFmpeg works on OpenCL: known when it is opened.
    let device = HwDevice::open(HwKind::OpenCl).expect("pocl (Debian: pocl-opencl-icd)");
    let unfit = decode(&path, 3, Some(device));
    assert!(unfit.pictures == expected);
    assert_eq!(unfit.fallback.unwrap(), "this FFmpeg cannot decode h264 by opencl");
    assert_eq!((unfit.device, unfit.stats.downloads), (None, 0));
}

#[test]
fn without_presentation_times_decoding_goes_on_at_the_next_key_frame() {
    let folder = TempDir::new().unwrap();
    let path = clip(&folder, "untimed.avi", "testsrc2=s=96x64:d=1.6 -pix_fmt yuv420p -c:v libx264 -g 10 -bf 0");
    let expected = decode(&path, 1, None).pictures;
    for at in [0, 5, 12] {
        let got = decode(&path, 1, Some(device(Plan::Receiving(at))));
        let bytes = |pictures: &[Seen]| pictures.iter().map(|(_, bytes, _)| bytes.clone()).collect::<Vec<_>>();
        let (got_bytes, all) = (bytes(&got.pictures), bytes(&expected));
        // If nothing came out before, everything can be done again.
        let next_key = if at == 0 { 0 } else { (at as usize).next_multiple_of(10) };
        assert!(got_bytes == [&all[..at as usize], &all[next_key..]].concat(), "{at}: {} pictures", got_bytes.len());
        assert!(got.stats.damaged > 0 || at == 0, "what was lost is counted");
    }
}
