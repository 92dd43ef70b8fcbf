//! The components of a picture after it is set upright: which samples they have and on which grid.
//!
//! A picture that needs no turn is read where it lies. One that does is copied into scratch planes first, sample by
//! sample, ten bits taken to eight; chroma sits where the turn puts it.

use super::{PictureSpec, Placement};
use crate::simd::Level;
use crate::video::format::shifted;
use crate::video::resize::{Axis, Filter, Grid, Mapping, PlaneResize, RgbaResize, Samples};
use crate::video::{FrameView, PixelFormat, Plane};

/// Luma, Cb, Cr, alpha.
pub(super) const Y: usize = 0;
pub(super) const U: usize = 1;
pub(super) const V: usize = 2;
pub(super) const A: usize = 3;

/// How layers are resampled.

/// One component of the upright picture.
#[derive(Clone, Copy, Debug)]
struct Component {
    /// Samples in a row, and rows.
    size: (usize, usize),
    grid: (Grid, Grid),
}

/// The components of a layer's pictures, and scratch for turning them.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) picture: PictureSpec,
    filter: Filter,
    level: Level,
    components: [Option<Component>; 4],
    /// Per component the turned samples; empty where nothing turns.
    turned: [Vec<u8>; 4],
    row: Vec<u8>,
}

impl Source {
    pub(super) fn new(picture: &PictureSpec, filter: Filter, level: Level) -> Source {
        let (right, down) = picture.format.chroma_shift();
        let (width, height) = (picture.width, picture.height);
        let grid = |halved: bool, siting: crate::video::Siting| {
            if halved { Grid::Halved(siting.half_samples()) } else { Grid::Full }
        };
        let full = Component { size: (width as usize, height as usize), grid: (Grid::Full, Grid::Full) };
        let chroma = Component {
            size: (shifted(width, right) as usize, shifted(height, down) as usize),
            grid: (grid(right > 0, picture.siting.horizontal), grid(down > 0, picture.siting.vertical)),
        };
        let has_chroma = picture.format.planes() > 1;
        let stored = [
            Some(full),
            has_chroma.then_some(chroma),
            has_chroma.then_some(chroma),
            (picture.format == PixelFormat::I420A).then_some(full),
        ];
        let turns = picture.turns % 4;
        let components = stored.map(|stored| stored.map(|component| component.turn(turns, width, height)));
        let bytes = if picture.format.is_rgb() { picture.format.sample_bytes(0) } else { 1 };
        let turned = components.map(|component| match component {
            Some(Component { size: (width, height), .. }) if turns != 0 => vec![0; width * height * bytes],
            _ => Vec::new(),
        });
        let row = if turns == 0 { Vec::new() } else { vec![0; width as usize * bytes] };
        Source { picture: PictureSpec { turns, ..*picture }, filter, level, components, turned, row }
    }

    pub(super) fn is_rgb(&self) -> bool {
        self.picture.format.is_rgb()
    }

    pub(super) fn has(&self, component: usize) -> bool {
        self.components[component].is_some()
    }

    /// Whether the planes of the picture are those of a canvas of this format, so that rows can be used where they lie.
    pub(super) fn has_planes_of(&self, canvas: PixelFormat) -> bool {
        let planar = matches!(self.picture.format, PixelFormat::I420 | PixelFormat::Yv12 | PixelFormat::I420A);
        let same = if canvas == PixelFormat::Nv12 { self.picture.format == PixelFormat::Nv12 } else { planar };
        self.picture.turns == 0 && same
    }

    /// The axes that take `component` to samples `range` of a canvas plane with `grid`.
    fn axes(&self, component: usize, placement: &Placement, target: [(Grid, std::ops::Range<usize>); 2]) -> [Axis; 2] {
        let Some(Component { size, grid }) = self.components[component] else {
            unreachable!("planned only for components that the picture has")
        };
        let [horizontal, vertical] = target;
        let axis = |span, source_len, source_grid, target_start: i32, target_len, (target_grid, range)| {
            let target_start = i64::from(target_start);
            let mapping = Mapping { span, source_len, source_grid, target_start, target_len, target_grid };
            Axis::new(&mapping, self.filter, range)
        };
        let rect = placement.target;
        [
            axis(placement.source_x, size.0, grid.0, rect.x, rect.width, horizontal),
            axis(placement.source_y, size.1, grid.1, rect.y, rect.height, vertical),
        ]
    }

    /// Plans one component of a Y'CbCr picture.
    pub(super) fn plan(
        &self,
        component: usize,
        placement: &Placement,
        target: [(Grid, std::ops::Range<usize>); 2],
    ) -> PlaneResize {
        let [x, y] = self.axes(component, placement, target);
        PlaneResize::new(x, y, 1, self.filter).with_level(self.level)
    }

    /// First column and row of an RGBA picture that can be used where it lies: one whose pixels would only be copied.
    pub(super) fn untouched_rgba(
        &self,
        placement: &Placement,
        target: [(Grid, std::ops::Range<usize>); 2],
    ) -> Option<(usize, usize)> {
        if self.picture.turns != 0 || self.picture.format != PixelFormat::Rgba8 {
            return None;
        }
        let [x, y] = self.axes(Y, placement, target);
        (x.is_identity() && y.is_identity()).then(|| (x.at(0).0, y.at(0).0))
    }

    /// Plans an RGBA picture.
    pub(super) fn plan_rgba(&self, placement: &Placement, target: [(Grid, std::ops::Range<usize>); 2]) -> RgbaResize {
        let [x, y] = self.axes(Y, placement, target);
        RgbaResize::new(x, y, self.picture.format, self.filter).with_level(self.level)
    }

    /// Turns `picture` into the scratch planes, if it must be turned. Call once a picture, before the samples.
    pub(super) fn turn(&mut self, picture: &FrameView<'_>) {
        let turns = self.picture.turns;
        if turns == 0 {
            return;
        }
        for component in [Y, U, V, A] {
            let Some(upright) = self.components[component] else { continue };
            let out = &mut self.turned[component];
            if self.picture.format.is_rgb() {
                let plane = picture.plane(0);
                for y in 0..plane.rows() {
                    let row = plane.row(y);
                    if self.picture.format.has_alpha() {
                        scatter(row.as_chunks::<4>().0, out.as_chunks_mut::<4>().0, turns, y, upright.size);
                    } else {
                        scatter(row.as_chunks::<3>().0, out.as_chunks_mut::<3>().0, turns, y, upright.size);
                    }
                }
            } else {
                let samples = stored_samples(picture, component);
                let (width, height) = upright.size;
                let (len, rows) = if turns == 2 { (width, height) } else { (height, width) };
                for y in 0..rows {
                    scatter(samples.row(y, &mut self.row[..len]), out, turns, y, upright.size);
                }
            }
        }
    }

    /// The samples of one component of the upright picture.
    pub(super) fn samples<'a>(&'a self, picture: &FrameView<'a>, component: usize) -> Samples<'a> {
        match (self.picture.turns, self.components[component]) {
            (0, _) | (_, None) => stored_samples(picture, component),
            (_, Some(upright)) => Samples::Eight(Plane::packed(&self.turned[component], upright.size.0)),
        }
    }

    /// The pixels of an upright R'G'B' picture.
    pub(super) fn pixels<'a>(&'a self, picture: &FrameView<'a>) -> Plane<'a> {
        match (self.picture.turns, self.components[Y]) {
            (0, _) | (_, None) => picture.plane(0),
            (_, Some(upright)) => Plane::packed(&self.turned[Y], upright.size.0 * self.picture.format.sample_bytes(0)),
        }
    }
}

impl Component {
    /// The component after `turns` clockwise quarter turns of a picture of `width` by `height` pixels.
    fn turn(self, turns: u8, width: u32, height: u32) -> Component {
        let Component { size: (w, h), grid: (x, y) } = self;
        match turns {
            0 => self,
            1 => Component { size: (h, w), grid: (y.mirrored(height), x) },
            2 => Component { size: (w, h), grid: (x.mirrored(width), y.mirrored(height)) },
            _ => Component { size: (h, w), grid: (y, x.mirrored(width)) },
        }
    }
}

/// Puts stored row `y` where `turns` clockwise quarter turns take it; `width`, `height` are those of the result.
fn scatter<T: Copy>(row: &[T], out: &mut [T], turns: u8, y: usize, (width, height): (usize, usize)) {
    for (x, &sample) in row.iter().enumerate() {
        let (x, y) = match turns {
            1 => (width - 1 - y, x),
            2 => (width - 1 - x, height - 1 - y),
            _ => (y, height - 1 - x),
        };
        out[y * width + x] = sample;
    }
}

/// The plane of a planar format that holds `component`.
pub(super) fn plane_of(format: PixelFormat, component: usize) -> usize {
    match (format.chroma_planes(), component) {
        (Some([cb, _]), U) => cb,
        (Some([_, cr]), V) => cr,
        _ => component,
    }
}

/// The samples of one component of a Y'CbCr picture as it is stored.
pub(in crate::video) fn stored_samples<'a>(picture: &FrameView<'a>, component: usize) -> Samples<'a> {
    match (picture.format(), component) {
        (PixelFormat::Nv12, U) => Samples::Pairs { plane: picture.plane(1), offset: 0 },
        (PixelFormat::Nv12, V) => Samples::Pairs { plane: picture.plane(1), offset: 1 },
        (PixelFormat::P010, Y) => Samples::HighTen(picture.plane(0)),
        (PixelFormat::P010, U) => Samples::HighTenPairs { plane: picture.plane(1), offset: 0 },
        (PixelFormat::P010, V) => Samples::HighTenPairs { plane: picture.plane(1), offset: 1 },
        (format, _) if format.is_ten_bit() => Samples::Ten(picture.plane(component)),
        (format, _) => Samples::Eight(picture.plane(plane_of(format, component))),
    }
}
