//! Devices as a program sees them: what opens and what it carries, why the rest does not open, and that a decoder without a
//! device that decodes says so. Failures in mid-stream are tested inside the crate (`src/hw/tests.rs`).

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::{clip, reference};
use millpond_core::Rational;
use millpond_core::video::PixelFormat;
use millpond_ffmpeg::{
    Access, Cancel, Clip, DecoderConfig, Error, HwDevice, HwKind, Place, VideoEncoder, VideoEncoderConfig,
};
use sha2::{Digest, Sha256};

const SOFTWARE_VULKAN: &str = "Mesa's software Vulkan (Debian: mesa-vulkan-drivers)";

#[test]
fn pictures_travel_to_devices_and_back() {
    let vulkan = HwDevice::open(HwKind::Vulkan).expect(SOFTWARE_VULKAN);
    let opencl = HwDevice::open(HwKind::OpenCl).expect("pocl (Debian: pocl-opencl-icd)");
    for (device, formats) in [
        (vulkan, &[PixelFormat::I420, PixelFormat::Nv12, PixelFormat::I422, PixelFormat::P010][..]),
        (opencl, &[PixelFormat::I420, PixelFormat::I444, PixelFormat::Rgba8]),
    ] {
        let info = device.info();
        for format in formats {
            assert!(info.formats.contains(format), "{format:?} on {device:?}: {info:?}");
        }
        assert!(info.largest.is_none_or(|(width, height)| width >= 4096 && height >= 4096), "{info:?}");
    }
}

#[test]
fn a_device_that_does_not_open_says_why() {
    let reason = |result: Result<HwDevice, Error>| match result {
        Err(error @ Error::Device { .. }) => {
            assert_eq!((error.code(), error.exit_code()), ("E_DEVICE", 5));
            error.to_string()
        }
        other => panic!("{other:?}"),
    };
    // Not an Apple machine, nor Windows.
    for kind in [HwKind::VideoToolbox, HwKind::D3d11va] {
        let name = kind.name();
        assert_eq!(reason(HwDevice::open(kind)), format!("no {name} device (this FFmpeg was built without it)"));
    }
    let named = reason(HwDevice::open_named(HwKind::Vulkan, "no such device"));
    assert!(named.contains("no such device") || named.contains("Unable to find"), "{named}");
    let zero = reason(HwDevice::open_named(HwKind::Vulkan, "a\0b"));
    assert_eq!(zero, "no vulkan device (a zero in the name)");
    reason(HwDevice::open_named(HwKind::Auto, "0"));
    // What Auto tries may be there or not; if it is not, all reasons are told.
    match HwDevice::open(HwKind::Auto) {
        Ok(device) => assert!(HwKind::ALL.contains(&device.kind())),
        Err(error) => assert!(["cuda: ", "vaapi: "].iter().all(|kind| error.to_string().contains(kind)), "{error}"),
    }
}

#[test]
fn kinds_are_read_by_their_names() {
    for kind in HwKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
    assert_eq!("auto".parse(), Ok(HwKind::Auto));
    assert!("cud".parse::<HwKind>().unwrap_err().contains("cuda"));
}

#[test]
fn software_that_steps_in_calls_itself_software() {
    let path = clip("h264.mp4", "-f lavfi -i testsrc2=s=320x180:d=0.6 -pix_fmt yuv420p -c:v libx264 -bf 3 OUT");
    let expected = reference(&path);
    // A software Vulkan decodes no H.264, whatever FFmpeg makes of it.
    let device = HwDevice::open(HwKind::Vulkan).expect(SOFTWARE_VULKAN);
    for threads in [1, 3] {
        let config = DecoderConfig { threads, device: Some(device.clone()), ..DecoderConfig::default() };
        let place = Place::file(&path).unwrap();
        let mut clip = Clip::open(&place, &Access::default(), &Cancel::new(), config).unwrap();
        assert!(clip.fallback().unwrap().contains("vulkan"), "{:?}", clip.fallback());
        assert_eq!(clip.device(), None);
        for (tick, hash) in &expected {
            let picture = clip.read().unwrap().unwrap();
            let mut sha = Sha256::new();
            picture.frame.view().rows().for_each(|row| sha.update(row));
            let got: String = sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((picture.tick, &got, picture.frame.device()), (*tick, hash, None));
        }
        assert!(clip.read().unwrap().is_none());
        assert_eq!(clip.decoder_stats().downloads, 0);
    }
}

#[test]
fn encoders_of_a_device_come_first_and_say_why_they_did_not_open() {
    let device = HwDevice::open(HwKind::OpenCl).expect("pocl (Debian: pocl-opencl-icd)");
    let rate = Rational::from_integer(25);
    // There is no encoder on OpenCL in any FFmpeg.
    let config = VideoEncoderConfig { device: Some(device), ..VideoEncoderConfig::new("h264", 64, 64, rate) };
    let mut encoder = VideoEncoder::new(config);
    encoder.open().unwrap();
    assert_eq!((encoder.name(), encoder.device()), (Some("libx264"), None));
    assert_eq!(
        encoder.refused().iter().map(Error::to_string).collect::<Vec<_>>(),
        ["encoding h264 by opencl is not supported (this FFmpeg cannot)"]
    );
    // By name, without a device of ours: refused in the driver's words where there is no such hardware.
    let mut config = VideoEncoderConfig::new("h264_vaapi", 64, 64, rate);
    config.codecs.extend(["h264_qsv".to_owned(), "libx264".to_owned()]);
    let mut encoder = VideoEncoder::new(config);
    encoder.open().unwrap();
    assert_eq!(encoder.refused().len() == 2, encoder.name() == Some("libx264"));
    assert_eq!(encoder.device(), None);
}
