//! NumPy's .npy format, version 1.0: a magic, a header that is a Python literal padded to 64 bytes, little-endian data.

/// A row-major f32 array of at least two dimensions as a .npy file.
pub(super) fn encode(values: &[f32], shape: &[usize]) -> Vec<u8> {
    const PREFIX: usize = 10;
    let shape = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}");
    let padded = (PREFIX + header.len() + 1).next_multiple_of(64);
    header.push_str(&" ".repeat(padded - PREFIX - header.len() - 1));
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend_from_slice(&(header.len() as u16).to_le_bytes());
    file.extend_from_slice(header.as_bytes());
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    file
}
