//! Tells the crate which FFmpeg it is compiled against, where fields of its structs moved: `ffmpeg_6_1` and later.

fn main() {
    println!("cargo:rustc-check-cfg=cfg(ffmpeg_6_1)");
    // The bindings' build script leaves its findings for crates that depend on it directly.
    if std::env::var("DEP_FFMPEG_FFMPEG_6_1").is_ok_and(|value| value == "true") {
        println!("cargo:rustc-cfg=ffmpeg_6_1");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
