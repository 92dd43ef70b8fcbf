//! `Monitor`: memory over time, sampled when the page says so.

use crate::errors;
use crate::{FramePool, SamplePool, TensorPool};
use core::time::Duration;
use millpond_core::memory::{self, History, Sample, Thresholds};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use wasm_bindgen::prelude::*;

/// Samples pools, heap and wasm memory.
#[wasm_bindgen]
pub struct Monitor {
    inner: memory::Monitor,
    last: Sample,
    /// Alerts of the last sample.
    told: Arc<AtomicU32>,
}

#[wasm_bindgen]
impl Monitor {
    /// A monitor that keeps the latest `samples` samples. A threshold that is NaN is none.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        samples: u32,
        live_frames: f64,
        pool_bytes: f64,
        heap_bytes: f64,
        wasm_bytes: f64,
        growth_per_minute: f64,
    ) -> Result<Monitor, JsValue> {
        let limit = |value: f64| (!value.is_nan()).then_some(value as u64);
        let thresholds = Thresholds {
            live_frames: limit(live_frames),
            pool_bytes: limit(pool_bytes),
            heap_bytes: limit(heap_bytes),
            process_bytes: limit(wasm_bytes),
            growth_per_minute: limit(growth_per_minute),
        };
        let mut inner = memory::Monitor::new(thresholds, History::Latest(samples as usize)).map_err(errors::core)?;
        let told = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&told);
        inner.on_alert(move |_| {
            counter.fetch_add(1, Relaxed);
        });
        Ok(Monitor { inner, last: Sample::default(), told })
    }

    /// Watches a pool of pictures, whose lent ones count as live frames.
    #[wasm_bindgen(js_name = watchFrames)]
    pub fn watch_frames(&mut self, name: &str, pool: &FramePool) {
        self.inner.watch_frames(name, pool.lending.pool.observer());
    }

    /// Watches a pool of blocks of PCM.
    #[wasm_bindgen(js_name = watchSamples)]
    pub fn watch_samples(&mut self, name: &str, pool: &SamplePool) {
        self.inner.watch(name, pool.lending.pool.observer());
    }

    /// Watches a pool of tensors.
    #[wasm_bindgen(js_name = watchTensors)]
    pub fn watch_tensors(&mut self, name: &str, pool: &TensorPool) {
        self.inner.watch(name, pool.lending.pool.observer());
    }

    /// Reads all figures at a time in milliseconds and returns how many thresholds were crossed.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn sample(&mut self, now_ms: f64) -> u32 {
        self.told.store(0, Relaxed);
        let now = Duration::try_from_secs_f64(now_ms / 1000.0).unwrap_or_default();
        self.last = self.inner.sample(now);
        self.told.load(Relaxed)
    }

    /// A figure of the last sample, in the order of `MemorySample` in TypeScript; NaN if it is not known.
    pub fn figure(&self, figure: u32) -> f64 {
        let sample = &self.last;
        match figure {
            0 => sample.time.as_secs_f64() * 1000.0,
            1 => sample.live_frames as f64,
            2 => sample.pools.bytes as f64,
            3 => sample.heap_bytes.map_or(f64::NAN, |bytes| bytes as f64),
            4 => sample.process_bytes.map_or(f64::NAN, |bytes| bytes as f64),
            5 => sample.growth_per_minute.map_or(f64::NAN, |bytes| bytes as f64),
            _ => f64::NAN,
        }
    }

    /// The text of one of the last sample's alerts: `measure value limit`.
    pub fn alert(&self, index: u32) -> Option<String> {
        let told = self.told.load(Relaxed) as usize;
        let first = self.inner.alerts().count().checked_sub(told)?;
        let alert = self.inner.alerts().nth(first + index as usize)?;
        Some(format!("{} {} {}", alert.measure.name(), alert.value, alert.limit))
    }

    /// Everything as JSON.
    pub fn json(&self) -> String {
        self.inner.json().to_string()
    }

    /// The last sample in the text format of Prometheus.
    pub fn prometheus(&self) -> String {
        self.inner.prometheus().to_string()
    }
}
