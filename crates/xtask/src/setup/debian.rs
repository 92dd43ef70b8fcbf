//! The Debian packages: FFmpeg with its headers, libclang for the bindings, Chromium for the conformance runs, wasm-opt,
//! pip for the sample media, espeak-ng for speech in tests, NumPy to read what the command writes, and servers of RTMP and RTSP
//! for the tests of live input and output: nginx with a module (Debian starts its web server when it is installed), and
//! gst-rtsp-server with the plugins that read and packetise MP4; Vulkan and OpenCL without hardware for the tests of devices.

use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::shell;

const PACKAGES: [&str; 26] = [
    "ffmpeg",
    "libavcodec-dev",
    "libavformat-dev",
    "libavutil-dev",
    "libavfilter-dev",
    "libavdevice-dev",
    "libswscale-dev",
    "libswresample-dev",
    "libclang-dev",
    "clang",
    "pkg-config",
    "chromium",
    "binaryen",
    "espeak-ng",
    "python3",
    "python3-numpy",
    "python3-pip",
    "mesa-vulkan-drivers",
    "pocl-opencl-icd",
    "python3-gi",
    "nginx",
    "libnginx-mod-rtmp",
    "gir1.2-gst-rtsp-server-1.0",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-bad",
];

/// Programs that stand for the packages where there is no dpkg to ask.
const PROGRAMS: [&str; 7] = ["ffmpeg", "clang", "pkg-config", "chromium", "wasm-opt", "espeak-ng", "python3"];

/// Whether every package is installed; without dpkg, whether their programs answer.
///
/// # Errors
/// Without dpkg, the programs that are missing: this crate cannot install them there.
pub(crate) fn done() -> Outcome<bool> {
    if shell::output_of("dpkg-query", ["--version"]).is_some() {
        return Ok(missing().is_empty());
    }
    let absent: Vec<&str> = PROGRAMS.into_iter().filter(|p| shell::output_of(p, ["--version"]).is_none()).collect();
    // FFmpeg's own tools know only the single dash.
    let absent: Vec<&str> =
        absent.into_iter().filter(|p| *p != "ffmpeg" || shell::output_of(p, ["-version"]).is_none()).collect();
    if absent.is_empty() {
        return Ok(true);
    }
    Err(Failure::CouldNotRun(format!(
        "this is not a Debian machine; install these and run the command again: {} (and FFmpeg's headers, libclang)",
        absent.join(" ")
    )))
}

/// Installs what is missing with apt-get, as root or through sudo.
///
/// # Errors
/// Neither root nor sudo: the command to have run by someone who is. Or apt-get failed.
pub(crate) fn act() -> Outcome {
    install(&missing())
}

/// Installs those of `packages` that are missing.
///
/// # Errors
/// As [`act`].
pub(crate) fn require(packages: &[&str]) -> Outcome {
    let missing = missing_of(packages);
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

fn install(missing: &[&str]) -> Outcome {
    let root = shell::output_of("id", ["-u"]).is_some_and(|id| id == "0");
    let sudo = shell::output_of("sudo", ["--version"]).is_some();
    if !root && !sudo {
        return Err(Failure::CouldNotRun(format!(
            "needs root, and there is no sudo; have this run as root, then run the command again:\n  apt-get update && apt-get install -y --no-install-recommends {}",
            missing.join(" ")
        )));
    }
    shell::run(apt_get(root).arg("update"))?;
    shell::run(apt_get(root).args(["install", "-y", "--no-install-recommends"]).args(missing))
}

fn apt_get(root: bool) -> Command {
    let noninteractive = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=240"];
    match root {
        true => shell::command(noninteractive[0], &noninteractive[1..]),
        false => shell::command("sudo", noninteractive),
    }
}

fn missing() -> Vec<&'static str> {
    missing_of(&PACKAGES)
}

fn missing_of<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let format = "${Package} ${db:Status-Status}\\n";
    // dpkg-query ends with 1 as soon as it does not know one of the names, and still lists the others.
    let output = shell::command("dpkg-query", ["--show", "--showformat", format]).args(packages).output();
    let listing = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    let installed = |package: &&str| listing.lines().any(|line| line == format!("{package} installed"));
    packages.iter().copied().filter(|package| !installed(package)).collect()
}
