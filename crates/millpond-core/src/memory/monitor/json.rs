//! A monitor as one JSON object.
//!
//! ```text
//! {"format":"millpond-memory","version":1,
//!  "samples":[{"time_s":0.5,"live_frames":2,"pool_objects":4,"pool_in_use":2,"pool_bytes":6220800,"pool_allocations":4,
//!    "pool_overflow":0,"heap_bytes":7340032,"heap_allocations":812,"heap_opening_allocations":640,
//!    "process_bytes":52428800,"growth_per_minute":null}],
//!  "peaks":{"live_frames":2,"pool_bytes":6220800,"heap_bytes":7340032,"process_bytes":52428800},
//!  "pools":[{"name":"canvas","holds_frames":true,"capacity":4,"available":2,"in_use":2,"peak_usage":3,
//!    "total_acquires":90,"total_releases":88,"allocations":4,"overflow":0,"waits":1,"wait_time_s":0.004,"bytes":6220800}],
//!  "alerts":[{"time_s":0.5,"measure":"live_frames","value":101,"limit":100}]}
//! ```
//!
//! Times are seconds on the caller's clock, sizes bytes, counts since the start. What is not known is `null`.

use super::{Monitor, Sample, Watched};
use std::fmt::{self, Display, Write};
use std::time::Duration;

/// Writes a monitor as JSON; from [`Monitor::json`].
#[derive(Debug)]
pub struct Json<'a>(pub(super) &'a Monitor);

impl Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Json(monitor) = self;
        f.write_str(r#"{"format":"millpond-memory","version":1,"samples":["#)?;
        list(f, monitor.series.iter(), sample)?;
        let peaks = monitor.peaks;
        write!(f, r#"],"peaks":{{"live_frames":{},"pool_bytes":{}"#, peaks.live_frames, peaks.pool_bytes)?;
        let (heap, process) = (OrNull(peaks.heap_bytes), OrNull(peaks.process_bytes));
        write!(f, r#","heap_bytes":{heap},"process_bytes":{process}}},"pools":["#)?;
        list(f, monitor.watched.iter(), pool)?;
        f.write_str(r#"],"alerts":["#)?;
        list(f, monitor.alerts.iter(), |f, alert| {
            let (time, measure) = (Seconds(alert.time), alert.measure.name());
            write!(f, r#"{{"time_s":{time},"measure":"{measure}","value":{},"limit":{}}}"#, alert.value, alert.limit)
        })?;
        f.write_str("]}")
    }
}

fn sample(f: &mut fmt::Formatter<'_>, sample: &Sample) -> fmt::Result {
    let Sample { time, live_frames, pools, heap_bytes, allocations, process_bytes, growth_per_minute } = sample;
    write!(f, r#"{{"time_s":{},"live_frames":{live_frames},"#, Seconds(*time))?;
    write!(f, r#""pool_objects":{},"pool_in_use":{},"pool_bytes":{},"#, pools.capacity, pools.in_use, pools.bytes)?;
    write!(f, r#""pool_allocations":{},"pool_overflow":{},"#, pools.allocations, pools.overflow)?;
    write!(f, r#""heap_bytes":{},"heap_allocations":{},"#, OrNull(*heap_bytes), allocations.steady)?;
    write!(f, r#""heap_opening_allocations":{},"#, allocations.opening)?;
    write!(f, r#""process_bytes":{},"growth_per_minute":{}}}"#, OrNull(*process_bytes), OrNull(*growth_per_minute))
}

fn pool(f: &mut fmt::Formatter<'_>, watched: &Watched) -> fmt::Result {
    let stats = &watched.latest;
    write!(f, r#"{{"name":{},"holds_frames":{},"#, Quoted(&watched.name), watched.holds_frames)?;
    write!(f, r#""capacity":{},"available":{},"in_use":{},"#, stats.capacity, stats.available, stats.in_use)?;
    write!(f, r#""peak_usage":{},"total_acquires":{},"#, stats.peak_usage, stats.total_acquires)?;
    write!(f, r#""total_releases":{},"allocations":{},"#, stats.total_releases, stats.allocations)?;
    write!(f, r#""overflow":{},"waits":{},"wait_time_s":{},"#, stats.overflow, stats.waits, Seconds(stats.wait_time))?;
    write!(f, r#""bytes":{}}}"#, stats.bytes)
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    items: impl Iterator<Item = T>,
    write: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.enumerate() {
        if index > 0 {
            f.write_char(',')?;
        }
        write(f, item)?;
    }
    Ok(())
}

struct Seconds(Duration);

impl Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0.as_secs(), self.0.subsec_micros())
    }
}

struct OrNull<T>(Option<T>);

impl<T: Display> Display for OrNull<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("null"),
        }
    }
}

/// A string as RFC 8259 has it.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                control if u32::from(control) < 0x20 => write!(f, "\\u{:04x}", u32::from(control))?,
                other => f.write_char(other)?,
            }
        }
        f.write_char('"')
    }
}
