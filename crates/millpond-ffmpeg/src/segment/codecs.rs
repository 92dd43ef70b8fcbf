//! Names of codecs in playlists, as RFC 6381 and the codecs' file formats (ISO/IEC 14496-15, 14496-3) write them.

/// `avc1.PPCCLL` (profile, constraints, level) from H.264's parameters: an `avcC` record, or start codes and a sequence
/// parameter set. `None` if there is neither.
pub(crate) fn h264(extradata: &[u8]) -> Option<String> {
    let name = |bytes: &[u8]| match bytes {
        [profile, constraints, level, ..] => Some(format!("avc1.{profile:02x}{constraints:02x}{level:02x}")),
        _ => None,
    };
    match extradata {
        [1, rest @ ..] => name(rest),
        _ => {
            let starts = extradata.windows(4).position(|four| four[..3] == [0, 0, 1] && four[3] & 0x1f == 7)?;
            name(&extradata[starts + 4..])
        }
    }
}

/// `mp4a.40.N` from AAC's AudioSpecificConfig; AAC-LC without one.
pub(crate) fn aac(extradata: &[u8]) -> String {
    let object_type = match extradata {
        // 31 escapes to six more bits.
        [first, second, ..] if first >> 3 == 31 => 32 + (u32::from(first & 7) << 3 | u32::from(second >> 5)),
        [first, ..] => u32::from(first >> 3),
        [] => 2,
    };
    format!("mp4a.40.{object_type}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// High profile, level 3.1: RFC 6381 3.3's own example is `avc1.640028`-like; bytes as `ffprobe -show_data` prints them.
    #[test]
    fn h264_is_named_from_either_form() {
        let avcc = [1, 0x64, 0x00, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 0x64];
        assert_eq!(h264(&avcc).as_deref(), Some("avc1.64001f"));
        let annex_b = [0, 0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1e, 0x95];
        assert_eq!(h264(&annex_b).as_deref(), Some("avc1.42c01e"));
        assert_eq!(h264(&[]), None);
        assert_eq!(h264(&[0, 0, 1, 0x67]), None);
    }

    /// ISO/IEC 14496-3: 0x1210 is AAC-LC at 44.1 kHz stereo, 0x2b11 begins with object type 5 (SBR).
    #[test]
    fn aac_is_named_by_its_object_type() {
        assert_eq!(aac(&[0x12, 0x10]), "mp4a.40.2");
        assert_eq!(aac(&[0x2b, 0x11, 0x88]), "mp4a.40.5");
        // Object type 42 (USAC) is 31 and then 10 in six bits.
        assert_eq!(aac(&[0xf9, 0x40]), "mp4a.40.42");
    }
}
