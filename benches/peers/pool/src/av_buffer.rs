//! FFmpeg's pool of buffers, over its C functions.

use std::ptr;
use std::slice;

use ffmpeg_next::ffi;

/// An `AVBufferPool` whose buffers have one size. FFmpeg locks a mutex to get and to give back.
pub(crate) struct AvBufferPool {
    pool: *mut ffi::AVBufferPool,
    size: usize,
}

// SAFETY: libavutil documents its buffer pools as thread-safe.
unsafe impl Send for AvBufferPool {}
// SAFETY: as above.
unsafe impl Sync for AvBufferPool {}

impl AvBufferPool {
    pub(crate) fn new(size: usize) -> Result<AvBufferPool, String> {
        // SAFETY: the allocator is one of FFmpeg's own, which zeroes, so that the bytes may be read.
        let pool = unsafe { ffi::av_buffer_pool_init(size as _, Some(ffi::av_buffer_allocz)) };
        if pool.is_null() { Err(String::from("av_buffer_pool_init failed")) } else { Ok(AvBufferPool { pool, size }) }
    }

    /// Gets a buffer, shows it, and gives it back.
    pub(crate) fn with_buffer(&self, show: impl FnOnce(&mut [u8])) {
        // SAFETY: the pool lives; a buffer that is not null has `size` bytes, and this is its only reference.
        unsafe {
            let mut buffer = ffi::av_buffer_pool_get(self.pool);
            if !buffer.is_null() {
                show(slice::from_raw_parts_mut((*buffer).data, self.size));
                ffi::av_buffer_unref(&mut buffer);
            }
        }
    }
}

impl Drop for AvBufferPool {
    fn drop(&mut self) {
        // SAFETY: the pool is ours; FFmpeg frees it when the last buffer is back.
        unsafe { ffi::av_buffer_pool_uninit(ptr::addr_of_mut!(self.pool)) }
    }
}
