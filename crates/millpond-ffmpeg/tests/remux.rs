//! Remuxing: packets, times and everything that stands beside them arrive as they were, by FFmpeg's own word.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::{clip, reference};
use millpond_core::Rational;
use millpond_ffmpeg::{Access, Place, RemuxOptions, RemuxReport, remux};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const AV: &str = "-f lavfi -i testsrc2=s=192x108:d=3 -f lavfi -i sine=frequency=440:sample_rate=44100:duration=3 \
    -pix_fmt yuv420p -c:v libx264 -g 12 -bf 3 -c:a aac -color_primaries bt709 -color_trc bt709 -colorspace bt709 \
    -metadata title=Pond -metadata:s:a:0 language=eng -metadata:s:v:0 language=eng OUT";

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A packet: presentation and decoding time in seconds, and the hash of its bytes.
type Packet = (f64, f64, String);

/// Packets of each stream, in their order, by the `ffprobe` command. It fails on a file that it has anything to say about.
fn packets(path: &Path) -> BTreeMap<u32, Vec<Packet>> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-show_packets", "-show_data_hash", "sha256", "-of", "json"]);
    if path.extension().is_some_and(|extension| extension == "mp4" || extension == "mov") {
        command.args(["-advanced_editlist", "0"]);
    }
    let listing: serde_json::Value = serde_json::from_str(&said(command.arg(path))).unwrap();
    let mut streams = BTreeMap::<u32, Vec<Packet>>::new();
    for packet in listing["packets"].as_array().unwrap() {
        let time = |name: &str| packet[name].as_str().map_or(f64::NAN, |text| text.parse().unwrap());
        let stream = packet["stream_index"].as_u64().unwrap() as u32;
        let hash = packet["data_hash"].as_str().unwrap().to_owned();
        streams.entry(stream).or_default().push((time("pts_time"), time("dts_time"), hash));
    }
    streams
}

fn probe(path: &Path, entries: &str) -> serde_json::Value {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-of", "json", "-show_entries", entries]).arg(path);
    serde_json::from_str(&said(&mut command)).unwrap()
}

fn out(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("remuxed");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn moved(from: &Path, to: &str, options: &RemuxOptions) -> (PathBuf, RemuxReport) {
    let output = out(to);
    let report = remux(&Place::file(from).unwrap(), &output, options).unwrap();
    (output, report)
}

/// `bound` in seconds: Matroska counts milliseconds.
fn same_packets(from: &Path, to: &Path, bound: f64) {
    let (before, after) = (packets(from), packets(to));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{to:?}");
    // A container that cannot begin before 0 moves all streams alike.
    let moved = after[&0][0].0 - before[&0][0].0;
    for (stream, packets) in &before {
        let got = &after[stream];
        assert_eq!(packets.len(), got.len(), "{to:?}, stream {stream}");
        for (index, (expected, got)) in packets.iter().zip(got).enumerate() {
            assert_eq!(expected.2, got.2, "{to:?}, stream {stream}, packet {index}");
            let late = got.0 - expected.0 - moved;
            assert!(late.abs() < bound, "{to:?}, stream {stream}, packet {index}: {late} s late");
        }
    }
}

#[test]
fn packets_and_times_stay_in_every_container_that_takes_them_as_they_are() {
    let options = RemuxOptions::default();
    let av = clip("av.mp4", AV);
    let webm = clip(
        "av.webm",
        "-f lavfi -i testsrc2=s=160x90:d=1 -f lavfi -i sine=d=1 -pix_fmt yuv420p -c:v libvpx-vp9 -deadline realtime \
         -cpu-used 8 -c:a libopus OUT",
    );
    let wav = clip("a.wav", "-f lavfi -i sine=d=1 OUT");
    let flac = clip("a.flac", "-f lavfi -i sine=d=1 OUT");
    let opus = clip("a.ogg", "-f lavfi -i sine=d=1 -c:a libopus OUT");
    let mp3 = clip("a.mp3", "-f lavfi -i sine=d=1 -c:a libmp3lame OUT");
    let gif = clip("a.gif", "-f lavfi -i testsrc2=s=64x48:r=10:d=1 OUT");
    for (from, to) in [
        (&av, "av.mp4"),
        (&av, "av.mov"),
        (&av, "av.mkv"),
        (&av, "av.flv"),
        (&webm, "av.webm"),
        (&webm, "vp9.mkv"),
        (&webm, "vp9.mp4"),
        (&wav, "a.wav"),
        (&wav, "wav.mkv"),
        (&flac, "a.flac"),
        (&flac, "flac.mkv"),
        (&opus, "a.ogg"),
        (&opus, "opus.webm"),
        (&mp3, "mp3.mkv"),
        (&gif, "a.gif"),
    ] {
        let (output, report) = moved(from, to, &options);
        assert_eq!((report.repaired, report.warnings.len()), (0, 0), "{to}");
        assert_eq!(report.packets as usize, packets(from).values().map(Vec::len).sum::<usize>(), "{to}");
        if !to.ends_with(".wav") {
            // A wave file has no packets of its own: FFmpeg cuts it anew when it reads.
            // Opus in WebM begins 6.5 ms before 0, and FFmpeg 5.1 forgets that where it writes Matroska: its own
            // `-c copy` moves the pictures of this clip against the sound by as much.
            let is_opus = from == &webm && !to.ends_with("mp4");
            same_packets(from, &output, if is_opus { 0.0071 } else { 0.0011 });
        }
    }
    // There and back again.
    let (mkv, _) = moved(&av, "there.mkv", &options);
    let (back, _) = moved(&mkv, "back.mp4", &options);
    same_packets(&av, &back, 0.0011);
}

#[test]
fn a_container_that_wants_other_framing_gets_it() {
    let av = clip("av.mp4", AV);
    let expected = reference(&av);
    for name in ["framed.ts", "framed.h264"] {
        let streams = if name.ends_with("h264") { vec![0] } else { Vec::new() };
        let (output, _) = moved(&av, name, &RemuxOptions { streams, ..RemuxOptions::default() });
        let hashes: Vec<String> = reference(&output).into_iter().map(|(_, hash)| hash).collect();
        assert_eq!(hashes, expected.iter().map(|(_, hash)| hash.clone()).collect::<Vec<_>>(), "{name}");
        if name.ends_with("ts") {
            let (back, _) = moved(&output, "unframed.mp4", &RemuxOptions::default());
            let hashes: Vec<String> = reference(&back).into_iter().map(|(_, hash)| hash).collect();
            assert_eq!(hashes, expected.iter().map(|(_, hash)| hash.clone()).collect::<Vec<_>>());
            // Sound and pictures are as far apart as before.
            let starts = |path: &Path| packets(path).values().map(|list| list[0].0).collect::<Vec<f64>>();
            let (before, after) = (starts(&output), starts(&back));
            assert!(((before[1] - before[0]) - (after[1] - after[0])).abs() < 0.001, "{before:?} {after:?}");
        }
    }
    // FFmpeg's own transport streams begin at 1.4 s; what is made of them begins at 0.
    let late = clip("late.ts", AV);
    assert!(packets(&late)[&0][0].0 > 1.0);
    let (prompt, _) = moved(&late, "prompt.mp4", &RemuxOptions::default());
    assert!(packets(&prompt)[&0][0].0 < 0.2);
}

#[test]
fn metadata_chapters_rotation_colours_and_aspect_are_kept() {
    let chapters = out("chapters.txt");
    std::fs::write(
        &chapters,
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\n\
         END=3000\ntitle=Two\n",
    )
    .unwrap();
    let av = clip("av.mp4", AV);
    let tagged = out("tagged.mp4");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y", "-display_rotation", "90", "-i"]).arg(&av).arg("-i").arg(&chapters);
    let turned =
        command.args(["-map", "0", "-map_chapters", "1", "-c", "copy", "-aspect", "16:9"]).arg(&tagged).output();
    if !turned.unwrap().status.success() {
        // FFmpeg 5.1 has no -display_rotation.
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-y", "-i"]).arg(&av).arg("-i").arg(&chapters);
        command.args(["-map", "0", "-map_chapters", "1", "-c", "copy", "-aspect", "2:1"]);
        said(command.args(["-metadata:s:v:0", "rotate=90"]).arg(&tagged));
    }
    let entries = "format_tags=title:stream=color_space,color_primaries,sample_aspect_ratio,disposition:\
        stream_disposition=default:stream_tags=language:stream_side_data=rotation:chapter=start_time,end_time:chapter_tags=title";
    let expected = probe(&tagged, entries);
    assert_eq!(expected["chapters"].as_array().unwrap().len(), 2, "{expected}");
    assert!(expected["streams"][0]["side_data_list"][0]["rotation"].is_number(), "{expected}");
    for name in ["kept.mp4", "kept.mov"] {
        let (output, _) = moved(&tagged, name, &RemuxOptions::default());
        let mut got = probe(&output, entries);
        // The text track that carries the chapters in MP4 is made anew by the muxer.
        let streams = got["streams"].as_array_mut().unwrap();
        streams.truncate(2);
        let mut expected = expected.clone();
        expected["streams"].as_array_mut().unwrap().truncate(2);
        assert_eq!(got, expected, "{name}");
    }
    let (mkv, _) = moved(&tagged, "kept.mkv", &RemuxOptions::default());
    let got = probe(&mkv, entries);
    assert_eq!(got["chapters"], expected["chapters"]);
    assert_eq!(got["streams"][1]["tags"]["language"], "eng");
    assert_eq!(got["streams"][0]["sample_aspect_ratio"], expected["streams"][0]["sample_aspect_ratio"]);
    assert_eq!(got["streams"][0]["color_space"], "bt709");
}

#[test]
fn a_cut_begins_and_ends_at_key_frames() {
    let av = clip("av.mp4", AV);
    let whole = packets(&av);
    // Key frames every 12 pictures of 1/25 s: at 0.48, 0.96, 1.44, 1.92.
    let options =
        RemuxOptions { start: Some(Rational::new(6, 10)), end: Some(Rational::new(15, 10)), ..RemuxOptions::default() };
    for name in ["cut.mp4", "cut.mkv", "cut.ts"] {
        let (output, report) = moved(&av, name, &options);
        assert!(report.warnings.is_empty());
        let hashes: Vec<String> = reference(&output).into_iter().map(|(_, hash)| hash).collect();
        let expected: Vec<String> = reference(&av)[12..48].iter().map(|(_, hash)| hash.clone()).collect();
        assert_eq!(hashes, expected, "{name}");
        // Sound from 0.48 to 1.92 s, by packets of 1024 samples.
        let inside = |packet: &&Packet| packet.0 + 1024.0 / 44100.0 > 0.48 && packet.0 < 1.92;
        let sound: Vec<&String> = whole[&1].iter().filter(inside).map(|packet| &packet.2).collect();
        let got = packets(&output);
        if !name.ends_with("ts") {
            assert_eq!(got[&1].iter().map(|packet| &packet.2).collect::<Vec<_>>(), sound, "{name}");
        }
        // What was at 0.48 s is at the front, and sound lies to pictures as before.
        let first = whole[&1].iter().find(|packet| inside(packet)).unwrap().0 - 0.48;
        let apart = got[&1][0].0 - got[&0][0].0;
        assert!((apart - first).abs() < 0.0011, "{name}: {apart} instead of {first}");
    }
}

#[test]
fn chapters_are_cut_with_the_rest() {
    let list = out("cut-chapters.txt");
    let chapter = |start, end, title| format!("[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={title}\n");
    let three = [chapter(0, 400, "Before"), chapter(400, 1000, "Across"), chapter(1000, 3000, "Beyond")].concat();
    std::fs::write(&list, format!(";FFMETADATA1\n{three}")).unwrap();
    let whole = out("chapters.mkv");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y", "-i"]).arg(clip("av.mp4", AV)).arg("-i").arg(&list);
    said(command.args(["-map", "0", "-map_metadata", "1", "-c", "copy"]).arg(&whole));
    // From the key frame at 0.48 s on, which lies 23 ms later in Matroska, where nothing comes before 0.
    let options =
        RemuxOptions { start: Some(Rational::new(6, 10)), end: Some(Rational::new(15, 10)), ..RemuxOptions::default() };
    let (output, _) = moved(&whole, "chapters_cut.mkv", &options);
    let got = probe(&output, "chapter=start_time,end_time:chapter_tags=title");
    let expected = serde_json::json!([
        {"start_time": "0.000000", "end_time": "0.497000", "tags": {"title": "Across"}},
        {"start_time": "0.497000", "end_time": "0.997000", "tags": {"title": "Beyond"}},
    ]);
    assert_eq!(got["chapters"], expected);
}

#[test]
fn what_cannot_be_written_is_refused_and_leaves_nothing() {
    let av = clip("av.mp4", AV);
    let place = Place::file(&av).unwrap();
    let folder = out("refused");
    std::fs::create_dir_all(&folder).unwrap();
    let refused = |name: &str, streams: &[usize]| {
        let options = RemuxOptions { streams: streams.to_vec(), ..RemuxOptions::default() };
        let error = remux(&place, &folder.join(name), &options).unwrap_err();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{name}");
        format!("{} {}", error.code(), error)
    };
    assert!(refused("a.xyz", &[]).contains("E_UNSUPPORTED_OUTPUT"));
    assert!(refused("a.webm", &[0]).contains("stream 0 (h264) is not supported"));
    assert!(refused("a.mp4", &[7]).contains("the file has no such stream"));
    assert!(refused("a.gif", &[]).contains("it can hold none of the streams"));
    assert!(refused("nowhere/a.mp4", &[]).starts_with("E_OUTPUT"));
    // What was not asked for is left out and said.
    let (output, report) = moved(&av, "sound.wav", &RemuxOptions::default());
    assert_eq!(
        report.streams.len(),
        report.warnings.iter().filter(|warning| warning.code != "W_STREAM_LEFT").count() + 1
    );
    assert!(output.exists());
    let cancelled = RemuxOptions { access: Access::default(), ..RemuxOptions::default() };
    cancelled.cancel.finish();
    assert_eq!(remux(&place, &folder.join("a.mp4"), &cancelled).unwrap_err().code(), "E_CANCELLED");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn times_that_do_not_rise_are_repaired_and_counted() {
    // Two takes one behind the other in a transport stream: times begin anew in the middle.
    let line = "-f lavfi -i testsrc2=s=128x72:d=0.4 -pix_fmt yuv420p -c:v libx264 -bf 0 OUT";
    let take = std::fs::read(clip("take.ts", line)).unwrap();
    let twice = out("twice.ts");
    std::fs::write(&twice, [take.as_slice(), &take].concat()).unwrap();
    let (output, report) = moved(&twice, "twice.mkv", &RemuxOptions::default());
    assert_eq!((report.packets, report.repaired), (20, 10));
    let times: Vec<f64> = packets(&output)[&0].iter().map(|packet| packet.0).collect();
    assert_eq!(times.len(), 20);
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

#[test]
fn packets_that_a_container_cannot_take_are_left_out_and_counted() {
    let line = "-f lavfi -i testsrc2=s=128x72:d=0.4 -pix_fmt yuv420p -c:v libx264 -bf 0 OUT";
    let whole = clip("whole.mp4", line);
    let listing = probe(&whole, "packet=pos");
    let places: Vec<usize> = listing["packets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|packet| packet["pos"].as_str().unwrap().parse().unwrap())
        .collect();
    let mut bytes = std::fs::read(&whole).unwrap();
    // Two pictures whose first unit is said to be longer than the packet: a transport stream frames units otherwise.
    for place in [places[3], places[7]] {
        bytes[place..place + 4].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
    }
    let damaged = out("damaged.mp4");
    std::fs::write(&damaged, &bytes).unwrap();
    let (output, report) = moved(&damaged, "damaged.ts", &RemuxOptions::default());
    assert_eq!(report.packets, 8);
    let warnings: Vec<&str> = report.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(warnings, ["W_DAMAGED"], "{:?}", report.warnings);
    assert!(report.warnings[0].message.starts_with("2 damaged"), "{:?}", report.warnings);
    assert_eq!(packets(&output)[&0].len(), 8);
    // Nothing but damage is no file.
    for place in &places {
        bytes[*place..place + 4].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
    }
    std::fs::write(&damaged, &bytes).unwrap();
    let error = remux(&Place::file(&damaged).unwrap(), &out("nothing.ts"), &RemuxOptions::default()).unwrap_err();
    assert_eq!(error.code(), "E_MEDIA_BROKEN", "{error}");
    assert!(!out("nothing.ts").exists());
}
