//! Pictures and sound made here, encoded, and read back by the `ffmpeg` command.

use millpond_core::pool::PoolConfig;
use millpond_core::video::{FrameLayout, FramePool, PixelFormat};
use millpond_ffmpeg::{Flow, Muxer, MuxerConfig, Packet, VideoEncoder, VideoEncoderConfig, VideoFrame};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What was encoded.
pub(crate) struct Made {
    /// The pixels of each picture, packed.
    pub(crate) pictures: Vec<Vec<u8>>,
    /// Packets that the muxer had to move.
    pub(crate) repaired: u64,
}

/// A file that a test may write.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("made");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// What a command that has nothing to complain about says.
pub(crate) fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "{command:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// A pool of pictures for an encoder.
pub(crate) fn pool(config: &VideoEncoderConfig, frames: usize) -> FramePool {
    let layout = FrameLayout::aligned(config.format, config.width, config.height).unwrap();
    FramePool::frames(layout, PoolConfig::fixed(frames)).unwrap()
}

/// Picture `n` of a moving slope.
pub(crate) fn picture(pool: &FramePool, n: i64) -> VideoFrame {
    let mut frame = pool.acquire().unwrap();
    let mut view = frame.view_mut();
    let format = view.format();
    for index in 0..format.planes() {
        let plane = view.plane_mut(index);
        for y in 0..plane.rows() {
            for (x, bytes) in plane.row_mut(y).chunks_mut(if format.is_ten_bit() { 2 } else { 1 }).enumerate() {
                let value = 40 + (x + 2 * y + 3 * n as usize + 31 * index) % 160;
                match bytes {
                    [byte] => *byte = value as u8,
                    word => word.copy_from_slice(&(value as u16 * 4 + (x % 4) as u16).to_le_bytes()),
                }
            }
        }
    }
    VideoFrame::from(frame)
}

/// Encodes so many pictures to a file.
pub(crate) fn encode_pictures(config: &VideoEncoderConfig, path: &Path, count: i64) -> Made {
    let mut encoder = VideoEncoder::new(config.clone());
    encoder.open().unwrap();
    let mut muxer = Muxer::to_file(path, &MuxerConfig::default()).unwrap();
    let stream = muxer.add_encoder(&encoder).unwrap();
    muxer.open().unwrap();
    let pool = pool(config, 32);
    let (mut packet, mut pictures) = (Packet::new(), Vec::new());
    for n in 0..count {
        let frame = picture(&pool, n);
        pictures.push(frame.view().rows().flatten().copied().collect());
        assert_eq!(encoder.send(&frame, n).unwrap(), Flow::Done);
        while encoder.receive(&mut packet).unwrap() == Flow::Done {
            muxer.write(stream, &mut packet).unwrap();
        }
    }
    encoder.send_end().unwrap();
    while encoder.receive(&mut packet).unwrap() == Flow::Done {
        muxer.write(stream, &mut packet).unwrap();
    }
    muxer.finish().unwrap();
    drop((encoder, packet));
    assert_eq!((muxer.packets(), pool.stats().in_use), (count as u64, 0), "{}", path.display());
    Made { pictures, repaired: muxer.repaired() }
}

fn ffmpeg_format(format: PixelFormat) -> &'static str {
    match format {
        PixelFormat::I420 => "yuv420p",
        PixelFormat::I422 => "yuv422p",
        PixelFormat::I444 => "yuv444p",
        PixelFormat::Nv12 => "nv12",
        PixelFormat::I420P10 => "yuv420p10le",
        PixelFormat::I422P10 => "yuv422p10le",
        PixelFormat::Rgb24 => "rgb24",
        PixelFormat::Rgba8 => "rgba",
        other => panic!("{other}"),
    }
}

/// The pictures of a file, packed, by the `ffmpeg` command. Full range stays full range.
pub(crate) fn raw_pictures(path: &Path, format: PixelFormat, width: u32, height: u32) -> Vec<Vec<u8>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin"]);
    let name = ffmpeg_format(format);
    if path.extension().is_some_and(|extension| extension == "yuv") {
        command.args(["-f", "rawvideo", "-pix_fmt", name, "-s", &format!("{width}x{height}")]);
    }
    // JPEG's `yuvj420p` has the bytes of `yuv420p`: asked for as it is, nothing converts it.
    let is_jpeg = path.file_name().unwrap().to_str().unwrap().starts_with("mjpeg");
    let wanted = if is_jpeg { name.replace("yuv", "yuvj") } else { name.to_owned() };
    command.arg("-i").arg(path).args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", &wanted, "-"]);
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "{command:?}: {complaint}");
    let size = FrameLayout::packed(format, width, height).unwrap().size();
    output.stdout.chunks(size).map(<[u8]>::to_vec).collect()
}

/// Rising tones, another for each channel: nothing in them repeats.
pub(crate) fn tone(rate_hz: u32, channels: usize, frames: usize) -> Vec<Vec<f32>> {
    let channel = |index: usize| {
        let step = std::f64::consts::TAU * (200.0 + 110.0 * index as f64) / f64::from(rate_hz);
        (0..frames).map(|n| (0.4 * (n as f64 * (1.0 + n as f64 / 60_000.0) * step).sin()) as f32).collect()
    };
    (0..channels).map(channel).collect()
}

/// The samples of a file, interleaved, by the `ffmpeg` command.
pub(crate) fn raw_sound(path: &Path, rate_hz: u32, channels: usize, codec: &str, is_raw: bool) -> Vec<f32> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin"]);
    if is_raw {
        let format = codec.trim_start_matches("pcm_");
        command.args(["-f", format, "-ar", &rate_hz.to_string(), "-ac", &channels.to_string()]);
    }
    command.arg("-i").arg(path).args(["-f", "f32le", "-c:a", "pcm_f32le", "-"]);
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "{command:?}: {complaint}");
    output.stdout.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}
