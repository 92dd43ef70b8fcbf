//! Another scene on a stage in use: what an editor does while its scene is shown.
//!
//! Canvas and assets must be the same, and each layer must show the asset that it shows; then everything that is open
//! stays open. Changed layers are planned anew when they are next drawn. Where a layer's times changed, its clip may stand
//! at another place than it is now wanted from: [`Stage::need`] finds that out at the next frame and asks for
//! [`Need::Seek`] where going on would not do.

use super::{LayerState, Need, Picture, Position, Stage, ended};
use crate::{Layer, Scene, SceneError};
use millpond_core::memory::opening;

impl<P: Picture> Stage<P> {
    /// Shows another scene from now on. What is composed next is what a new stage of that scene composes.
    ///
    /// Canvas and assets must be equal to those of the scene before, the number of layers too, and each layer's asset;
    /// everything else may differ, and so may sounds and duration. Open clips, stills, pushed pictures stay. Ask
    /// [`need`](Self::need) again before composing: for a clip whose times changed it may say [`Need::Seek`].
    ///
    /// # Errors
    /// [`SceneError::Changed`] with what differs; nothing changes then.
    ///
    /// # Realtime
    /// Frees the scene before. The next composition plans the layers that changed, which counts as opening.
    pub fn set_scene(&mut self, scene: Scene) -> Result<(), SceneError> {
        if let Some(path) = opening(|| difference(&self.scene, &scene)) {
            return Err(SceneError::Changed { path });
        }
        for (state, (old, new)) in self.layers.iter_mut().zip(self.scene.layers.iter().zip(&scene.layers)) {
            if old == new {
                continue;
            }
            state.plan = None;
            if old.mask != new.mask {
                state.mask = None;
            }
            let times = |layer: &Layer| (layer.start, layer.offset, layer.speed, layer.after);
            state.is_retimed |= times(old) != times(new);
        }
        self.scene = scene;
        Ok(())
    }

    /// What the clip of a retimed layer needs at a place of its asset, if that is anything.
    pub(super) fn need_retimed(&mut self, index: usize, position: &Position) -> Option<Need> {
        let (layer, state) = (&self.scene.layers[index], &mut self.layers[index]);
        let clip = state.clip.as_mut().filter(|_| state.is_retimed)?;
        state.is_retimed = false;
        state.round = position.round;
        let second = *clip.info.time_scale.ceil().numer();
        if clip.showing.leads_to(clip.tick(position.time), second) {
            None
        } else if ended(layer, state.end, position.time) {
            state.close(index, &mut self.compositor);
            Some(Need::Close { layer: index })
        } else {
            clip.showing.clear();
            Some(Need::Seek { layer: index })
        }
    }
}

impl<P> LayerState<P> {
    /// Whether nobody has looked yet if the clip stands where the layer's new times want it.
    pub(super) fn is_misplaced(&self) -> bool {
        self.is_retimed && self.clip.is_some()
    }
}

/// The JSON path of the first thing in which two scenes differ that a stage cannot change.
fn difference(old: &Scene, new: &Scene) -> Option<String> {
    if old.canvas != new.canvas {
        return Some("canvas".into());
    }
    if old.assets.len() != new.assets.len() {
        return Some("assets".into());
    }
    if let Some((old, _)) = old.assets.iter().zip(&new.assets).find(|(old, new)| old != new) {
        return Some(["assets.", &old.name].concat());
    }
    if old.layers.len() != new.layers.len() {
        return Some("layers".into());
    }
    let other = old.layers.iter().zip(&new.layers).position(|(old, new)| old.asset != new.asset);
    other.map(|index| format!("layers[{index}].asset"))
}
