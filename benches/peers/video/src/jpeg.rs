//! JPEG, 1080p, quality 80, 4:2:0: whole pictures and strips beside libjpeg-turbo, which gets I420 planes, and the crate
//! jpeg-encoder; WebAssembly in node beside npm packages. libjpeg-turbo is measured with its default DCT, whose file must
//! equal ours byte for byte, and with the faster, coarser one that TurboJPEG prefers below quality 96.

use std::cell::RefCell;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use millpond_benches::peer::Peer;
use millpond_benches::process::said;
use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_bits::scenery;
use millpond_core::video::composite::Target;
use millpond_core::video::jpeg::{JpegEncoder, JpegOptions, JpegStrips, Subsampling};
use millpond_core::video::{Color, Frame, FrameView, Matrix, PixelFormat, Range};
use serde_json::json;

use crate::Rows;
use crate::turbojpeg::TurboJpeg;

const ROUNDS: usize = 15;
const WIDTH: u32 = 1920;
const HEIGHT: u32 = 1080;
const QUALITY: u8 = 80;
/// What two encodings of the same picture at this quality reach, and others do not.
const BOUND_DB: f64 = 32.0;
pub(crate) const JFIF: Color = Color { matrix: Matrix::Bt601, range: Range::Full };

pub(crate) fn rows(folder: &Path) -> Rows {
    let mut rows = native()?;
    rows.extend(in_node(folder)?);
    Ok(rows)
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn options() -> JpegOptions<'static> {
    JpegOptions { quality: QUALITY, ..JpegOptions::default() }
}

/// An encoder that keeps its file.
struct Ours {
    encoder: JpegEncoder,
    file: Vec<u8>,
    len: usize,
}

impl Ours {
    fn new(format: PixelFormat, color: Color) -> Result<Ours, String> {
        let encoder = JpegEncoder::new(format, WIDTH, HEIGHT, color, &options()).map_err(text)?;
        Ok(Ours { file: vec![0; encoder.max_len()], encoder, len: 0 })
    }

    fn encode(&mut self, picture: &FrameView<'_>) {
        self.len = self.encoder.encode_into(picture, &mut self.file).unwrap_or_else(|e| panic!("{e}"));
    }

    fn file(&self) -> &[u8] {
        &self.file[..self.len]
    }
}

fn native() -> Rows {
    let picture = scenery(PixelFormat::I420, WIDTH, HEIGHT);
    let view = picture.view();
    let (mut full, mut limited) =
        (Ours::new(PixelFormat::I420, JFIF)?, Ours::new(PixelFormat::I420, Color::default())?);
    let mut accurate = TurboJpeg::new(WIDTH, HEIGHT, Subsampling::Yuv420, true)?;
    let mut fast = TurboJpeg::new(WIDTH, HEIGHT, Subsampling::Yuv420, false)?;
    full.encode(&view);
    if accurate.encode(&view, QUALITY)? != full.file() {
        return Err("our file is not libjpeg-turbo's".into());
    }
    at_least(psnr(full.file(), fast.encode(&view, QUALITY)?)?, "libjpeg-turbo's fast DCT")?;

    let mut strips = JpegStrips::new(PixelFormat::I420, WIDTH, HEIGHT, JFIF, &options()).map_err(text)?;
    let mut moving = Moving { picture: scenery(PixelFormat::I420, WIDTH, HEIGHT), step: 0 };
    let mut file = vec![0; strips.max_len()];
    let len = strips.encode_into(&moving.picture.view(), &[], &mut file).map_err(text)?;
    at_least(psnr(full.file(), &file[..len])?, "strips")?;

    let rgb = scenery(PixelFormat::Rgb24, WIDTH, HEIGHT);
    let packed: Vec<u8> = rgb.view().rows().flatten().copied().collect();
    let mut from_rgb = Ours::new(PixelFormat::Rgb24, JFIF)?;
    from_rgb.encode(&rgb.view());
    let crates_file = RefCell::new(Vec::new());
    let by_crate = || {
        let mut file = crates_file.borrow_mut();
        file.clear();
        let mut encoder = Encoder::new(&mut *file, QUALITY);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        let done = encoder.encode(&packed, WIDTH as u16, HEIGHT as u16, ColorType::Rgb);
        done.unwrap_or_else(|e| panic!("jpeg-encoder: {e}"));
    };
    by_crate();
    at_least(psnr(from_rgb.file(), &crates_file.borrow())?, "jpeg-encoder")?;

    let turbo = |turbo: &mut TurboJpeg| {
        turbo.encode(&view, QUALITY).unwrap_or_else(|e| panic!("{e}"));
    };
    let medians = interleaved(
        ROUNDS,
        &mut [
            Job::new(|| full.encode(&view)),
            Job::new(|| limited.encode(&view)),
            Job::new(|| {
                let changed = moving.step();
                strips.encode_into(&moving.picture.view(), &changed, &mut file).unwrap_or_else(|e| panic!("{e}"));
            }),
            Job::new(|| turbo(&mut accurate)),
            Job::new(|| turbo(&mut fast)),
            Job::new(|| from_rgb.encode(&rgb.view())),
            Job::new(by_crate),
        ],
    );
    let [full, limited, strips, accurate, fast, from_rgb, by_crate] = medians[..] else { return Err("jobs".into()) };
    let turbo_version = said(Command::new("dpkg-query").args(["-W", "-f", "${Version}", "libturbojpeg0"]))?;
    let row = |job: &str, ours: f64, peer, version: &str, theirs: f64, bar| Row {
        job: format!("jpeg 1080p q80 4:2:0 {job}"),
        unit: "ms",
        ours: ours * 1e3,
        peer,
        peer_version: version.into(),
        theirs: Ok(theirs * 1e3),
        bar,
    };
    let (peer, peer_fast) = ("libjpeg-turbo", "libjpeg-turbo, fast DCT");
    let version = turbo_version.trim();
    Ok(vec![
        row("from I420, BT.601 full", full, peer, version, accurate, Some(1.1)),
        row("from I420, BT.601 full", full, peer_fast, version, fast, Some(1.1)),
        row("from I420, BT.709 limited", limited, peer, version, accurate, Some(1.1)),
        row("200x200 moved in place, strips", strips, peer, version, accurate, Some(0.25)),
        row("from RGB24", from_rgb, "jpeg-encoder", "0.6", by_crate, None),
    ])
}

/// A patch of another brightness that moves about on a picture.
struct Moving {
    picture: Frame,
    step: i32,
}

impl Moving {
    /// Puts back what was under the patch, puts it elsewhere, and says where both are.
    fn step(&mut self) -> [Target; 2] {
        let place = |step: i32| Target { x: 700 + step % 7, y: 400 + step % 5, width: 200, height: 200 };
        let (before, now) = (place(self.step), place(self.step + 1));
        let mut view = self.picture.view_mut();
        for (target, change) in [(before, 0u8.wrapping_sub(40)), (now, 40)] {
            for y in target.y..target.y + 200 {
                let row = &mut view.plane_mut(0).row_mut(y as usize)[target.x as usize..][..200];
                row.iter_mut().for_each(|sample| *sample = sample.wrapping_add(change));
            }
        }
        self.step += 1;
        [before, now]
    }
}

fn in_node(folder: &Path) -> Rows {
    let picture = scenery(PixelFormat::Rgba8, WIDTH, HEIGHT);
    let mut packed: Vec<u8> = picture.view().rows().flatten().copied().collect();
    // Opaque: what the peers make of alpha is not the question.
    packed.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
    std::fs::create_dir_all(folder).map_err(text)?;
    let raw = folder.join("jpeg.rgba");
    std::fs::write(&raw, &packed).map_err(text)?;
    let mut ours = Ours::new(PixelFormat::Rgba8, JFIF)?;
    ours.encode(&picture.view());

    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let size = [WIDTH.to_string(), HEIGHT.to_string()];
    let node = Peer::start(Command::new("node").arg(here.join("jpeg.mjs")).arg(&raw).args(size).arg(folder))?;
    let node = RefCell::new(node);
    let seconds = |node: &RefCell<Peer>, name: &str, times: u32| -> Result<f64, String> {
        let answer = node.borrow_mut().ask(&json!([name, times]))?;
        answer["seconds"].as_f64().ok_or_else(|| format!("no time: {answer}"))
    };
    let peers = [("@jsquash/jpeg", "jsquash", 0.1), ("@jsquash/jpeg, baseline", "tuned", 0.1), ("sharp", "sharp", 1.0)];
    for (_, name, _) in peers {
        seconds(&node, name, 1)?;
        let file = std::fs::read(folder.join(format!("{name}.jpg"))).map_err(text)?;
        at_least(psnr(ours.file(), &file)?, name)?;
    }
    let wasm = RefCell::new(crate::wasm::node(folder)?);
    let case = format!("jpeg-rgba-full-{WIDTH}x{HEIGHT}-q{QUALITY}");
    let job = |peer, name: String| {
        Job::timing_itself(move |times| {
            Duration::from_secs_f64(seconds(peer, &name, times).unwrap_or_else(|e| panic!("{name}: {e}")))
        })
    };
    let mut jobs = vec![job(&wasm, case)];
    jobs.extend(peers.map(|(_, name, _)| job(&node, name.into())));
    let medians = interleaved(5, &mut jobs);
    let version = |package: &str| -> Result<String, String> {
        let path = here.join("node_modules").join(package).join("package.json");
        let package: serde_json::Value = serde_json::from_slice(&std::fs::read(path).map_err(text)?).map_err(text)?;
        Ok(package["version"].as_str().unwrap_or("unknown").to_owned())
    };
    let versions = [version("@jsquash/jpeg")?, version("@jsquash/jpeg")?, version("sharp")?];
    let rows = peers.into_iter().zip(versions).zip(&medians[1..]);
    Ok(rows
        .map(|(((peer, _, bar), peer_version), theirs)| Row {
            job: "wasm simd128 in node: jpeg 1080p q80 4:2:0 from RGBA".into(),
            unit: "ms",
            ours: medians[0] * 1e3,
            peer,
            peer_version,
            theirs: Ok(theirs * 1e3),
            bar: Some(bar),
        })
        .collect())
}

pub(crate) fn at_least(psnr: f64, whose: &str) -> Result<(), String> {
    eprintln!("jpeg: PSNR between ours and {whose}: {psnr:.1} dB");
    if psnr < BOUND_DB { Err(format!("{whose}: {psnr} dB, at least {BOUND_DB} expected")) } else { Ok(()) }
}

/// PSNR between what two files show.
pub(crate) fn psnr(a: &[u8], b: &[u8]) -> Result<f64, String> {
    let decode = |file| zune_jpeg::JpegDecoder::new(std::io::Cursor::new(file)).decode().map_err(text);
    let (a, b) = (decode(a)?, decode(b)?);
    if a.len() != b.len() {
        return Err(format!("{} samples beside {}", a.len(), b.len()));
    }
    let squares: f64 = a.iter().zip(&b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum();
    Ok(10.0 * (255.0f64.powi(2) * a.len() as f64 / squares.max(1e-9)).log10())
}
