//! The monitor against pools, against the grammars of its exports, and without an allocation a sample.
//!
//! The counters are those of the whole process, so this runs without the test harness, whose own thread allocates.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_core::memory::{self, CountingAllocator, History, Measure, Monitor, Thresholds};
use millpond_core::pool::{Exhausted, Pool, PoolConfig, PoolStats};
use millpond_core::video::{FrameLayout, FramePool, PixelFormat};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const MIB: u64 = 1 << 20;

fn main() {
    let tests: [(&str, fn()); 7] = [
        ("figures are those of the pools and the heap", figures),
        ("an alert comes once a crossing", alerts),
        ("a watched pool is not kept alive", lifetime),
        ("sampling does not allocate", steady),
        ("JSON is JSON and has the figures", json),
        ("Prometheus text follows its format", prometheus),
        ("growth that is too fast is told", growth),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
    println!("\ntest result: ok. {} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out", tests.len());
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn frames(capacity: usize) -> FramePool {
    let layout = FrameLayout::aligned(PixelFormat::Gray8, 64, 64).unwrap();
    FramePool::frames(layout, PoolConfig::fixed(capacity).exhausted(Exhausted::Allocate)).unwrap()
}

fn figures() {
    let mut monitor = Monitor::new(Thresholds::default(), History::Latest(8)).unwrap();
    let (pictures, packets) = (frames(3), Pool::new(PoolConfig::fixed(2), || vec![0u8; 1000]).unwrap());
    monitor.watch_frames("pictures", pictures.observer());
    monitor.watch("packets", packets.observer());
    let held = [pictures.acquire().unwrap(), pictures.acquire().unwrap()];
    let packet = packets.acquire().unwrap();
    let before = monitor.sample(seconds(1));
    let block = vec![1u8; 3 * MIB as usize];
    let after = monitor.sample(seconds(2));
    assert_eq!((before.live_frames, before.pools.in_use, before.pools.capacity), (2, 3, 5));
    assert_eq!(before.pools.bytes, pictures.stats().bytes + packets.stats().bytes);
    assert!(before.pools.bytes >= 3 * 4096 + 2000);
    assert_eq!(after.heap_bytes.unwrap() - before.heap_bytes.unwrap(), 3 * MIB);
    assert_eq!(after.allocations.steady - before.allocations.steady, 1);
    drop((held, packet, block));
    let last = monitor.sample(seconds(3));
    assert_eq!((last.live_frames, last.heap_bytes), (0, before.heap_bytes));
    let peaks = monitor.peaks();
    assert_eq!((peaks.live_frames, peaks.heap_bytes), (2, after.heap_bytes));
    // A block that grows counts with its new size, one that shrinks too.
    let mut growing: Vec<u8> = Vec::with_capacity(1000);
    growing.reserve_exact(5000);
    assert_eq!(memory::heap_bytes().unwrap() - last.heap_bytes.unwrap(), 5000);
    growing.shrink_to(100);
    assert_eq!(memory::heap_bytes().unwrap() - last.heap_bytes.unwrap(), 100);
    let names: Vec<&str> = monitor.pools().map(|(name, _)| name).collect();
    assert_eq!(names, ["pictures", "packets"]);
    assert_eq!(monitor.samples().map(|sample| sample.time.as_secs()).collect::<Vec<_>>(), [1, 2, 3]);
    // A clock that goes back is held.
    assert_eq!(monitor.sample(seconds(1)).time, seconds(3));
}

fn alerts() {
    let mut monitor = Monitor::new(Thresholds::default(), History::Latest(8)).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    monitor.on_alert(move |alert| listener.lock().unwrap().push((alert.time.as_secs(), alert.value)));
    let in_use = Arc::new(Mutex::new(0));
    let figure = Arc::clone(&in_use);
    monitor.watch_frames("server", move || {
        let mut stats = PoolStats::default();
        stats.in_use = *figure.lock().unwrap();
        Some(stats)
    });
    // A hundred is allowed; 91 is not far enough below to arm it again, 90 is.
    for (second, value) in [100, 101, 150, 95, 101, 91, 101, 90, 101, 0, 500].into_iter().enumerate() {
        *in_use.lock().unwrap() = value;
        monitor.sample(seconds(second as u64));
    }
    assert_eq!(*told.lock().unwrap(), [(1, 101), (8, 101), (10, 500)]);
    let kept: Vec<_> = monitor.alerts().map(|alert| (alert.measure, alert.value, alert.limit)).collect();
    assert_eq!(kept, [101, 101, 500].map(|value| (Measure::LiveFrames, value, 100)));
    assert_eq!(monitor.alerts().next().unwrap().to_string(), "live_frames is 101, over 100, at 1.000 s");
    // However many there are, 64 are kept.
    for second in 0..200 {
        *in_use.lock().unwrap() = if second % 2 == 0 { 0 } else { 1000 + second };
        monitor.sample(seconds(100 + second as u64));
    }
    assert_eq!(monitor.alerts().count(), 64);
    assert_eq!(monitor.alerts().last().unwrap().value, 1199);
}

fn lifetime() {
    let mut monitor = Monitor::new(Thresholds::default(), History::Latest(8)).unwrap();
    let pool = frames(2);
    monitor.watch_frames("pool", pool.observer());
    monitor.watch("pool", || None);
    assert_eq!(monitor.pools().map(|(name, _)| name.to_owned()).collect::<Vec<_>>(), ["pool", "pool 2"]);
    let held = pool.acquire().unwrap();
    drop(pool);
    // The last handle is gone, so the pool is closed; a frame that is out still counts.
    let sample = monitor.sample(seconds(1));
    assert_eq!((sample.live_frames, sample.pools.capacity), (1, 1));
    assert_eq!(monitor.pools().count(), 1, "the one that ended is gone");
    drop(held);
    let sample = monitor.sample(seconds(2));
    assert_eq!((sample.live_frames, sample.pools.bytes, sample.pools.total_releases), (0, 0, 1));
    monitor.sample(seconds(3));
    assert_eq!(monitor.pools().count(), 0);
    // A history of the whole time has the last figures of what has ended.
    let mut monitor = Monitor::new(Thresholds::default(), History::Whole(8)).unwrap();
    monitor.watch_frames("pool", frames(2).observer());
    for second in 0..3 {
        monitor.sample(seconds(second));
    }
    assert_eq!(monitor.pools().map(|(_, stats)| (stats.capacity, stats.allocations)).collect::<Vec<_>>(), [(0, 2)]);
}

fn steady() {
    for history in [History::Latest(16), History::Whole(16)] {
        let thresholds = Thresholds {
            pool_bytes: Some(1),
            heap_bytes: Some(1),
            process_bytes: Some(1),
            growth_per_minute: Some(1),
            ..Thresholds::default()
        };
        let mut monitor = Monitor::new(thresholds, history).unwrap();
        let pool = frames(2);
        monitor.watch_frames("pool", pool.observer());
        let before = memory::counts();
        for second in 0..200 {
            let _frame = pool.acquire().unwrap();
            monitor.sample(seconds(second * 7));
        }
        assert_eq!(memory::counts(), before, "{history:?}");
        assert!(monitor.alerts().count() >= 3);
    }
}

fn json() {
    let mut monitor =
        Monitor::new(Thresholds { live_frames: Some(0), ..Thresholds::default() }, History::Latest(3)).unwrap();
    let pool = frames(2);
    monitor.watch_frames("odd \"name\"\\\n\u{1}é", pool.observer());
    let _held = pool.acquire().unwrap();
    for second in 0..5 {
        monitor.sample(Duration::from_millis(second * 1500));
    }
    let value: serde_json::Value = serde_json::from_str(&monitor.json().to_string()).unwrap();
    assert_eq!((value["format"].as_str(), value["version"].as_u64()), (Some("millpond-memory"), Some(1)));
    let samples = value["samples"].as_array().unwrap();
    assert_eq!(samples.iter().map(|sample| sample["time_s"].as_f64().unwrap()).collect::<Vec<_>>(), [3.0, 4.5, 6.0]);
    let last = monitor.samples().last().unwrap();
    let sample = &samples[2];
    assert_eq!(sample["live_frames"], 1);
    assert_eq!(sample["pool_bytes"], last.pools.bytes);
    assert_eq!(sample["heap_bytes"].as_u64(), last.heap_bytes);
    assert_eq!(sample["heap_allocations"].as_u64(), Some(last.allocations.steady));
    assert_eq!(sample["process_bytes"].as_u64(), last.process_bytes);
    assert!(sample["growth_per_minute"].is_null());
    let described = &value["pools"][0];
    assert_eq!(described["name"], "odd \"name\"\\\n\u{1}é");
    assert_eq!(
        (&described["holds_frames"], &described["in_use"], &described["capacity"]),
        (&true.into(), &1.into(), &2.into())
    );
    let alert = &value["alerts"][0];
    assert_eq!((alert["time_s"].as_f64(), &alert["measure"]), (Some(0.0), &"live_frames".into()));
    assert_eq!((alert["value"].as_u64(), alert["limit"].as_u64()), (Some(1), Some(0)));
    assert_eq!(value["peaks"]["live_frames"], 1);
    let empty = Monitor::new(Thresholds::default(), History::Latest(2)).unwrap().json().to_string();
    serde_json::from_str::<serde_json::Value>(&empty).unwrap();
}

/// The rules of <https://prometheus.io/docs/instrumenting/exposition_formats/>: lines end in a line feed, HELP and TYPE
/// once a metric and before its samples, lines of a metric together, names `[a-zA-Z_:][a-zA-Z0-9_:]*`, values as Go's
/// `ParseFloat` reads them, every combination of name and labels once.
fn prometheus() {
    let mut monitor = Monitor::new(Thresholds::default(), History::Latest(3)).unwrap();
    assert_eq!(monitor.prometheus().to_string(), "");
    let (pictures, packets) = (frames(2), Pool::new(PoolConfig::fixed(2), || vec![0u8; 10]).unwrap());
    let odd = "a \"b\"\\c\nd{e=\"f\"}";
    monitor.watch_frames("pictures", pictures.observer());
    monitor.watch(odd, packets.observer());
    monitor.watch("pictures", packets.observer());
    let _held = pictures.acquire().unwrap();
    let sample = monitor.sample(seconds(4));
    let text = monitor.prometheus().to_string();
    assert!(text.ends_with('\n') && !text.contains('\r') && !text.contains("\n\n"));
    let (mut kinds, mut helped, mut seen) = (HashMap::new(), HashSet::new(), HashMap::new());
    let mut current = String::new();
    let is_name = |name: &str| {
        let mut characters = name.chars();
        characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == ':')
            && characters.all(|other| other.is_ascii_alphanumeric() || other == '_' || other == ':')
    };
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && !help.is_empty() && helped.insert(name.to_owned()), "{line}");
            name.clone_into(&mut current);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, current, "TYPE stands with its HELP");
            assert!(["counter", "gauge"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none());
        } else {
            let end = line.find(['{', ' ']).unwrap();
            let (name, rest) = line.split_at(end);
            assert_eq!(name, current, "samples stand below their TYPE");
            let (label, value) = match rest.strip_prefix("{pool=\"") {
                Some(rest) => {
                    let (label, value) = unescaped(rest);
                    (Some(label), value.strip_prefix('}').unwrap())
                }
                None => (None, rest),
            };
            let value: f64 = value.strip_prefix(' ').unwrap().parse().unwrap();
            assert!(seen.insert((name.to_owned(), label), value).is_none(), "{line}");
        }
    }
    assert_eq!(kinds.len(), helped.len());
    let value = |name: &str, pool: Option<&str>| seen[&(name.to_owned(), pool.map(str::to_owned))];
    assert_eq!(value("millpond_live_frames", None), 1.0);
    assert_eq!(value("millpond_process_bytes", None), sample.process_bytes.unwrap() as f64);
    assert_eq!(value("millpond_pool_in_use", Some("pictures")), 1.0);
    assert_eq!(value("millpond_pool_in_use", Some("pictures 2")), 0.0);
    assert_eq!(value("millpond_pool_bytes", Some(odd)), packets.stats().bytes as f64);
    assert_eq!(kinds["millpond_pool_wait_seconds_total"], "counter");
}

/// The label value up to its closing quote, and what follows.
fn unescaped(text: &str) -> (String, &str) {
    let (mut value, mut characters) = (String::new(), text.char_indices());
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.push(match characters.next().unwrap().1 {
                'n' => '\n',
                other @ ('\\' | '"') => other,
                other => panic!("\\{other} is no escape"),
            }),
            other => value.push(other),
        }
    }
    panic!("no closing quote in {text}")
}

fn growth() {
    let thresholds = Thresholds { growth_per_minute: Some(8 * MIB), live_frames: None, ..Thresholds::default() };
    let mut monitor = Monitor::new(thresholds, History::Latest(100)).unwrap();
    monitor.sample(seconds(0));
    assert_eq!(monitor.sample(seconds(59)).growth_per_minute, None);
    let leaked = vec![1u8; 32 * MIB as usize];
    let sample = monitor.sample(seconds(60));
    assert!(sample.growth_per_minute.unwrap() >= 24 * MIB as i64, "{sample:?}");
    assert_eq!(monitor.alerts().map(|alert| alert.measure).collect::<Vec<_>>(), [Measure::GrowthPerMinute]);
    assert_eq!(leaked[7], 1);
}
