//! NumPy's .npy format, version 1.0: a magic, a header that is a Python literal padded to 64 bytes, little-endian data.

/// A row-major f32 matrix as a .npy file.
pub(crate) fn encode(values: &[f32], rows: usize, columns: usize) -> Vec<u8> {
    const PREFIX: usize = 10;
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let padded = (PREFIX + header.len() + 1).next_multiple_of(64);
    header.push_str(&" ".repeat(padded - PREFIX - header.len() - 1));
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend_from_slice(&(header.len() as u16).to_le_bytes());
    file.extend_from_slice(header.as_bytes());
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    file
}
