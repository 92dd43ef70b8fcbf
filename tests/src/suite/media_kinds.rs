//! What clips can be: when their pictures show, what their colours mean, how they are to be turned, how they are coded.

use serde_json::json;

use super::{Case, case, whole_case};
use crate::media;
use crate::scenes::{whole, with};

const SIZE: (u32, u32) = (192, 108);

/// Reordered, cut, late, uneven and foreign-rate clips: which picture shows when.
pub fn times() -> Vec<Case> {
    let for_a_second = |clip| with(whole(clip, SIZE), "/duration", json!(1));
    let held = with(whole(media::untagged(), SIZE), "/layers/0/after", json!("hold"));
    vec![
        whole_case("b_frames", media::b_frames(), SIZE, 30),
        case("b_frames_offset", 17, with(whole(media::b_frames(), SIZE), "/layers/0/offset", json!(0.52))),
        whole_case("edit_list", media::edit_list(), SIZE, 12),
        whole_case("empty_edit", media::empty_edit(), SIZE, 35),
        case("variable_rate", 25, for_a_second(media::variable_rate())),
        case("ntsc", 25, for_a_second(media::ntsc())),
        case("ntsc_ntsc", 30, with(whole(media::ntsc(), SIZE), "/canvas/frame_rate", json!("30000/1001"))),
        case("matroska", 25, for_a_second(media::matroska())),
        case("held", 20, with(held, "/duration", json!(0.8))),
        // No edit list moves the first picture to time 0 here: it shows from 0 on, and the clip ends 0.08 s later.
        whole_case("fragmented", media::fragmented(), SIZE, 32),
    ]
}

/// Colour tags wherever they can stand, on both canvas formats.
pub fn colours() -> Vec<Case> {
    let clips = [
        ("untagged", media::untagged()),
        ("bt601", media::bt601()),
        ("bt601_in_bitstream", media::bt601_in_bitstream()),
        ("bt601_in_container", media::bt601_in_container()),
        ("tags_disagree", media::tags_disagree()),
        ("full_range", media::full_range()),
        ("full_range_in_bitstream", media::full_range_in_bitstream()),
    ];
    let on_both = clips.into_iter().flat_map(|(name, clip)| {
        let scene = whole(clip, SIZE);
        let rgba = with(scene.clone(), "/canvas/format", json!("rgba"));
        [case(name, 10, scene), case(&format!("{name}_rgba"), 10, rgba)]
    });
    let tags = json!({"matrix": "bt601", "range": "full"});
    let overridden = with(whole(media::untagged(), SIZE), "/assets/clip/color", tags);
    on_both.chain([case("overridden", 10, overridden)]).collect()
}

/// Turned pictures, pixels that are not square, sizes that the codec pads.
pub fn shapes() -> Vec<Case> {
    vec![
        whole_case("rotated_90", media::rotated_90(), (108, 192), 30),
        whole_case("rotated_180", media::rotated_180(), SIZE, 30),
        whole_case("rotated_270", media::rotated_270(), (108, 192), 30),
        whole_case("wide_pixels", media::wide_pixels(), (256, 144), 10),
        whole_case("tall_pixels", media::tall_pixels(), (180, 135), 10),
        whole_case("cropped_by_codec", media::cropped_by_codec(), (186, 106), 10),
    ]
}

/// Codecs and pixel formats beside eight-bit 4:2:0 H.264: those that every browser has, then those that few have.
pub fn codecs() -> [Vec<Case>; 2] {
    [
        vec![whole_case("vp9_odd", media::vp9_odd(), (161, 91), 15), whole_case("av1", media::av1(), SIZE, 15)],
        vec![whole_case("odd_444", media::odd_444(), (161, 91), 10), whole_case("ten_bit", media::ten_bit(), SIZE, 10)],
    ]
}
