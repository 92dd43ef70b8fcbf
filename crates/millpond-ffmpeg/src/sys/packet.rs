//! Packets in buffers of our pools, and what they carry beside their bytes. Nothing here allocates on the Rust heap.

use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use ffmpeg_next::packet::Mut as _;
use millpond_core::pool::{Buffer, Pooled};
use std::ffi::{c_int, c_void};
use std::ptr;

/// Zeros that FFmpeg wants behind the bytes of a packet.
pub(crate) const PACKET_PADDING: usize = ffi::AV_INPUT_BUFFER_PADDING_SIZE as usize;

/// Gives a buffer back to its pool when the last reference to its packet goes.
unsafe extern "C" fn give_back(opaque: *mut c_void, _data: *mut u8) {
    // SAFETY: `pooled` made the pointer with `into_raw`, and FFmpeg calls this once.
    drop(unsafe { Pooled::<Buffer>::from_raw(opaque) });
}

/// Moves a packet's bytes into `buffer`, which has room for them and [`PACKET_PADDING`] more; the packet gives up what it
/// referred to and keeps its times, flags and side data. The buffer goes back to its pool with the packet's last reference.
pub(crate) fn pooled(packet: &mut ff::Packet, mut buffer: Pooled<Buffer>) -> Result<(), ff::Error> {
    let bytes = packet.data().unwrap_or(&[]);
    let (size, needed) = (bytes.len(), bytes.len() + PACKET_PADDING);
    if buffer.capacity() < needed {
        return Err(ff::Error::BufferTooSmall);
    }
    buffer.clear();
    buffer.extend_from_slice(bytes);
    buffer.resize(needed, 0);
    let size = c_int::try_from(size).map_err(|_| ff::Error::InvalidData)?;
    let data = buffer.as_mut_ptr();
    let opaque = buffer.into_raw();
    // SAFETY: the bytes lie in memory that does not move until `give_back`. The packet is borrowed; its old buffer is
    // given up before the new one takes its place, and `data` never points outside of the one it refers to.
    unsafe {
        let created = ffi::av_buffer_create(data, needed as _, Some(give_back), opaque, 0);
        if created.is_null() {
            give_back(opaque, data);
            return Err(ff::Error::Other { errno: ff::error::ENOMEM });
        }
        let raw = packet.as_mut_ptr();
        ffi::av_buffer_unref(&mut (*raw).buf);
        (*raw).buf = created;
        (*raw).data = data;
        (*raw).size = size;
    }
    Ok(())
}

/// The codec's set-up data that a packet brings because it changed.
pub(crate) fn new_extradata(packet: &ff::Packet) -> Option<&[u8]> {
    let is_extradata = |data: &ff::packet::SideData<'_>| {
        data.kind() == ff::packet::side_data::Type::NewExtraData && !data.data().is_empty()
    };
    // SAFETY: side data lives as long as the packet, which is borrowed.
    packet.side_data().find(is_extradata).map(|data| unsafe { &*ptr::from_ref(data.data()) })
}

/// Gives a packet set-up data for its decoder, unless it brings some itself.
pub(crate) fn set_new_extradata(packet: &mut ff::Packet, extradata: &[u8]) -> Result<(), ff::Error> {
    if extradata.is_empty() || new_extradata(packet).is_some() {
        return Ok(());
    }
    let kind = ffi::AVPacketSideDataType::AV_PKT_DATA_NEW_EXTRADATA;
    // SAFETY: the packet is borrowed; the side data is its own and has the size asked for.
    unsafe {
        let data = ffi::av_packet_new_side_data(packet.as_mut_ptr(), kind, extradata.len() as _);
        if data.is_null() {
            return Err(ff::Error::Other { errno: ff::error::ENOMEM });
        }
        ptr::copy_nonoverlapping(extradata.as_ptr(), data, extradata.len());
    }
    Ok(())
}
