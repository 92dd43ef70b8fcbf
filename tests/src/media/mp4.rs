//! Changing bytes of an MP4 where FFmpeg has no option for it, or not the same one in every version.

/// Makes the colour box of the sample description a free one, which readers skip.
pub(super) fn free_colour_box(bytes: &mut [u8]) {
    let at = find(bytes, b"colr");
    bytes[at..at + 4].copy_from_slice(b"free");
}

/// Writes the display matrix of so many clockwise quarter turns into the header of the first track.
pub(super) fn rotate(bytes: &mut [u8], quarter_turns: usize) {
    const ONE: i32 = 1 << 16;
    let [a, b, c, d] = [[ONE, 0, 0, ONE], [0, ONE, -ONE, 0], [-ONE, 0, 0, -ONE], [0, -ONE, ONE, 0]][quarter_turns];
    // After the box's type: version and flags, five times or numbers, two reserved, layer, group, volume, reserved.
    let at = find(bytes, b"tkhd") + 4 + 4 + 20 + 8 + 8;
    for (n, value) in [a, b, 0, c, d, 0, 0, 0, 1 << 30].into_iter().enumerate() {
        bytes[at + 4 * n..at + 4 * n + 4].copy_from_slice(&i32::to_be_bytes(value));
    }
}

/// Where a box's type stands. The media data may hold the same four bytes by chance, so the last place counts: here the
/// headers come after the data.
fn find(bytes: &[u8], kind: &[u8; 4]) -> usize {
    let at = bytes.windows(4).rposition(|four| four == kind);
    at.unwrap_or_else(|| panic!("the file has no {} box", String::from_utf8_lossy(kind)))
}
