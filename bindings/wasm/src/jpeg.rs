//! `JpegEncoder` and `JpegStrips`: pictures as JPEG files in a buffer that TypeScript views.

use crate::frame_pool::format_named;
use crate::{FramePool, errors, memory, options};
use millpond_core::memory::opening;
use millpond_core::video::Color;
use millpond_core::video::PixelFormat;
use millpond_core::video::composite::Target;
use millpond_core::video::jpeg::{self, HuffmanTables, JpegOptions, Subsampling};
use wasm_bindgen::prelude::*;

/// What the files are like, and of which pictures.
#[wasm_bindgen]
pub struct JpegSpec {
    format: PixelFormat,
    color: Color,
    size: (u32, u32),
    options: JpegOptions<'static>,
}

#[wasm_bindgen]
impl JpegSpec {
    /// Files of such pictures, as they are unless told otherwise.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_BAD_PARAMETER`.
    #[wasm_bindgen(constructor)]
    pub fn new(format: &str, width: u32, height: u32, matrix: &str, range: &str) -> Result<JpegSpec, JsValue> {
        let (format, color) = (format_named(format)?, options::color(matrix, range)?);
        Ok(JpegSpec { format, color, size: (width, height), options: JpegOptions::default() })
    }

    /// How they are coded.
    ///
    /// # Errors
    /// `E_BAD_PARAMETER`.
    pub fn coding(
        &mut self,
        quality: u8,
        subsampling: &str,
        huffman: &str,
        restart_interval: u16,
    ) -> Result<(), JsValue> {
        let subsamplings = [
            ("4:2:0", Subsampling::Yuv420),
            ("4:2:2", Subsampling::Yuv422),
            ("4:4:4", Subsampling::Yuv444),
            ("gray", Subsampling::Gray),
        ];
        let tables = [("standard", HuffmanTables::Standard), ("optimised", HuffmanTables::Optimised)];
        let subsampling = options::word("subsampling", subsampling, &subsamplings)?;
        let huffman = options::word("huffman", huffman, &tables)?;
        self.options = JpegOptions { quality, subsampling, huffman, restart_interval, ..self.options };
        Ok(())
    }
}

fn room(len: usize) -> Result<Vec<u8>, JsValue> {
    memory::reserve(len as u64)?;
    Ok(vec![0; len])
}

/// A planned encoder and room for the largest file.
#[wasm_bindgen]
pub struct JpegEncoder {
    encoder: jpeg::JpegEncoder,
    file: Vec<u8>,
}

#[wasm_bindgen]
impl JpegEncoder {
    /// Plans it.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
    #[wasm_bindgen(constructor)]
    pub fn new(spec: &JpegSpec) -> Result<JpegEncoder, JsValue> {
        let JpegSpec { format, color, size: (width, height), options } = spec;
        let encoder = jpeg::JpegEncoder::new(*format, *width, *height, *color, options).map_err(errors::core)?;
        let file = room(encoder.max_len())?;
        Ok(JpegEncoder { encoder, file })
    }

    /// Codes a lent picture and returns the length of the file.
    ///
    /// # Errors
    /// `E_MISMATCH`, `E_CLOSED`.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn encode(&mut self, from: &FramePool, picture: u32) -> Result<u32, JsValue> {
        from.read(picture, |picture| self.encoder.encode_into(picture, &mut self.file)).map(|len| len as u32)
    }

    /// Address of the file.
    pub fn file(&self) -> u32 {
        self.file.as_ptr() as usize as u32
    }
}

/// A planned encoder that keeps what it coded, and room for the largest file.
#[wasm_bindgen]
pub struct JpegStrips {
    strips: jpeg::JpegStrips,
    changed: Vec<Target>,
    file: Vec<u8>,
}

#[wasm_bindgen]
impl JpegStrips {
    /// Plans it.
    ///
    /// # Errors
    /// `E_UNSUPPORTED_FORMAT`, `E_BAD_SIZE`, `E_BAD_PARAMETER`, `E_OUT_OF_MEMORY`.
    #[wasm_bindgen(constructor)]
    pub fn new(spec: &JpegSpec) -> Result<JpegStrips, JsValue> {
        let JpegSpec { format, color, size: (width, height), options } = spec;
        let strips = jpeg::JpegStrips::new(*format, *width, *height, *color, options).map_err(errors::core)?;
        let file = room(strips.max_len())?;
        Ok(JpegStrips { strips, changed: Vec::with_capacity(64), file })
    }

    /// Notes a rectangle that the next picture changed.
    ///
    /// # Realtime
    /// Does not allocate, but for more than 64 rectangles and more than ever before; then as opening.
    pub fn change(&mut self, x: i32, y: i32, width: u32, height: u32) {
        let rect = Target { x, y, width, height };
        if self.changed.len() == self.changed.capacity() {
            opening(|| self.changed.reserve(64));
        }
        self.changed.push(rect);
    }

    /// Codes what changed of a lent picture and returns the length of the file.
    ///
    /// # Errors
    /// `E_MISMATCH`, `E_CLOSED`; what was noted stays noted.
    ///
    /// # Realtime
    /// Does not allocate.
    pub fn encode(&mut self, from: &FramePool, picture: u32) -> Result<u32, JsValue> {
        let coded = from.read(picture, |picture| self.strips.encode_into(picture, &self.changed, &mut self.file))?;
        self.changed.clear();
        Ok(coded as u32)
    }

    /// How many strips the last picture needed.
    pub fn coded(&self) -> u32 {
        self.strips.coded() as u32
    }

    /// Forgets what is kept.
    pub fn forget(&mut self) {
        self.strips.forget();
    }

    /// Address of the file.
    pub fn file(&self) -> u32 {
        self.file.as_ptr() as usize as u32
    }
}
