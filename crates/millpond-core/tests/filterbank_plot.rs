//! The plot on the page "Which log-mel do I need?" shows the filterbank as it is.
//!
//! To make it anew: `MILLPOND_WRITE_PLOT=1 cargo test -p millpond-core --test filterbank_plot`.

#![allow(clippy::unwrap_used, reason = "tests")]

use millpond_core::audio::{MelFilterbank, Profile};
use std::fmt::Write;

const PLOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/audio/filterbank.svg");

/// Every fourth band of `lipsync`: weight over frequency, one polyline each. No blank lines: it stands in Markdown.
fn plot() -> String {
    let config = Profile::Lipsync.config();
    let bank = MelFilterbank::new(&config).unwrap();
    let (width, height, left, bottom) = (720.0, 240.0, 40.0, 24.0);
    let highest = (0..bank.n_mels()).flat_map(|m| bank.band(m).unwrap().1).fold(0.0, |a: f32, &w| a.max(w));
    let x = |bin: usize| left + bin as f32 / (bank.n_bins() - 1) as f32 * (width - left - 10.0);
    let y = |weight: f32| height - bottom - weight / highest * (height - bottom - 10.0);

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" \
         aria-label=\"Weights of every fourth band of the lipsync filterbank over frequency\">\n\
         <g fill=\"none\" stroke-width=\"1.2\" stroke-linejoin=\"round\">\n"
    );
    for m in (0..bank.n_mels()).step_by(4) {
        let (first, weights) = bank.band(m).unwrap();
        let mut points = format!("{:.1},{:.1}", x(first.saturating_sub(1)), y(0.0));
        for (i, &weight) in weights.iter().enumerate() {
            write!(points, " {:.1},{:.1}", x(first + i), y(weight)).unwrap();
        }
        write!(points, " {:.1},{:.1}", x(first + weights.len()), y(0.0)).unwrap();
        let hue = 200 + m * 120 / bank.n_mels();
        writeln!(svg, "<polyline stroke=\"hsl({hue} 70% 50%)\" points=\"{points}\"/>").unwrap();
    }
    writeln!(svg, "<path stroke=\"gray\" d=\"M{left} 8V{:.1}H{:.1}\"/>\n</g>", y(0.0), width - 8.0).unwrap();
    svg.push_str("<g fill=\"gray\" font-family=\"sans-serif\" font-size=\"11\">\n");
    let nyquist = config.sample_rate_hz as usize / 2;
    for khz in 0..=8 {
        let at = x(khz * 1000 * (bank.n_bins() - 1) / nyquist);
        let unit = if khz == 8 { " kHz" } else { "" };
        writeln!(
            svg,
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"{}\">{khz}{unit}</text>",
            height - 8.0,
            if khz == 8 { "end" } else { "middle" }
        )
        .unwrap();
    }
    writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{highest:.3}</text>\n</g>\n</svg>",
        left - 3.0,
        y(highest) + 4.0
    )
    .unwrap();
    svg
}

#[test]
fn the_plot_is_that_of_the_filterbank() {
    if std::env::var_os("MILLPOND_WRITE_PLOT").is_some() {
        std::fs::write(PLOT, plot()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(PLOT).unwrap(), plot());
}
