//! The logo of the demo, drawn by code: a mill wheel over two ripples, on nothing (alpha 0), so that it also shows what
//! the compositor does with soft edges.
//!
//! Each pixel is the mean of 4 x 4 points; colour is not multiplied by alpha. Positions run from -1 to 1 over the picture.

use std::f64::consts::TAU;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use crate::failure::{Failure, Outcome};

/// Width and height in pixels.
const SIZE: u32 = 288;
const POINTS: u32 = 4;
const PADDLES: f64 = 8.0;

const WHEEL: [u8; 3] = [245, 239, 222];
const WATER: [u8; 3] = [64, 170, 214];

/// Writes the logo as an RGBA PNG.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn write(path: &Path) -> Outcome {
    let file = File::create(path).map_err(|e| Failure::io(path.display(), e))?;
    let mut encoder = png::Encoder::new(BufWriter::new(file), SIZE, SIZE);
    encoder.set_color(png::ColorType::Rgba);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels()));
    written.map_err(|e| Failure::CouldNotRun(format!("{}: {e}", path.display())))
}

fn pixels() -> Vec<u8> {
    let positions = (0..SIZE).flat_map(|y| (0..SIZE).map(move |x| (x, y)));
    positions.flat_map(|(x, y)| pixel(x, y)).collect()
}

fn pixel(x: u32, y: u32) -> [u8; 4] {
    let at = |pixel: u32, point: u32| 2.0 * f64::from(pixel * POINTS + point) / f64::from(SIZE * POINTS) - 1.0;
    let points = (0..POINTS).flat_map(|py| (0..POINTS).map(move |px| (px, py)));
    let mut sum = [0_u32; 3];
    let mut covered = 0_u32;
    for colour in points.filter_map(|(px, py)| colour(at(x, px), at(y, py))) {
        covered += 1;
        for (sum, part) in sum.iter_mut().zip(colour) {
            *sum += u32::from(part);
        }
    }
    let mean = |sum: u32| u8::try_from(sum / covered.max(1)).unwrap_or(u8::MAX);
    let alpha = u8::try_from(covered * 255 / (POINTS * POINTS)).unwrap_or(u8::MAX);
    [mean(sum[0]), mean(sum[1]), mean(sum[2]), alpha]
}

/// What covers a point, if anything does.
fn colour(x: f64, y: f64) -> Option<[u8; 3]> {
    for (level, reach) in [(0.62, 0.95), (0.84, 0.7)] {
        let wave = level + 0.035 * (x * 14.0).sin();
        if x.abs() < reach && (y - wave).abs() < 0.045 {
            return Some(WATER);
        }
    }
    // The wheel stands above the water.
    let (dx, dy) = (x, y + 0.2);
    let radius = dx.hypot(dy);
    let turn = (dy.atan2(dx) / TAU * PADDLES).rem_euclid(1.0) - 0.5;
    let beside_spoke = (turn / PADDLES * TAU).sin().abs() * radius;
    let rim = (0.52..0.6).contains(&radius);
    let hub = radius < 0.12;
    let spoke = radius < 0.56 && beside_spoke < 0.03;
    let paddle = (0.56..0.76).contains(&radius) && beside_spoke < 0.055;
    (rim || hub || spoke || paddle).then_some(WHEEL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solid_inside_and_clear_outside() {
        assert_eq!(pixel(0, 0)[3], 0);
        let hub = (SIZE / 2, (0.4 * f64::from(SIZE)) as u32);
        assert_eq!(pixel(hub.0, hub.1), [WHEEL[0], WHEEL[1], WHEEL[2], 255]);
        let soft = pixels().chunks_exact(4).filter(|p| (1..255).contains(&p[3])).count();
        assert!(soft > 1000, "{soft} soft pixels");
    }
}
