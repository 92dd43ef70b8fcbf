//! A monitor's last sample in the text format of Prometheus, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>): serve it as `text/plain; version=0.0.4`.
//!
//! Bytes and seconds are base units, counters end in `_total`. A label value escapes backslash, double quote and line
//! feed. A figure that is not known is left out.

use super::{Monitor, Watched};
use crate::pool::PoolStats;
use std::fmt::{self, Display, Write};

/// Writes a monitor as Prometheus text; from [`Monitor::prometheus`].
#[derive(Debug)]
pub struct Prometheus<'a>(pub(super) &'a Monitor);

/// A figure of a pool: name, help, whether it only rises, value.
type PoolFigure = (&'static str, &'static str, bool, fn(&PoolStats) -> f64);

const POOL_FIGURES: [PoolFigure; 11] = [
    ("pool_capacity", "Objects of the pool.", false, |stats| stats.capacity as f64),
    ("pool_available", "Objects that can be acquired now.", false, |stats| stats.available as f64),
    ("pool_in_use", "Objects that are lent now.", false, |stats| stats.in_use as f64),
    ("pool_peak_usage", "The most objects that were lent at once.", false, |stats| stats.peak_usage as f64),
    ("pool_bytes", "Bytes that the objects hold.", false, |stats| stats.bytes as f64),
    ("pool_acquires_total", "Successful acquires.", true, |stats| stats.total_acquires as f64),
    ("pool_releases_total", "Objects that came back.", true, |stats| stats.total_releases as f64),
    ("pool_allocations_total", "Objects that were made.", true, |stats| stats.allocations as f64),
    ("pool_overflow_total", "Objects made beyond the pool.", true, |stats| stats.overflow as f64),
    ("pool_waits_total", "Acquires that had to wait.", true, |stats| stats.waits as f64),
    ("pool_wait_seconds_total", "How long they did.", true, |stats| stats.wait_time.as_secs_f64()),
];

impl Display for Prometheus<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Prometheus(monitor) = self;
        let Some(sample) = monitor.series.last() else { return Ok(()) };
        let mut figure = |name: &str, help: &str, rises: bool, value: Option<f64>| {
            let Some(value) = value else { return Ok(()) };
            head(f, name, help, rises)?;
            writeln!(f, "millpond_{name} {value}")
        };
        let (heap, process) = (sample.heap_bytes, sample.process_bytes);
        figure("live_frames", "Frames that watched pools have lent.", false, Some(sample.live_frames as f64))?;
        figure("heap_bytes", "Bytes that the Rust heap has handed out.", false, heap.map(|bytes| bytes as f64))?;
        let calls = heap.map(|_| (sample.allocations.steady + sample.allocations.opening) as f64);
        figure("heap_allocations_total", "Calls of alloc and realloc on the Rust heap.", true, calls)?;
        let help = "Resident memory of the process, or the linear memory of WebAssembly.";
        figure("process_bytes", help, false, process.map(|bytes| bytes as f64))?;
        for (name, help, rises, value) in POOL_FIGURES {
            if !monitor.watched.is_empty() {
                head(f, name, help, rises)?;
            }
            for Watched { name: pool, latest, .. } in &monitor.watched {
                writeln!(f, "millpond_{name}{{pool=\"{}\"}} {}", Label(pool), value(latest))?;
            }
        }
        Ok(())
    }
}

fn head(f: &mut fmt::Formatter<'_>, name: &str, help: &str, rises: bool) -> fmt::Result {
    let kind = if rises { "counter" } else { "gauge" };
    writeln!(f, "# HELP millpond_{name} {help}\n# TYPE millpond_{name} {kind}")
}

struct Label<'a>(&'a str);

impl Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
