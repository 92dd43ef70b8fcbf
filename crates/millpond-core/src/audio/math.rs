//! Elementary functions without libm.

/// 10^(db / 20): the factor of a gain in decibels.
pub fn db_to_factor(db: f64) -> f64 {
    let _ = db;
    todo!()
}
