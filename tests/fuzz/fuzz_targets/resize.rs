//! The kernels of this family.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| millpond_kernels::fuzz("resize", bytes));
