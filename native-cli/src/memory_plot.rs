//! A monitor's samples as an SVG picture: bytes above, lent frames below, seconds along both.
//!
//! The colours of ink and paper follow the reader's light or dark scheme.

use millpond::memory::{Monitor, Sample};
use std::fmt::Write;

const HEIGHT: f64 = 500.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 836.0;
const MIB: f64 = (1u32 << 20) as f64;

const HEAD: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 500" width="860" height="500" role="img">
<title>Memory of the render over time</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.paper { fill: #ffffff } .grid { stroke: #d0d7de } .frame { stroke: #57606a } .grid, .frame { fill: none }
polyline, .key { fill: none; stroke-width: 1.8; stroke-linejoin: round }
.process { stroke: #0072b2 } .heap { stroke: #d55e00 } .pools { stroke: #008060 } .frames { stroke: #8b4fa8 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .paper { fill: #0d1117 } .grid { stroke: #30363d } .frame { stroke: #8b949e }
  .process { stroke: #56b4e9 } .heap { stroke: #ff9248 } .pools { stroke: #3fcf9f } .frames { stroke: #d2a8ff }
}
</style>
<rect class="paper" width="860" height="500"/>
"#;

/// A figure over time.
struct Line {
    name: &'static str,
    class: &'static str,
    of: fn(&Sample) -> Option<f64>,
}

const BYTES: [Line; 3] = [
    Line { name: "process", class: "process", of: |sample| Some(sample.process_bytes? as f64 / MIB) },
    Line { name: "Rust heap", class: "heap", of: |sample| Some(sample.heap_bytes? as f64 / MIB) },
    Line { name: "pools", class: "pools", of: |sample| Some(sample.pools.bytes as f64 / MIB) },
];
const FRAMES: [Line; 1] = [Line { name: "lent frames", class: "frames", of: |sample| Some(sample.live_frames as f64) }];

/// Draws what a monitor has seen.
pub(crate) fn svg(monitor: &Monitor) -> String {
    let samples: Vec<Sample> = monitor.samples().copied().collect();
    let mut out = String::from(HEAD);
    let seconds = Axis::over(samples.iter().map(|sample| sample.time.as_secs_f64()), false);
    Panel { lines: &BYTES, top: 46.0, bottom: 300.0, unit: "MiB", whole: false }.draw(&mut out, &samples, &seconds);
    Panel { lines: &FRAMES, top: 346.0, bottom: 446.0, unit: "frames", whole: true }.draw(&mut out, &samples, &seconds);
    let (middle, foot) = (f64::midpoint(LEFT, RIGHT), HEIGHT - 12.0);
    put(&mut out, format_args!(r#"<text x="{middle}" y="{foot}" text-anchor="middle">time (s)</text>"#));
    out.push_str("</svg>\n");
    out
}

/// A scale from 0 to a round number, with round steps.
struct Axis {
    step: f64,
    end: f64,
}

impl Axis {
    /// An axis for figures from 0 up; `whole` allows no steps below 1.
    fn over(figures: impl Iterator<Item = f64>, whole: bool) -> Axis {
        let most = figures.fold(0.0, f64::max);
        let most = if most > 0.0 { most } else { 1.0 };
        // The smallest of 1, 2, 5 times a power of ten that takes at most six steps.
        let mut power = if whole { 1.0 } else { 1e-3 };
        loop {
            for factor in [1.0, 2.0, 5.0] {
                let step = power * factor;
                if step * 6.0 >= most {
                    return Axis { step, end: (most / step).ceil() * step };
                }
            }
            power *= 10.0;
        }
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let count = (self.end / self.step).round() as u32;
        (0..=count).map(|tick| f64::from(tick) * self.step)
    }

    /// A figure on this axis as text: as many decimals as the steps have.
    fn label(&self, value: f64) -> String {
        let decimals = (0..3).find(|&digits| self.step * 10f64.powi(digits) >= 0.999).unwrap_or(3);
        format!("{value:.*}", usize::try_from(decimals).unwrap_or(0))
    }
}

/// One diagram.
struct Panel {
    lines: &'static [Line],
    top: f64,
    bottom: f64,
    unit: &'static str,
    whole: bool,
}

impl Panel {
    fn draw(&self, out: &mut String, samples: &[Sample], seconds: &Axis) {
        let Panel { lines, top, bottom, unit, .. } = *self;
        let figures = lines.iter().flat_map(|line| samples.iter().filter_map(line.of));
        let axis = Axis::over(figures, self.whole);
        let x = |value: f64| LEFT + value / seconds.end * (RIGHT - LEFT);
        let y = |value: f64| bottom - value / axis.end * (bottom - top);
        for value in axis.ticks() {
            let (at, text) = (y(value), axis.label(value));
            put(out, format_args!(r#"<path class="grid" d="M{LEFT} {at:.1}H{RIGHT}"/>"#));
            let base = at + 4.5;
            put(out, format_args!(r#"<text x="{:.0}" y="{base:.1}" text-anchor="end">{text}</text>"#, LEFT - 8.0));
        }
        for value in seconds.ticks() {
            let (at, text, base) = (x(value), seconds.label(value), bottom + 18.0);
            put(out, format_args!(r#"<path class="frame" d="M{at:.1} {bottom}v4"/>"#));
            put(out, format_args!(r#"<text x="{at:.1}" y="{base:.1}" text-anchor="middle">{text}</text>"#));
        }
        put(out, format_args!(r#"<path class="frame" d="M{LEFT} {top}V{bottom}H{RIGHT}"/>"#));
        let base = top - 14.0;
        put(out, format_args!(r#"<text x="{:.0}" y="{base}" text-anchor="end">{unit}</text>"#, LEFT - 8.0));
        let mut key = LEFT + 12.0;
        for line in lines {
            let Some(most) = samples.iter().filter_map(line.of).reduce(f64::max) else { continue };
            let Line { name, class, of } = line;
            let points: Vec<(f64, f64)> =
                samples.iter().filter_map(|sample| Some((x(sample.time.as_secs_f64()), y(of(sample)?)))).collect();
            out.push_str("<polyline class=\"");
            out.push_str(class);
            out.push_str("\" points=\"");
            for (x, y) in points {
                // Writing to a string does not fail.
                let _ = write!(out, "{x:.1},{y:.1} ");
            }
            out.push_str("\"/>\n");
            let peak = if self.whole { format!("{most:.0}") } else { format!("{most:.1}") };
            let (line, text) = (base - 4.5, key + 30.0);
            put(out, format_args!(r#"<path class="key {class}" d="M{key:.0} {line}h24"/>"#));
            put(out, format_args!(r#"<text x="{text:.0}" y="{base}">{name} (most: {peak})</text>"#));
            key += 210.0;
        }
    }
}

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers_above_the_figures() {
        for (most, whole, step, end) in [
            (0.0, false, 0.2, 1.0),
            (52.3, false, 10.0, 60.0),
            (0.013, false, 0.005, 0.015),
            (3.0, true, 1.0, 3.0),
            (17.0, true, 5.0, 20.0),
        ] {
            let axis = Axis::over([most].into_iter(), whole);
            assert!(
                (axis.step - step).abs() < 1e-9 && (axis.end - end).abs() < 1e-9,
                "{most}: {} {}",
                axis.step,
                axis.end
            );
            assert!(axis.ticks().count() <= 7);
        }
        assert_eq!(Axis::over([0.9].into_iter(), false).label(0.4), "0.4");
        assert_eq!(Axis::over([600.0].into_iter(), false).label(300.0), "300");
    }
}
