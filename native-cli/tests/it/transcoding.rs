//! Files decoded and encoded anew, as a user of the command sees it.

use crate::common::{Outcome, clip, ffmpeg_hashes, ffprobe, listing, millpond, shell};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn transcode(from: &Path, to: &Path, more: &[&str]) -> Outcome {
    let mut arguments = vec!["transcode", from.to_str().unwrap(), "-o", to.to_str().unwrap(), "--json"];
    arguments.extend(more);
    millpond(arguments)
}

#[test]
fn the_name_of_the_file_tells_what_is_written() {
    let folder = TempDir::new().unwrap();
    for (name, codecs) in [("a.mp4", "h264 aac"), ("a.webm", "vp9 opus"), ("a.flac", "flac"), ("a.wav", "pcm_s16le")] {
        let out = folder.path().join(name);
        let fast: &[&str] = if name == "a.webm" { &["--video-option", "deadline=realtime"] } else { &[] };
        let done = transcode(&clip(), &out, fast).expect(0).last_event();
        assert_eq!((&done["event"], &done["output"]), (&"done".into(), &out.to_str().unwrap().into()));
        let said = ffprobe(&out, "v", "stream=codec_name") + " " + &ffprobe(&out, "a", "stream=codec_name");
        assert_eq!(said.trim(), codecs);
        if name == "a.mp4" {
            assert_eq!((&done["frames"], &done["steady_allocations"]), (&50.into(), &0.into()), "{done}");
            assert_eq!(ffmpeg_hashes(&out, "").len(), 50);
        }
    }
    assert_eq!(listing(&folder), ["a.flac", "a.mp4", "a.wav", "a.webm"]);
}

#[test]
fn settings_arrive() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("a.ts");
    let more = "--video-codec nope,libx264 --audio-codec libmp3lame --size 160x0 --bit-rate 300k --max-rate 0.4M \
        --buffer-size 800k --gop 10 --b-frames 0 --preset ultrafast --tune film --profile baseline --threads 1 \
        --audio-bit-rate 64k --start 0.5 --end 1.5 --muxer-option mpegts_service_id=7 --video-option sc_threshold=0";
    let done = transcode(&clip(), &out, &more.split_whitespace().collect::<Vec<_>>()).expect(0).last_event();
    assert_eq!((&done["frames"], &done["encoders"]), (&25.into(), &serde_json::json!(["libx264", "libmp3lame"])));
    let stream = "stream=codec_name,profile,width,height,has_b_frames";
    let said = ffprobe(&out, "v:0", stream);
    // Streams of a program are listed once more.
    assert_eq!(said.lines().next().unwrap().trim_end_matches(','), "h264,Constrained Baseline,160,180,0");
    let keys = ffprobe(&out, "v:0", "packet=flags");
    let packets = keys.lines().filter(|line| !line.is_empty()).enumerate();
    let keys: Vec<usize> = packets.filter(|(_, flags)| flags.starts_with('K')).map(|(n, _)| n).collect();
    assert_eq!(keys, [0, 10, 20]);
    // Copied pictures keep every bit.
    let copy = folder.path().join("copy.mkv");
    transcode(&clip(), &copy, &["--video-codec", "copy", "--audio-codec", "none"]).expect(0);
    assert_eq!(ffmpeg_hashes(&copy, ""), ffmpeg_hashes(&clip(), ""));
    assert_eq!(ffprobe(&copy, "a", "stream=codec_name"), "");
}

#[test]
fn what_is_wrong_has_its_exit_code_and_near_names_and_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let out = |name: &str| folder.path().join(name);
    let usage = |more: &[&str], near: &str| {
        let error = transcode(&clip(), &out("a.mp4"), more).expect(2);
        assert!(error.stderr.contains(near) && error.stderr.lines().count() == 1, "{more:?}: {}", error.stderr);
    };
    usage(&["--sizes", "1x1"], "near: --size");
    usage(&["--size", "big"], "expected WIDTHxHEIGHT");
    usage(&["--bit-rate", "0"], "expected a number of bits above 0");
    usage(&["--preset", "veryfats"], "did you mean veryfast");
    usage(&["--video-option", "motion-set=hex"], "near: motion-est");
    usage(&["--audio-option", "aac_codr=fast"], "near: aac_coder");
    usage(&["--muxer-option", "movflag=x"], "near: movflags");
    usage(&["--video-codec", "copy", "--crf", "20"], "settings for pictures that are not encoded");
    usage(&["--container", "mp5"], "expected a container");
    usage(&["--start", "1", "--end", "0.5"], "E_BAD_PARAMETER");
    transcode(&clip(), &out("a.mp4"), &["--video-codec", "libx246"]).expect_error(5, "E_UNSUPPORTED_OUTPUT");
    transcode(&clip(), &out("a.webm"), &["--video-codec", "libx264"]).expect_error(5, "E_UNSUPPORTED_OUTPUT");
    transcode(&clip(), &out("a.doc"), &[]).expect_error(5, "E_UNSUPPORTED_OUTPUT");
    transcode(&clip(), &out("a.gif"), &[]).expect_error(5, "E_UNSUPPORTED_OUTPUT");
    transcode(&clip(), &out("nowhere/a.mp4"), &[]).expect_error(4, "E_OUTPUT");
    transcode(Path::new("/nowhere.mp4"), &out("a.mp4"), &[]).expect_error(3, "E_MEDIA_MISSING");
    transcode(&clip(), Path::new("srt://127.0.0.1:9"), &["--container", "mpegts"])
        .expect_error(3, "E_PROTOCOL_REFUSED");
    assert!(listing(&folder).is_empty());
}

/// A limit on file sizes acts like a full disk: writing fails in the middle of the file, or at its very end.
#[test]
fn a_full_disk_leaves_what_stood_there() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out.mkv");
    transcode(&clip(), &out, &["--preset", "ultrafast"]).expect(0);
    let blocks = fs::metadata(&out).unwrap().len() / 512;
    fs::write(&out, "what stood there").unwrap();
    let binary = env!("CARGO_BIN_EXE_millpond");
    for limit in [0, 1, blocks / 2, blocks - 1] {
        let line = format!(
            "trap '' XFSZ; ulimit -f {limit}; '{binary}' transcode '{}' -o out.mkv --preset ultrafast 2>&1; test $? = 4",
            clip().display()
        );
        shell(folder.path(), &line);
        assert_eq!(listing(&folder), ["out.mkv"], "limit {limit}");
        assert_eq!(fs::read(&out).unwrap(), b"what stood there");
    }
}
