//! Comparing outputs before anything is timed.

use millpond_core::video::Frame;

/// The samples of a picture without gaps between rows.
pub(crate) fn packed(frame: &Frame) -> Vec<u8> {
    frame.view().rows().flatten().copied().collect()
}

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

/// How far two results are apart: the mean over all samples is held to the bound.
///
/// # Errors
/// It is more; says how much.
pub(crate) fn mean_difference(what: &str, ours: &[u8], theirs: &[u8], bound: f64) -> Result<(), String> {
    if ours.len() != theirs.len() {
        return Err(format!("{what}: {} bytes, ours has {}", theirs.len(), ours.len()));
    }
    let differences = || ours.iter().zip(theirs).map(|(a, b)| a.abs_diff(*b));
    let most = differences().max().unwrap_or(0);
    let mean = differences().map(f64::from).sum::<f64>() / ours.len() as f64;
    eprintln!("{what}: differs by {mean:.3} in the mean, {bound} allowed, and by {most} at most");
    if mean > bound { Err(format!("differs by {mean:.3} in the mean, at most {bound} allowed")) } else { Ok(()) }
}
