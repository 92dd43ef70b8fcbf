//! Clips, a second long or less. Each shows a moving test pattern, so that a wrong picture has a wrong hash.

use super::{ffmpeg, mp4, patched};

/// Tagged BT.709 limited in both places: what an `i420` canvas takes untouched.
pub fn plain() -> &'static str {
    ffmpeg(
        "plain.mp4",
        "-f lavfi -i testsrc2=size=320x180:rate=25:duration=1 -pix_fmt yuv420p -c:v libx264 -preset veryfast -bf 0 \
         -color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv OUT",
    )
}

/// The same at 192x108 with three B-frames in a row and nothing tagged: decoding order is not showing order, and the
/// muxer writes an edit list that moves the first picture to time 0.
pub fn b_frames() -> &'static str {
    ffmpeg(
        "b_frames.mp4",
        "-f lavfi -i testsrc2=size=192x108:rate=25:duration=1.2 -pix_fmt yuv420p -c:v libx264 -preset veryfast -bf 3 \
         -x264-params b-adapt=0:b-pyramid=normal:keyint=12:scenecut=0 OUT",
    )
}

/// Cut out of [`b_frames`] without decoding: the file begins at an earlier key frame, and an edit list hides the rest.
pub fn edit_list() -> &'static str {
    ffmpeg("edit_list.mp4", &format!("-ss 0.72 -i {} -c copy OUT", b_frames()))
}

/// [`b_frames`] begun 0.2 s late: an empty edit stands first.
pub fn empty_edit() -> &'static str {
    ffmpeg("empty_edit.mp4", &format!("-itsoffset 0.2 -i {} -c copy OUT", b_frames()))
}

/// Pictures at uneven distances: of twelve a second every second, third and ninth are kept.
pub fn variable_rate() -> &'static str {
    ffmpeg(
        "variable_rate.mp4",
        "-f lavfi -i testsrc2=size=192x108:rate=30:duration=1 -vf select='not(mod(n,4))+not(mod(n,7))' -vsync vfr \
         -pix_fmt yuv420p -c:v libx264 -preset veryfast OUT",
    )
}

/// 30000/1001 pictures a second.
pub fn ntsc() -> &'static str {
    ffmpeg(
        "ntsc.mp4",
        "-f lavfi -i testsrc2=size=192x108:rate=30000/1001:duration=1 -pix_fmt yuv420p -c:v libx264 -preset veryfast OUT",
    )
}

/// No colour tags anywhere.
pub fn untagged() -> &'static str {
    ffmpeg(
        "untagged.mp4",
        "-f lavfi -i testsrc2=size=192x108:rate=25:duration=0.4 -pix_fmt yuv420p -c:v libx264 -preset veryfast OUT",
    )
}

/// BT.601 in both places.
pub fn bt601() -> &'static str {
    ffmpeg(
        "bt601.mp4",
        "-f lavfi -i testsrc2=size=192x108:rate=25:duration=0.4 -pix_fmt yuv420p -c:v libx264 -preset veryfast \
         -color_primaries smpte170m -color_trc smpte170m -colorspace smpte170m -color_range tv OUT",
    )
}

/// BT.601 in the bitstream only: the container's colour box is made a free one.
pub fn bt601_in_bitstream() -> &'static str {
    patched("bt601_in_bitstream.mp4", bt601(), "free the colour box", mp4::free_colour_box)
}

/// BT.601 in the container only.
pub fn bt601_in_container() -> &'static str {
    ffmpeg(
        "bt601_in_container.mp4",
        &format!(
            "-i {} -c copy -color_primaries smpte170m -color_trc smpte170m -colorspace smpte170m -color_range tv OUT",
            untagged()
        ),
    )
}

/// The bitstream says BT.601, the container BT.709.
pub fn tags_disagree() -> &'static str {
    ffmpeg(
        "tags_disagree.mp4",
        &format!("-i {} -c copy -color_primaries bt709 -color_trc bt709 -colorspace bt709 OUT", bt601()),
    )
}

/// BT.709 over the full range.
pub fn full_range() -> &'static str {
    ffmpeg(
        "full_range.mp4",
        "-f lavfi -i testsrc2=size=192x108:rate=25:duration=0.4 -vf scale=out_range=full -pix_fmt yuv420p -c:v libx264 \
         -preset veryfast -color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range pc OUT",
    )
}

/// Full range in the bitstream only.
pub fn full_range_in_bitstream() -> &'static str {
    patched("full_range_in_bitstream.mp4", full_range(), "free the colour box", mp4::free_colour_box)
}

/// To be shown a quarter turn clockwise.
pub fn rotated_90() -> &'static str {
    patched("rotated_90.mp4", b_frames(), "quarter turn", |bytes| mp4::rotate(bytes, 1))
}

/// To be shown upside down.
pub fn rotated_180() -> &'static str {
    patched("rotated_180.mp4", b_frames(), "half turn", |bytes| mp4::rotate(bytes, 2))
}

/// To be shown a quarter turn the other way.
pub fn rotated_270() -> &'static str {
    patched("rotated_270.mp4", b_frames(), "three quarter turns", |bytes| mp4::rotate(bytes, 3))
}

/// Pixels wider than high.
pub fn wide_pixels() -> &'static str {
    ffmpeg(
        "wide_pixels.mp4",
        "-f lavfi -i testsrc2=size=180x144:rate=25:duration=0.4 -vf setsar=64/45 -pix_fmt yuv420p -c:v libx264 \
         -preset veryfast OUT",
    )
}

/// Pixels higher than wide.
pub fn tall_pixels() -> &'static str {
    ffmpeg(
        "tall_pixels.mp4",
        "-f lavfi -i testsrc2=size=180x120:rate=25:duration=0.4 -vf setsar=8/9 -pix_fmt yuv420p -c:v libx264 \
         -preset veryfast OUT",
    )
}

/// A size that is not whole macroblocks: the decoder's picture is larger than the visible one.
pub fn cropped_by_codec() -> &'static str {
    ffmpeg(
        "cropped_by_codec.mp4",
        "-f lavfi -i testsrc2=size=186x106:rate=25:duration=0.4 -pix_fmt yuv420p -c:v libx264 -preset veryfast OUT",
    )
}

/// 4:4:4, and odd in both directions.
pub fn odd_444() -> &'static str {
    ffmpeg(
        "odd_444.mp4",
        "-f lavfi -i testsrc2=size=162x92:rate=25:duration=0.4,format=yuv444p,crop=161:91 -pix_fmt yuv444p -c:v libx264 -preset veryfast OUT",
    )
}

/// Ten bits.
pub fn ten_bit() -> &'static str {
    ffmpeg(
        "ten_bit.mp4",
        "-f lavfi -i testsrc2=size=192x108:rate=25:duration=0.4 -pix_fmt yuv420p10le -c:v libx264 -preset veryfast OUT",
    )
}

/// A fragmented MP4: samples are listed piece by piece.
pub fn fragmented() -> &'static str {
    ffmpeg("fragmented.mp4", &format!("-i {} -c copy -movflags frag_keyframe+empty_moov OUT", b_frames()))
}

/// VP9 in WebM, odd in both directions at 4:2:0.
pub fn vp9_odd() -> &'static str {
    ffmpeg(
        "vp9_odd.webm",
        "-f lavfi -i testsrc2=size=162x92:rate=25:duration=0.6,format=yuv444p,crop=161:91 -pix_fmt yuv420p \
         -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k OUT",
    )
}

/// AV1 in MP4.
pub fn av1() -> &'static str {
    ffmpeg(
        "av1.mp4",
        "-f lavfi -i testsrc2=size=192x108:rate=25:duration=0.6 -pix_fmt yuv420p -c:v libaom-av1 -cpu-used 8 -crf 40 \
         -b:v 0 OUT",
    )
}

/// A codec that no browser has: MPEG-4 part 2.
pub fn mpeg4() -> &'static str {
    ffmpeg("mpeg4.mp4", "-f lavfi -i testsrc2=size=192x108:rate=25:duration=0.4 -pix_fmt yuv420p -c:v mpeg4 -q:v 3 OUT")
}

/// H.264 in Matroska, whose time scale is a thousandth of a second.
pub fn matroska() -> &'static str {
    ffmpeg("matroska.mkv", &format!("-i {} -c copy OUT", ntsc()))
}

/// Five seconds, with a tone in stereo.
pub fn with_sound() -> &'static str {
    ffmpeg(
        "with_sound.mp4",
        "-f lavfi -i testsrc2=size=320x180:rate=25:duration=5 -f lavfi -i sine=frequency=440:sample_rate=44100:duration=5 \
         -pix_fmt yuv420p -c:v libx264 -preset veryfast -c:a aac -ac 2 OUT",
    )
}

/// White pictures and a tone from 0.5 s to 0.7 s and from 1.5 s to 1.7 s, black and silence otherwise.
pub fn flash_and_beep() -> &'static str {
    ffmpeg(
        "flash_and_beep.mp4",
        "-f lavfi -i color=black:size=160x90:rate=25:duration=2.4,drawbox=color=white:t=fill:enable='between(mod(t,1),0.5,0.68)' \
         -f lavfi -i aevalsrc=sin(2*PI*1000*t)*between(mod(t\\,1)\\,0.5\\,0.7):sample_rate=48000:duration=2.4 \
         -pix_fmt yuv420p -c:v libx264 -preset veryfast -c:a aac OUT",
    )
}
