//! How a picture divides into MCUs and blocks (T.81, A.1 and A.2).

use super::Subsampling;
use crate::Error;
use crate::video::MAX_SIDE;

/// One component of the scan.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Component {
    /// Blocks of an MCU, across and down: the sampling factors.
    pub(super) h: usize,
    pub(super) v: usize,
    /// Blocks that hold samples, across and down. The rest of the last MCUs only fills up.
    pub(super) blocks_x: usize,
    pub(super) blocks_y: usize,
    /// Which tables: 0 for luma, 1 for chroma.
    pub(super) table: usize,
}

/// A picture's division.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Pixels of an MCU.
    pub(super) mcu_width: usize,
    pub(super) mcu_height: usize,
    /// MCUs across and down.
    pub(super) mcus_x: usize,
    pub(super) mcus_y: usize,
    /// MCUs that are coded together at most.
    pub(super) run: usize,
    components: [Component; 3],
    count: usize,
}

/// The longest run: a row of MCUs of a 2048 pixels wide picture.
const RUN: usize = 128;

impl Geometry {
    /// # Errors
    /// [`Error::BadSize`] if a side is 0 or over [`MAX_SIDE`].
    pub(super) fn new(width: u32, height: u32, subsampling: Subsampling) -> Result<Geometry, Error> {
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return Err(Error::BadSize { width, height, max: MAX_SIDE });
        }
        let (h, v) = subsampling.factors();
        let (h, v) = (h as usize, v as usize);
        let count = if subsampling == Subsampling::Gray { 1 } else { 3 };
        let (width, height) = (width as usize, height as usize);
        let component = |h_own: usize, v_own: usize, table| Component {
            h: h_own,
            v: v_own,
            blocks_x: (width * h_own).div_ceil(8 * h),
            blocks_y: (height * v_own).div_ceil(8 * v),
            table,
        };
        let (mcu_width, mcu_height) = (8 * h, 8 * v);
        Ok(Geometry {
            width,
            height,
            mcu_width,
            mcu_height,
            mcus_x: width.div_ceil(mcu_width),
            mcus_y: height.div_ceil(mcu_height),
            run: width.div_ceil(mcu_width).min(RUN),
            components: [component(h, v, 0), component(1, 1, 1), component(1, 1, 1)],
            count,
        })
    }

    /// One component or three: luma, Cb, Cr.
    pub(super) fn components(&self) -> &[Component] {
        &self.components[..self.count]
    }

    /// MCUs of the picture.
    pub(super) fn mcus(&self) -> usize {
        self.mcus_x * self.mcus_y
    }
}
