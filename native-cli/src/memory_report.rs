//! `millpond render --memory-report FILE`: how memory went over time, as JSON in FILE and as a picture beside it.
//!
//! FILE holds what `millpond::memory::Json` describes; the picture has the same name with the extension `svg`. Both
//! appear when the render is done. Sampling does not allocate, so the render's own figure stays what it is.

use crate::failure::Failure;
use crate::memory_plot;
use millpond::ffmpeg::{AsideFile, Sampler, SharedMonitor};
use millpond::memory::{History, Monitor, Thresholds};
use std::path::Path;
use std::time::Duration;

/// Ten samples a second at first; when there are this many, half as many from then on, and so forth.
const INTERVAL: Duration = Duration::from_millis(100);
const SAMPLES: usize = 2048;

/// A report that is being made.
pub(crate) struct MemoryReport {
    monitor: SharedMonitor,
    sampler: Sampler,
    json: AsideFile,
    plot: AsideFile,
}

impl MemoryReport {
    /// Opens both files and begins to sample.
    pub(crate) fn start(path: &Path) -> Result<MemoryReport, Failure> {
        let beside = path.with_extension("svg");
        if beside == path {
            let message = format!("the memory report is JSON, its picture gets the name: {}", path.display());
            return Err(Failure::new(2, "E_USAGE", message));
        }
        let (json, plot) = (AsideFile::create(path)?, AsideFile::create(&beside)?);
        let monitor = SharedMonitor::new(Monitor::new(Thresholds::default(), History::Whole(SAMPLES))?);
        let sampler = Sampler::start(&monitor, INTERVAL)?;
        Ok(MemoryReport { monitor, sampler, json, plot })
    }

    /// Who is to be told of the pools.
    pub(crate) fn monitor(&self) -> SharedMonitor {
        self.monitor.clone()
    }

    /// Takes the last sample and writes both files.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        self.sampler.stop();
        let monitor = self.monitor.lock();
        self.json.write(format!("{}\n", monitor.json()).as_bytes())?;
        self.plot.write(memory_plot::svg(&monitor).as_bytes())?;
        Ok(())
    }
}
