//! What the whole process takes from the system, C libraries included: one file, one function for each target.

/// Memory of the process in bytes; `None` where this target has no way to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Now: resident pages natively, the linear memory in WebAssembly.
    pub current: Option<u64>,
    /// The most so far. WebAssembly memory never shrinks, so there it is the same.
    pub peak: Option<u64>,
}

cfg_if::cfg_if! {
    if #[cfg(target_arch = "wasm32")] {
        /// Reads the footprint: 64 KiB pages of the first linear memory.
        ///
        /// # Realtime
        /// Does not allocate.
        pub fn footprint() -> Footprint {
            let bytes = Some(core::arch::wasm32::memory_size(0) as u64 * 65_536);
            Footprint { current: bytes, peak: bytes }
        }
    } else if #[cfg(target_os = "linux")] {
        /// Reads the footprint: `VmRSS` and `VmHWM` of `/proc/self/status`.
        ///
        /// # Realtime
        /// Does not allocate on the Rust heap; opens and reads a file.
        pub fn footprint() -> Footprint {
            use std::io::Read;
            let mut status = [0u8; 4096];
            let read = std::fs::File::open("/proc/self/status").and_then(|mut file| file.read(&mut status));
            let text = read.ok().and_then(|length| std::str::from_utf8(&status[..length]).ok()).unwrap_or_default();
            let kibibytes = |name: &str| {
                let line = text.lines().find_map(|line| line.strip_prefix(name))?;
                line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|value| value * 1024)
            };
            Footprint { current: kibibytes("VmRSS:"), peak: kibibytes("VmHWM:") }
        }
    } else {
        /// This target does not tell.
        pub fn footprint() -> Footprint {
            Footprint::default()
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn touching_memory_raises_the_footprint() {
        let before = footprint().current.unwrap();
        let touched = vec![1u8; 32 << 20];
        let after = footprint();
        assert!(after.current.unwrap() >= before + (24 << 20), "{before} to {after:?}");
        assert!(after.peak >= after.current);
        assert_eq!(touched[12345], 1);
    }
}
