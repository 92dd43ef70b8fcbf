//! The ways to a device that decodes, encodes or computes.

use std::fmt;
use std::str::FromStr;

/// A programming interface of hardware that FFmpeg can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HwKind {
    /// The first that opens of: CUDA, VideoToolbox, D3D11VA, QSV, VAAPI. Never Vulkan or OpenCL, whose drivers also come as
    /// mere software.
    Auto,
    /// NVIDIA: decoding by NVDEC, encoding by NVENC.
    Cuda,
    /// Intel and AMD on Linux.
    Vaapi,
    /// Any vendor; FFmpeg decodes with it from version 6.1 on.
    Vulkan,
    /// Intel Quick Sync.
    Qsv,
    /// Apple.
    VideoToolbox,
    /// Windows.
    D3d11va,
    /// Filters only.
    OpenCl,
}

impl HwKind {
    /// Every one but [`Auto`](Self::Auto), in its order.
    pub const ALL: [HwKind; 7] = [
        HwKind::Cuda,
        HwKind::VideoToolbox,
        HwKind::D3d11va,
        HwKind::Qsv,
        HwKind::Vaapi,
        HwKind::Vulkan,
        HwKind::OpenCl,
    ];

    /// Those that `Auto` tries.
    pub(crate) const AUTO: usize = 5;

    /// FFmpeg's name of it: `auto`, `cuda`, `vaapi`, `vulkan`, `qsv`, `videotoolbox`, `d3d11va`, `opencl`.
    pub fn name(self) -> &'static str {
        match self {
            HwKind::Auto => "auto",
            HwKind::Cuda => "cuda",
            HwKind::Vaapi => "vaapi",
            HwKind::Vulkan => "vulkan",
            HwKind::Qsv => "qsv",
            HwKind::VideoToolbox => "videotoolbox",
            HwKind::D3d11va => "d3d11va",
            HwKind::OpenCl => "opencl",
        }
    }
}

impl fmt::Display for HwKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for HwKind {
    type Err = String;

    /// Reads a [name](Self::name).
    fn from_str(text: &str) -> Result<HwKind, String> {
        let names = || [HwKind::Auto].into_iter().chain(HwKind::ALL);
        names()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| format!("expected one of {}", names().map(HwKind::name).collect::<Vec<_>>().join(", ")))
    }
}
