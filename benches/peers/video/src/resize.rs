//! Resizing beside OpenCV, Pillow, libyuv, pic-scale and fast_image_resize. Before timing, outputs are compared by their mean
//! difference; the bound is beside each. A peer whose output is another picture has a row without a figure.

use std::path::Path;

use fast_image_resize as fir;
use millpond_benches::row::Row;
use millpond_benches::timing::{Job, interleaved};
use millpond_bits::picture;
use millpond_core::simd::Level;
use millpond_core::video::resize::{Alpha, Filter, ResizeSpec, Resizer};
use millpond_core::video::{Frame, FrameLayout, PixelFormat};
use pic_scale::{ImageSize, ImageStore, ImageStoreMut, ResamplingFunction, Scaler};
use serde_json::json;

use crate::Rows;
use crate::compare::mean_difference;
use crate::python::Python;

const ROUNDS: usize = 15;
const BILINEAR: i32 = 2;
const BOX: i32 = 3;

#[link(name = "yuv")]
unsafe extern "C" {
    fn ARGBScale(s: *const u8, ss: i32, sw: i32, sh: i32, d: *mut u8, ds: i32, dw: i32, dh: i32, filter: i32) -> i32;
    fn I420Scale(
        y: *const u8,
        ys: i32,
        u: *const u8,
        us: i32,
        v: *const u8,
        vs: i32,
        sw: i32,
        sh: i32,
        dy: *mut u8,
        dys: i32,
        du: *mut u8,
        dus: i32,
        dv: *mut u8,
        dvs: i32,
        dw: i32,
        dh: i32,
        filter: i32,
    ) -> i32;
}

/// What is compared with, whether its output is the same picture, and the bar.
struct Against<'a> {
    peer: &'static str,
    version: String,
    bar: Option<f64>,
    same: Result<(), String>,
    job: Job<'a>,
}

pub(crate) fn rows(folder: &Path) -> Rows {
    let mut rows = Vec::new();
    rows.extend(rgba_to_200(folder)?);
    rows.extend(rgba_from_4k(folder)?);
    rows.extend(i420((1920, 1080), (320, 180), Filter::Box, BOX)?);
    rows.extend(i420((1280, 720), (1920, 1080), Filter::Bilinear, BILINEAR)?);
    Ok(rows)
}

/// A smooth picture with noise on it: pure noise would show rounding only.
fn source(format: PixelFormat, width: u32, height: u32) -> Frame {
    let noise = picture(format, width, height, 1);
    let mut frame = Frame::new(FrameLayout::packed(format, width, height).expect("a legal size"));
    for plane in 0..format.planes() {
        let from = noise.view();
        let mut view = frame.view_mut();
        for y in 0..from.plane(plane).rows() {
            let to = view.plane_mut(plane).row_mut(y);
            for (x, (to, &from)) in to.iter_mut().zip(from.plane(plane).row(y)).enumerate() {
                *to = (x / 8 + y / 4) as u8 / 2 + from / 2;
            }
        }
    }
    frame
}

fn measured(job: &str, ours: Job<'_>, against: Vec<Against<'_>>) -> Vec<Row> {
    let mut peers = Vec::new();
    let mut jobs = vec![ours];
    for Against { peer, version, bar, same, job } in against {
        peers.push((peer, version, bar, same));
        jobs.push(job);
    }
    let medians = interleaved(ROUNDS, &mut jobs);
    let mut rows = Vec::new();
    for ((peer, peer_version, bar, same), theirs) in peers.into_iter().zip(&medians[1..]) {
        let (job, ours, theirs) = (job.to_owned(), medians[0] * 1e6, same.map(|()| theirs * 1e6));
        rows.push(Row { job, unit: "us", ours, peer, peer_version, theirs, bar });
    }
    rows
}

/// Compares RGBA pictures of 200 by 200 but for three pixels along the edges: samples outside a picture are those of its
/// edge for us and are left out by others.
fn compared_inside(what: &str, ours: &[u8], theirs: &[u8], bound: f64) -> Result<(), String> {
    let inside = |pixels: &[u8]| -> Vec<u8> {
        pixels.chunks_exact(200 * 4).skip(3).take(194).flat_map(|row| &row[12..788]).copied().collect()
    };
    mean_difference(what, &inside(ours), &inside(theirs), bound)
}

fn ours(spec: ResizeSpec) -> Result<(Resizer, Frame), String> {
    let resizer = Resizer::new(spec).map_err(|e| e.to_string())?;
    let layout = FrameLayout::packed(spec.format, spec.target.0, spec.target.1).map_err(|e| e.to_string())?;
    Ok((resizer, Frame::new(layout)))
}

fn rgba_to_200(folder: &Path) -> Rows {
    let (from, to) = ((320, 320), (200, 200));
    let source = source(PixelFormat::Rgba8, from.0, from.1);
    let spec = ResizeSpec { alpha: Alpha::Ignored, ..ResizeSpec::new(PixelFormat::Rgba8, from, to) };
    let (mut resizer, mut out) = ours(spec)?;
    resizer.resize_into(&source.view(), &mut out.view_mut()).map_err(|e| e.to_string())?;

    let mut python = Python::start(folder)?;
    python.load(source.bytes(), from, 4)?;
    python.time(&[json!("pillow"), json!(to.0), json!(to.1), json!("bilinear")], 1)?;
    let same_pillow = compared_inside("Pillow BILINEAR", out.bytes(), &python.result()?, 0.2);

    let size = |(width, height): (u32, u32)| ImageSize::new(width as usize, height as usize);
    let plan = Scaler::new(ResamplingFunction::Bilinear)
        .plan_rgba_resampling(size(from), size(to), false)
        .map_err(|e| format!("pic-scale: {e:?}"))?;
    let store = ImageStore::<u8, 4>::from_slice(source.bytes(), 320, 320).map_err(|e| format!("pic-scale: {e:?}"))?;
    let mut scaled = ImageStoreMut::<u8, 4>::alloc(200, 200);
    let mut scratch = plan.alloc_scratch();
    plan.resample_with_scratch(&store, &mut scaled, &mut scratch).map_err(|e| format!("pic-scale: {e:?}"))?;
    // Its windows are rounded to other samples than ours.
    let same_pic_scale = compared_inside("pic-scale Bilinear", out.bytes(), scaled.as_bytes(), 6.0);

    let image = fir::images::Image::from_vec_u8(320, 320, source.bytes().to_vec(), fir::PixelType::U8x4);
    let image = image.map_err(|e| e.to_string())?;
    let mut small = fir::images::Image::new(200, 200, fir::PixelType::U8x4);
    let mut fast = fir::Resizer::new();
    let options =
        fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Bilinear)).use_alpha(false);
    fast.resize(&image, &mut small, &options).map_err(|e| e.to_string())?;
    let same_fast = compared_inside("fast_image_resize Bilinear", out.bytes(), small.buffer(), 0.5);

    let versions = [python.opencv.clone(), python.pillow.clone()];
    let python = std::cell::RefCell::new(python);
    let ask = |job: &'static str, filter: &'static str| {
        let python = &python;
        Job::timing_itself(move |times| {
            let line = [json!(job), json!(to.0), json!(to.1), json!(filter)];
            python.borrow_mut().timed(&line, times)
        })
    };
    let [opencv, pillow] = versions;
    let against = vec![
        Against {
            peer: "pic-scale",
            version: "0.7.12, avx512".into(),
            bar: Some(1.0),
            same: same_pic_scale.clone(),
            job: Job::new(|| {
                let _ = plan.resample_with_scratch(&store, &mut scaled, &mut scratch);
            }),
        },
        Against {
            peer: "fast_image_resize",
            version: format!("6.1.0, {:?}", fir::Resizer::new().cpu_extensions()),
            bar: None,
            same: same_fast,
            job: Job::new(|| {
                let _ = fast.resize(&image, &mut small, &options);
            }),
        },
        Against {
            peer: "OpenCV",
            version: format!("{opencv}, without antialiasing"),
            bar: None,
            same: Ok(()),
            job: ask("opencv", "linear"),
        },
        Against { peer: "Pillow", version: pillow, bar: None, same: same_pillow, job: ask("pillow", "bilinear") },
    ];
    let job = Job::new(|| {
        let _ = resizer.resize_into(&source.view(), &mut out.view_mut());
    });
    let mut rows = measured("resize RGBA 320 to 200, bilinear, antialiased", job, against);

    // The same with straight alpha.
    let mut resizer = Resizer::new(ResizeSpec { alpha: Alpha::Straight, ..spec }).map_err(|e| e.to_string())?;
    let plan = Scaler::new(ResamplingFunction::Bilinear)
        .plan_rgba_resampling(size(from), size(to), true)
        .map_err(|e| format!("pic-scale: {e:?}"))?;
    let mut scratch = plan.alloc_scratch();
    let mut scaled = ImageStoreMut::<u8, 4>::alloc(200, 200);
    let against = vec![Against {
        peer: "pic-scale",
        version: "0.7.12, avx512".into(),
        bar: None,
        same: same_pic_scale,
        job: Job::new(|| {
            let _ = plan.resample_with_scratch(&store, &mut scaled, &mut scratch);
        }),
    }];
    let mut out = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, to.0, to.1).map_err(|e| e.to_string())?);
    let job = Job::new(|| {
        let _ = resizer.resize_into(&source.view(), &mut out.view_mut());
    });
    rows.extend(measured("resize RGBA 320 to 200, bilinear, antialiased, straight alpha", job, against));
    Ok(rows)
}

fn rgba_from_4k(folder: &Path) -> Rows {
    let (from, to) = ((3840, 2160), (1920, 1080));
    let source = source(PixelFormat::Rgba8, from.0, from.1);
    let spec =
        ResizeSpec { alpha: Alpha::Ignored, filter: Filter::Bilinear, ..ResizeSpec::new(PixelFormat::Rgba8, from, to) };
    let (mut resizer, mut out) = ours(spec)?;
    resizer.resize_into(&source.view(), &mut out.view_mut()).map_err(|e| e.to_string())?;

    let mut python = Python::start(folder)?;
    python.load(source.bytes(), from, 4)?;
    let line = [json!("opencv"), json!(to.0), json!(to.1), json!("linear")];
    python.time(&line, 1)?;
    let same_opencv = mean_difference("OpenCV INTER_LINEAR", out.bytes(), &python.result()?, 0.6);

    let mut small = vec![0u8; out.bytes().len()];
    let libyuv = |small: &mut [u8]| {
        // SAFETY: both buffers hold pictures of these sizes without gaps.
        let code = unsafe {
            ARGBScale(source.bytes().as_ptr(), 3840 * 4, 3840, 2160, small.as_mut_ptr(), 1920 * 4, 1920, 1080, BOX)
        };
        assert_eq!(code, 0, "ARGBScale");
    };
    libyuv(&mut small);
    let same_libyuv = mean_difference("libyuv kFilterBox", out.bytes(), &small, 0.6);

    let opencv = python.opencv.clone();
    let against = vec![
        Against {
            peer: "OpenCV",
            version: opencv,
            bar: Some(1.1),
            same: same_opencv,
            job: Job::timing_itself(|times| python.timed(&line, times)),
        },
        Against {
            peer: "libyuv",
            version: "0.0~git20230123".into(),
            bar: None,
            same: same_libyuv,
            job: Job::new(|| libyuv(&mut small)),
        },
    ];
    let job = Job::new(|| {
        let _ = resizer.resize_into(&source.view(), &mut out.view_mut());
    });
    let mut rows = measured("resize RGBA 4K to 1080p, bilinear", job, against);

    let (mut resizer, mut out) = ours(ResizeSpec { filter: Filter::BilinearAntialiased, ..spec })?;
    let plan = Scaler::new(ResamplingFunction::Bilinear)
        .plan_rgba_resampling(ImageSize::new(3840, 2160), ImageSize::new(1920, 1080), false)
        .map_err(|e| format!("pic-scale: {e:?}"))?;
    let store = ImageStore::<u8, 4>::from_slice(source.bytes(), 3840, 2160).map_err(|e| format!("pic-scale: {e:?}"))?;
    let mut scaled = ImageStoreMut::<u8, 4>::alloc(1920, 1080);
    let mut scratch = plan.alloc_scratch();
    plan.resample_with_scratch(&store, &mut scaled, &mut scratch).map_err(|e| format!("pic-scale: {e:?}"))?;
    resizer.resize_into(&source.view(), &mut out.view_mut()).map_err(|e| e.to_string())?;
    let same_pic_scale = mean_difference("pic-scale Bilinear", out.bytes(), scaled.as_bytes(), 6.0);
    let against = vec![Against {
        peer: "pic-scale",
        version: "0.7.12, avx512".into(),
        bar: None,
        same: same_pic_scale,
        job: Job::new(|| {
            let _ = plan.resample_with_scratch(&store, &mut scaled, &mut scratch);
        }),
    }];
    let job = Job::new(|| {
        let _ = resizer.resize_into(&source.view(), &mut out.view_mut());
    });
    rows.extend(measured("resize RGBA 4K to 1080p, bilinear, antialiased", job, against));
    Ok(rows)
}

fn i420(from: (u32, u32), to: (u32, u32), filter: Filter, theirs: i32) -> Rows {
    let source = source(PixelFormat::I420, from.0, from.1);
    let middle = millpond_core::video::Siting::Middle;
    let siting = millpond_core::video::ChromaSiting { horizontal: middle, vertical: middle };
    let (mut resizer, mut out) = ours(ResizeSpec { filter, siting, ..ResizeSpec::new(PixelFormat::I420, from, to) })?;
    resizer.resize_into(&source.view(), &mut out.view_mut()).map_err(|e| e.to_string())?;
    let mut scaled = vec![0u8; out.bytes().len()];
    let libyuv = |scaled: &mut [u8]| {
        let offsets = |(width, height): (u32, u32)| {
            let (luma, chroma) = ((width * height) as usize, (width / 2 * (height / 2)) as usize);
            [0, luma, luma + chroma]
        };
        let (s, d) = (offsets(from).map(|at| &source.bytes()[at..]), offsets(to));
        let (w, h) = (from.0 as i32, from.1 as i32);
        let (dw, dh) = (to.0 as i32, to.1 as i32);
        let base = scaled.as_mut_ptr();
        // SAFETY: the planes of even sizes lie without gaps in both buffers.
        let code = unsafe {
            I420Scale(
                s[0].as_ptr(),
                w,
                s[1].as_ptr(),
                w / 2,
                s[2].as_ptr(),
                w / 2,
                w,
                h,
                base.add(d[0]),
                dw,
                base.add(d[1]),
                dw / 2,
                base.add(d[2]),
                dw / 2,
                dw,
                dh,
                theirs,
            )
        };
        assert_eq!(code, 0, "I420Scale");
    };
    libyuv(&mut scaled);
    // libyuv's weights have seven bits, and where a box holds no whole samples it takes whole ones. Where it makes larger, but
    // for twice, its grid is another (corners on corners: tests/kernels/tests/peers.rs), so its picture is not the same.
    let same = mean_difference("libyuv I420Scale", out.bytes(), &scaled, 2.0);
    let against = vec![Against {
        peer: "libyuv",
        version: "0.0~git20230123".into(),
        bar: None,
        same,
        job: Job::new(|| libyuv(&mut scaled)),
    }];
    let job = Job::new(|| {
        let _ = resizer.resize_into(&source.view(), &mut out.view_mut());
    });
    let name = format!("resize I420 {}x{} to {}x{}, {filter:?}, {:?}", from.0, from.1, to.0, to.1, Level::best().isa());
    Ok(measured(&name, job, against))
}
