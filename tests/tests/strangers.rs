//! The composed frames against FFmpeg's own: equal to the byte where nothing is to be computed, within two levels and half
//! a level in the mean where its scaler and its overlay compute the same thing with other roundings.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use millpond_tests::media;
use millpond_tests::programs::{millpond, succeed};
use millpond_tests::render::composed;
use millpond_tests::scenes::{scene, whole, with, write};
use serde_json::json;

/// The hashes that `millpond render --hash` writes.
fn our_hashes(name: &str, scene: PathBuf) -> Vec<String> {
    let file = media::folder().join(format!("{name}.hashes"));
    succeed(Command::new(millpond()).arg("render").arg(scene).args(["-o", "null", "--hash"]).arg(&file));
    let text = fs::read_to_string(&file).expect("the file of hashes");
    text.lines().map(|line| line.rsplit('\t').next().unwrap_or(line).to_owned()).collect()
}

/// The hashes of the clip's own pictures by `ffmpeg -f framehash`.
fn their_hashes(clip: &str) -> Vec<String> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-i", clip, "-an", "-f", "framehash", "-hash", "sha256", "-"]);
    let text = succeed(command.current_dir(media::folder()));
    let text = String::from_utf8(text).expect("text from ffmpeg");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit(',').next().unwrap_or(line).trim().to_owned()).collect()
}

#[test]
fn untouched_pictures_are_the_clip_s_own() {
    for (name, clip, size, frames) in [
        ("hash_plain", media::plain(), (320, 180), 25),
        ("hash_b_frames", media::b_frames(), (192, 108), 30),
        ("hash_cropped", media::cropped_by_codec(), (186, 106), 10),
    ] {
        let ours = our_hashes(name, write(name, &whole(clip, size)));
        assert_eq!(ours.len(), frames, "{name}");
        assert_eq!(ours, their_hashes(clip), "{name}");
    }
}

/// Raw I420 frames of an ffmpeg filter graph over files of the media folder.
fn their_frames(inputs: &[&str], graph: &str, (width, height): (usize, usize)) -> Vec<Vec<u8>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error"]).args(inputs.iter().flat_map(|input| ["-i", input]));
    command.args(["-filter_complex", graph, "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]);
    let bytes = succeed(command.current_dir(media::folder()));
    let frame = width * height + 2 * width.div_ceil(2) * height.div_ceil(2);
    bytes.chunks_exact(frame).map(<[u8]>::to_vec).collect()
}

/// No sample differs by more than two levels, and by no more than half a level in the mean of each frame.
fn near(name: &str, ours: &[Vec<u8>], theirs: &[Vec<u8>]) {
    assert_eq!(ours.len(), theirs.len(), "{name}: frames");
    for (n, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert_eq!(ours.len(), theirs.len(), "{name}: bytes of frame {n}");
        let differences = || ours.iter().zip(theirs).map(|(a, b)| a.abs_diff(*b));
        let largest = differences().max().unwrap_or(0);
        let mean = differences().map(f64::from).sum::<f64>() / ours.len() as f64;
        let at = differences().position(|d| d == largest).unwrap_or(0);
        assert!(largest <= 2, "{name}: frame {n} differs by {largest} levels, at byte {at}; {mean:.3} in the mean");
        assert!(mean <= 0.5, "{name}: frame {n} differs by {mean:.3} levels in the mean");
    }
}

/// ffmpeg's bilinear scaler at its most exact, with chroma sited left on both sides.
const SCALE: &str = "flags=bilinear+accurate_rnd+full_chroma_int+bitexact:in_h_chr_pos=0:in_v_chr_pos=128\
    :out_h_chr_pos=0:out_v_chr_pos=128";

#[test]
fn scaling() {
    for (name, width, height) in [("down", 200, 112), ("up", 512, 288)] {
        let clip = media::plain();
        let scene = with(whole(clip, (width, height)), "/layers/0/fit", json!("stretch"));
        let graph = format!("scale={width}:{height}:{SCALE}");
        let size = (width as usize, height as usize);
        near(name, &composed(&scene), &their_frames(&[clip], &graph, size));
    }
}

#[test]
fn scaling_and_blending() {
    let (clip, over) = (media::plain(), media::b_frames());
    let assets = json!({"clip": {"src": clip}, "over": {"src": over}});
    let layers = json!([
        {"asset": "clip"},
        {"asset": "over", "rect": [60, 40, 144, 82], "fit": "stretch", "opacity": 0.6},
    ]);
    let scene = with(scene((320, 180), assets, layers), "/duration", json!(1));
    // 0.6 is 153 of 255. By itself ffmpeg's lut would clip the other planes to the limited range.
    let graph = format!(
        "[1]scale=144:82:{SCALE},format=yuva420p,lut=y=val:u=val:v=val:a=153[over];[0][over]overlay=60:40:format=yuv420:shortest=1"
    );
    near("blended", &composed(&scene), &their_frames(&[clip, over], &graph, (320, 180))[..25]);
}

#[test]
fn alpha_of_a_picture() {
    let (clip, patch) = (media::plain(), media::soft_patch());
    let assets = json!({"clip": {"src": clip}, "patch": {"src": patch}});
    let layers = json!([{"asset": "clip"}, {"asset": "patch", "rect": [100, 50, 96, 96]}]);
    let scene = scene((320, 180), assets, layers);
    // ffmpeg takes RGB for BT.601 unless told.
    let graph = "[1]scale=out_color_matrix=bt709:out_range=tv:flags=bilinear+accurate_rnd+full_chroma_int+full_chroma_inp,\
                 format=yuva420p[patch];[0][patch]overlay=100:50:format=yuv420";
    near("alpha", &composed(&scene), &their_frames(&[clip, patch], graph, (320, 180)));
}
