//! Comparing outputs before anything is timed.

use millpond_core::video::Frame;

/// Whether no sample of two frames differs by more than `bound`.
///
/// # Errors
/// One does; says by how much.
pub(crate) fn within(ours: &Frame, theirs: &Frame, bound: u8, whose: &str) -> Result<(), String> {
    let (ours, theirs) = (ours.view(), theirs.view());
    let pairs = ours.rows().zip(theirs.rows()).flat_map(|(ours, theirs)| ours.iter().zip(theirs));
    match pairs.map(|(&ours, &theirs)| ours.abs_diff(theirs)).max() {
        Some(most) if most > bound => Err(format!("{whose} differs by {most} levels where {bound} are allowed")),
        _ => Ok(()),
    }
}
