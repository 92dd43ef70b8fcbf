//! Areas of a canvas that must be drawn again: none overlaps another, so each pixel is drawn once.

use super::place::Area;

/// The areas, in no order that matters.
#[derive(Debug, Default)]
pub(super) struct Damage(Vec<Area>);

impl Damage {
    /// Room for so many areas.
    pub(super) fn with_capacity(areas: usize) -> Damage {
        Damage(Vec::with_capacity(areas))
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds an area; those that it overlaps become one with it. Allocates only beyond the capacity.
    pub(super) fn add(&mut self, mut area: Area) {
        while let Some(index) = self.0.iter().position(|other| other.overlap(area).is_some()) {
            area = area.with(self.0.swap_remove(index));
        }
        self.0.push(area);
    }

    pub(super) fn areas(&self) -> &[Area] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(x0: usize, y0: usize, x1: usize, y1: usize) -> Area {
        Area { x0, x1, y0, y1 }
    }

    #[test]
    fn overlapping_areas_become_one_and_others_stay() {
        let mut damage = Damage::with_capacity(4);
        damage.add(area(0, 0, 10, 10));
        damage.add(area(20, 0, 30, 10));
        assert_eq!(damage.areas().len(), 2);
        // Touching is not overlapping.
        damage.add(area(10, 0, 12, 10));
        assert_eq!(damage.areas().len(), 3);
        // One that overlaps the first grows, and then overlaps the third.
        damage.add(area(5, 5, 11, 12));
        assert_eq!(damage.areas(), [area(20, 0, 30, 10), area(0, 0, 12, 12)]);
    }
}
