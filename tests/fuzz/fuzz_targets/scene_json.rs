//! Scene files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| millpond_kernels::texts::scene(bytes));
