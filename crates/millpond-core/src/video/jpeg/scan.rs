//! The scan: MCU after MCU from samples to symbols, in runs of MCUs. A run is long, so that rows are read far enough for
//! the machine to fetch them ahead, and short enough for its coefficients to stay in the second cache.

use core::ops::Range;

use super::coder::{Sink, block, filler};
use super::dct::{self, Block};
use super::geometry::{Component, Geometry};
use super::quantise::Quantiser;
use super::source::{Run, Samples, Source};
use crate::Error;
use crate::simd::Level;
use crate::video::FrameView;

/// What the pictures have in common, and memory for a run's coefficients.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) geometry: Geometry,
    /// MCUs from one restart marker to the next; all of them without markers.
    pub(super) interval: usize,
    pub(super) level: Level,
    source: Source,
    quantisers: [Quantiser; 2],
    /// Component by component, row of blocks by row of blocks.
    blocks: Vec<Block>,
    nonzero: Vec<u64>,
}

impl Scan {
    /// Allocates. A restart interval of 0 is that of the whole picture.
    pub(super) fn new(geometry: Geometry, source: Source, quantisers: [Quantiser; 2], restart_interval: usize) -> Scan {
        let all = geometry.mcus();
        let blocks =
            geometry.run * geometry.components().iter().map(|component| component.h * component.v).sum::<usize>();
        Scan {
            interval: if restart_interval == 0 { all } else { restart_interval.min(all) },
            geometry,
            level: Level::best(),
            source,
            quantisers,
            blocks: vec![Block::ZERO; blocks],
            nonzero: vec![0; blocks],
        }
    }

    /// Restart intervals of the picture.
    pub(super) fn intervals(&self) -> usize {
        self.geometry.mcus().div_ceil(self.interval)
    }

    /// Codes restart intervals, each but the picture's last with the marker that ends it.
    ///
    /// # Errors
    /// None for a picture of the format and size that the source was made for.
    pub(super) fn code(
        &mut self,
        picture: &FrameView<'_>,
        intervals: Range<usize>,
        sink: &mut impl Sink,
    ) -> Result<(), Error> {
        let all = self.geometry.mcus();
        for interval in intervals {
            let end = all.min((interval + 1) * self.interval);
            let mut mcu = interval * self.interval;
            let mut before = [0; 3];
            while mcu < end {
                let (row, first) = (mcu / self.geometry.mcus_x, mcu % self.geometry.mcus_x);
                let last = self.geometry.mcus_x.min(first + self.geometry.run.min(end - mcu));
                let run = Run { row, first, last };
                self.transform(picture, run)?;
                self.put(run, &mut before, sink);
                mcu += last - first;
            }
            if end < all {
                sink.restart(interval);
            }
        }
        Ok(())
    }

    /// Makes the coefficients of a run.
    fn transform(&mut self, picture: &FrameView<'_>, run: Run) -> Result<(), Error> {
        let samples = self.source.samples(self.level, picture, &self.geometry, run)?;
        let mut at = 0;
        for (component, samples) in self.geometry.components().iter().zip(samples) {
            let count = component.blocks_x.min(run.last * component.h) - run.first * component.h;
            for down in 0..component.v {
                if run.row * component.v + down < component.blocks_y {
                    let (blocks, nonzero) = (&mut self.blocks[at..at + count], &mut self.nonzero[at..at + count]);
                    let quantiser = &self.quantisers[component.table];
                    row_of_blocks(self.level, samples, 8 * down, quantiser, blocks, nonzero);
                }
                at += self.geometry.run * component.h;
            }
        }
        Ok(())
    }

    /// Codes a run.
    fn put(&self, run: Run, before: &mut [i16; 3], sink: &mut impl Sink) {
        for mcu in run.first..run.last {
            let mut at = 0;
            for (component, before) in self.geometry.components().iter().zip(&mut *before) {
                let &Component { h, v, blocks_x, blocks_y, table } = component;
                for down in 0..v {
                    let is_row = run.row * v + down < blocks_y;
                    let start = at + (mcu - run.first) * h;
                    for across in 0..h {
                        if is_row && mcu * h + across < blocks_x {
                            let index = start + across;
                            block(sink, table, &self.blocks[index], self.nonzero[index], before);
                        } else {
                            filler(sink, table);
                        }
                    }
                    at += self.geometry.run * h;
                }
            }
        }
    }
}

/// Transforms the blocks whose first row is `down` rows below the first of `samples`.
fn row_of_blocks(
    level: Level,
    samples: Samples<'_>,
    down: usize,
    quantiser: &Quantiser,
    blocks: &mut [Block],
    nonzero: &mut [u64],
) {
    let plane = samples.plane;
    let rows: [&[u8]; 8] =
        core::array::from_fn(|y| &plane.row((samples.y + down + y).min(plane.rows() - 1))[samples.x..]);
    let whole = (rows[0].len() / 8).min(blocks.len());
    dct::forward(level, &rows, quantiser, &mut blocks[..whole], &mut nonzero[..whole]);
    if whole < blocks.len() {
        // The last column goes on to the end of the block.
        let edge = rows.map(|row| {
            let row = &row[8 * whole..];
            let mut samples = [row.last().copied().unwrap_or(0); 8];
            samples[..row.len()].copy_from_slice(row);
            samples
        });
        let rows = core::array::from_fn(|y| &edge[y][..]);
        dct::forward(level, &rows, quantiser, &mut blocks[whole..], &mut nonzero[whole..]);
    }
}
