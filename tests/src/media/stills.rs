//! Stills and raw pictures.

use super::ffmpeg;

/// A PNG whose alpha runs from nothing at the left to full at the right.
pub fn png_with_alpha() -> &'static str {
    ffmpeg("alpha.png", &format!("-f lavfi -i {ALPHA_RAMP} -frames:v 1 OUT"))
}

/// A PNG of 96x96 whose colours and alpha change slowly, so that where a program puts its chroma samples matters little.
pub fn soft_patch() -> &'static str {
    ffmpeg(
        "soft_patch.png",
        "-f lavfi -i color=size=96x96,format=rgba,geq=r='40+2*X':g='200-Y':b='90+X/2+Y/2':a='clip(3*(60-hypot(X-48,Y-48)),0,255)' \
         -frames:v 1 OUT",
    )
}

/// A JPEG, 4:2:0.
pub fn jpeg() -> &'static str {
    ffmpeg("photo.jpg", "-f lavfi -i testsrc2=size=97x65 -frames:v 1 -pix_fmt yuvj420p -q:v 4 OUT")
}

/// A lossless WebP with alpha.
pub fn webp() -> &'static str {
    ffmpeg("alpha.webp", &format!("-f lavfi -i {ALPHA_RAMP} -frames:v 1 -c:v libwebp -lossless 1 OUT"))
}

/// A lossy WebP.
pub fn webp_lossy() -> &'static str {
    ffmpeg("lossy.webp", "-f lavfi -i testsrc2=size=96x64 -frames:v 1 -c:v libwebp -quality 60 OUT")
}

/// Width and height of [`raw_rgba`].
pub const RAW_SIZE: (u32, u32) = (64, 64);

/// Twenty-five raw RGBA pictures, one after the other, with alpha that moves.
pub fn raw_rgba() -> &'static str {
    ffmpeg(
        "pushed.rgba",
        "-f lavfi -i testsrc2=size=64x64:rate=25:duration=1,format=rgba,\
         geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='mod(4*X+10*N,256)' -f rawvideo OUT",
    )
}

const ALPHA_RAMP: &str = "testsrc2=size=80x60,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*X/(W-1)'";
