//! What every group of benchmarks uses: rows of results, timing of interleaved jobs, whole programs, and peers that run in
//! a process of their own because they are written in another language.

pub mod parts;
pub mod peer;
pub mod process;
pub mod row;
pub mod timing;
