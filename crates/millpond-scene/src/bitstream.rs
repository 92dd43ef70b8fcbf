//! What a bitstream says about its pictures, read from what WebCodecs calls codec string and description.
//!
//! FFmpeg hands this out with every picture. A browser hands out neither the pixel aspect as a fraction nor chroma
//! siting, so a page reads them here:
//!
//! - H.264: the sequence parameter set in the decoder configuration record (ITU-T H.264, Annex E).
//! - VP8: always BT.601 limited (RFC 6386, section 9.2).
//! - AV1: the chroma sample position in the codec string (AV1 Codec ISO Media File Format Binding, section 5).

use crate::ColorTags;
use h264_reader::avcc::AvcDecoderConfigurationRecord;
use h264_reader::nal::{Nal, RefNal, sps::SeqParameterSet};
use millpond_core::video::{ChromaSiting, Siting};

/// The tags of a bitstream; `None` where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BitstreamTags {
    /// Width to height of a pixel.
    pub pixel_aspect: Option<(u32, u32)>,
    /// Where chroma samples sit.
    pub siting: Option<ChromaSiting>,
    /// Matrix and range.
    pub color: ColorTags,
}

/// Reads the tags of a stream from its WebCodecs codec string and description (empty if there is none). What cannot be
/// read counts as not said.
pub fn bitstream_tags(codec: &str, description: &[u8]) -> BitstreamTags {
    let mut fields = codec.split('.');
    match fields.next() {
        Some("avc1" | "avc3") => avc(description).unwrap_or_default(),
        Some("vp8") => BitstreamTags { color: ColorTags::from_h273(6, Some(false)), ..BitstreamTags::default() },
        // av01.P.LLT.DD.M.CCC: the last C is chroma_sample_position, 2 being on the upper left luma sample.
        Some("av01") => {
            let colocated = fields.nth(4).is_some_and(|subsampling| subsampling.ends_with('2'));
            let siting = ChromaSiting { horizontal: Siting::First, vertical: Siting::First };
            BitstreamTags { siting: colocated.then_some(siting), ..BitstreamTags::default() }
        }
        _ => BitstreamTags::default(),
    }
}

fn avc(record: &[u8]) -> Option<BitstreamTags> {
    let record = AvcDecoderConfigurationRecord::try_from(record).ok()?;
    let unit = record.sequence_parameter_sets().next()?.ok()?;
    let nal = RefNal::new(unit, &[], true);
    let sps = SeqParameterSet::from_bits(nal.rbsp_bits()).ok()?;
    let vui = sps.vui_parameters?;
    let aspect = vui.aspect_ratio_info.and_then(|aspect| aspect.get());
    let siting = vui
        .chroma_loc_info
        .and_then(|location| ChromaSiting::from_sample_loc_type(location.chroma_sample_loc_type_top_field));
    let color = vui.video_signal_type.map_or_else(ColorTags::default, |signal| {
        let matrix = signal.colour_description.map_or(2, |colour| colour.matrix_coefficients);
        ColorTags::from_h273(matrix, Some(signal.video_full_range_flag))
    });
    Some(BitstreamTags { pixel_aspect: aspect.map(|(width, height)| (width.into(), height.into())), siting, color })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CodedMatrix;
    use millpond_core::video::{Matrix, Range};

    /// The avcC box of: ffmpeg -f lavfi -i testsrc=s=32x32:d=0.2 -c:v libx264 -pix_fmt yuv420p -x264-params
    /// chromaloc=1:colormatrix=bt470bg:fullrange=on -vf setsar=16/11 a.mp4
    const RECORD: &str =
        "0164000affe1001c6764000aacd9496c11b810102d280000030008000003019078912cb001000668ebe3cb22c0fdf8f800";

    #[test]
    fn the_tags_that_x264_wrote_are_read() {
        let record: Vec<u8> =
            (0..RECORD.len()).step_by(2).map(|at| u8::from_str_radix(&RECORD[at..at + 2], 16).unwrap()).collect();
        let tags = bitstream_tags("avc1.64000a", &record);
        assert_eq!(tags.pixel_aspect, Some((16, 11)));
        assert_eq!(tags.siting, Some(ChromaSiting { horizontal: Siting::Middle, vertical: Siting::Middle }));
        let color = ColorTags { matrix: Some(CodedMatrix::Known(Matrix::Bt601)), range: Some(Range::Full) };
        assert_eq!(tags.color, color);
        for end in 0..record.len() {
            bitstream_tags("avc1.64000a", &record[..end]);
        }
    }

    #[test]
    fn other_codecs_say_what_their_strings_say() {
        assert_eq!(bitstream_tags("vp8", &[]).color, ColorTags::from_h273(6, Some(false)));
        let siting = |codec| bitstream_tags(codec, &[]).siting;
        let upper_left = ChromaSiting { horizontal: Siting::First, vertical: Siting::First };
        assert_eq!(siting("av01.0.04M.10.0.112.09.16.09.0"), Some(upper_left));
        assert_eq!(siting("av01.0.04M.10.0.111.09.16.09.0"), None);
        assert_eq!(siting("av01.0.04M.10"), None);
    }

    #[test]
    fn garbage_says_nothing() {
        for codec in ["avc1.64000a", "vp09.00.10.08", "", "av01"] {
            assert_eq!(bitstream_tags(codec, &[0xff; 40]), BitstreamTags::default());
            assert_eq!(bitstream_tags(codec, &[]), BitstreamTags::default());
        }
    }
}
