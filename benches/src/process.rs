//! Wall time and peak resident memory of a whole program. Linux only: the peak is what the kernel keeps as `VmHWM`, read
//! every two milliseconds; it only ever rises, so the last reading misses at most what the last two milliseconds added.

use std::fs;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What one run cost.
#[derive(Clone, Copy)]
pub struct Cost {
    /// From start to end, seconds.
    pub wall_s: f64,
    /// The most resident memory, MiB.
    pub peak_mib: f64,
}

/// Runs a program to its end, and measures it.
///
/// # Errors
/// It cannot be started or ends with another code than 0: what it said.
pub fn measured(command: &mut Command) -> Result<Cost, String> {
    let begin = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let child = child.map_err(|e| format!("{command:?}: {e}"))?;
    let status_file = format!("/proc/{}/status", child.id());
    let (ended, peak_kib) = (AtomicBool::new(false), AtomicU64::new(0));
    let (output, wall) = thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                let status = fs::read_to_string(&status_file).unwrap_or_default();
                peak_kib.fetch_max(high_water_kib(&status).unwrap_or(0), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(2));
            }
        });
        let output = child.wait_with_output();
        let wall = begin.elapsed();
        ended.store(true, Ordering::Relaxed);
        (output, wall)
    });
    let Output { status, stderr, .. } = output.map_err(|e| format!("{command:?}: {e}"))?;
    if !status.success() {
        return Err(format!("{command:?} ended with {status}: {}", String::from_utf8_lossy(&stderr)));
    }
    let peak_mib = peak_kib.into_inner() as f64 / 1024.0;
    Ok(Cost { wall_s: wall.as_secs_f64(), peak_mib })
}

/// What a program says on standard output and standard error, if it ends with 0.
///
/// # Errors
/// It cannot be started or fails.
pub fn said(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{command:?}: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(text) } else { Err(format!("{command:?} ended with {}: {text}", output.status)) }
}

fn high_water_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fills_memory_is_seen() {
        let mut command = Command::new("dd");
        command.args(["if=/dev/zero", "of=/dev/null", "bs=64M", "count=4"]);
        let cost = measured(&mut command).unwrap();
        assert!((64.0..100.0).contains(&cost.peak_mib), "{} MiB", cost.peak_mib);
        assert!(cost.wall_s > 0.0);
    }

    #[test]
    fn a_program_that_fails_is_an_error() {
        assert!(measured(&mut Command::new("false")).is_err());
    }
}
