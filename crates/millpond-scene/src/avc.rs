//! What the sequence parameter set of an H.264 stream says about its pictures (ITU-T H.264, Annex E).
//!
//! A browser hands out decoded pictures without their pixel aspect as a fraction and without chroma siting; both stand
//! in the decoder configuration record that containers carry (`avcC`, WebCodecs' `description`).

use crate::ColorTags;
use h264_reader::avcc::AvcDecoderConfigurationRecord;
use h264_reader::nal::{Nal, RefNal, sps::SeqParameterSet};
use millpond_core::video::{ChromaSiting, Siting};

/// The tags of an H.264 stream; `None` where the stream does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AvcTags {
    /// Width to height of a pixel.
    pub pixel_aspect: Option<(u32, u32)>,
    /// Where chroma samples sit.
    pub siting: Option<ChromaSiting>,
    /// Matrix and range.
    pub color: ColorTags,
}

/// Reads the first sequence parameter set of an AVCDecoderConfigurationRecord. What cannot be read counts as not said.
pub fn avc_tags(record: &[u8]) -> AvcTags {
    read(record).unwrap_or_default()
}

fn read(record: &[u8]) -> Option<AvcTags> {
    let record = AvcDecoderConfigurationRecord::try_from(record).ok()?;
    let unit = record.sequence_parameter_sets().next()?.ok()?;
    let nal = RefNal::new(unit, &[], true);
    let sps = SeqParameterSet::from_bits(nal.rbsp_bits()).ok()?;
    let vui = sps.vui_parameters?;
    let aspect = vui.aspect_ratio_info.and_then(|aspect| aspect.get());
    let siting = vui.chroma_loc_info.and_then(|location| siting(location.chroma_sample_loc_type_top_field));
    let color = vui.video_signal_type.map_or_else(ColorTags::default, |signal| {
        let matrix = signal.colour_description.map_or(2, |colour| colour.matrix_coefficients);
        ColorTags::from_h273(matrix, Some(signal.video_full_range_flag))
    });
    Some(AvcTags { pixel_aspect: aspect.map(|(width, height)| (width.into(), height.into())), siting, color })
}

/// chroma_sample_loc_type, H.264 figure E-1.
fn siting(kind: u32) -> Option<ChromaSiting> {
    let (horizontal, vertical) = match kind {
        0 => (Siting::First, Siting::Middle),
        1 => (Siting::Middle, Siting::Middle),
        2 => (Siting::First, Siting::First),
        3 => (Siting::Middle, Siting::First),
        4 => (Siting::First, Siting::Second),
        5 => (Siting::Middle, Siting::Second),
        _ => return None,
    };
    Some(ChromaSiting { horizontal, vertical })
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
        let tags = avc_tags(&record);
        assert_eq!(tags.pixel_aspect, Some((16, 11)));
        assert_eq!(tags.siting, Some(ChromaSiting { horizontal: Siting::Middle, vertical: Siting::Middle }));
        let color = ColorTags { matrix: Some(CodedMatrix::Known(Matrix::Bt601)), range: Some(Range::Full) };
        assert_eq!(tags.color, color);
        for end in 0..record.len() {
            avc_tags(&record[..end]);
        }
    }

    #[test]
    fn garbage_says_nothing() {
        assert_eq!(avc_tags(&[0xff; 40]), AvcTags::default());
        assert_eq!(avc_tags(&[]), AvcTags::default());
    }
}
