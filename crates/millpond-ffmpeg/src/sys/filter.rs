//! Graphs of libavfilter: parsing, sources, sinks, and the frames between. Making a graph allocates; frames do not allocate on
//! the Rust heap.

use super::ColorNumbers;
use super::buffers::fill;
use super::hw::Device;
use crate::pixels;
use ffmpeg_next as ff;
use ffmpeg_next::ffi;
use millpond_core::pool::Pooled;
use millpond_core::video::{Frame, FrameLayout};
use std::ffi::{CStr, CString, c_int};
use std::ptr;

/// What flows through a pad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    Pictures,
    Sound,
    Other,
}

/// What comes into a graph at one of its inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    Pictures {
        pixel: ff::format::Pixel,
        width: u32,
        height: u32,
        color: ColorNumbers,
        aspect: (u32, u32),
        time_base: (i32, i32),
        /// 0/1 if it varies or is not known.
        frame_rate: (i32, i32),
    },
    /// Planar f32.
    Sound { rate_hz: u32, channels: i32 },
}

/// A graph: parsed, and after [`connect`](Self::connect) at work.
pub(crate) struct Graph {
    graph: *mut ffi::AVFilterGraph,
    /// Open pads of the description, and after connecting the sources and sinks at them, which the graph owns.
    inputs: Vec<Pad>,
    outputs: Vec<Pad>,
}

struct Pad {
    medium: Medium,
    filter: *mut ffi::AVFilterContext,
    index: u32,
}

// SAFETY: a graph has no thread of its own home; its calls are made by whoever holds it, one at a time.
unsafe impl Send for Graph {}

impl Drop for Graph {
    fn drop(&mut self) {
        // SAFETY: the graph is owned, and with it its filters and the frames in them.
        unsafe { ffi::avfilter_graph_free(&mut self.graph) };
    }
}

/// A list of open pads, freed when dropped.
struct Pads(*mut ffi::AVFilterInOut);

impl Drop for Pads {
    fn drop(&mut self) {
        // SAFETY: the list is owned.
        unsafe { ffi::avfilter_inout_free(&mut self.0) };
    }
}

fn check(result: c_int) -> Result<c_int, ff::Error> {
    if result < 0 { Err(ff::Error::from(result)) } else { Ok(result) }
}

const NO_MEMORY: ff::Error = ff::Error::Other { errno: ff::error::ENOMEM };

impl Graph {
    /// Makes the filters of a description and links them among each other. 0 threads are as many as there are processors.
    pub(crate) fn parse(description: &CStr, threads: c_int, device: Option<&Device>) -> Result<Graph, ff::Error> {
        // SAFETY: the graph is owned from the moment it exists, and filled in before anything else. The lists that parsing
        // makes are owned; pads are told apart by their filter, which the graph owns. Filters take over the reference to
        // the device.
        unsafe {
            let graph = ffi::avfilter_graph_alloc();
            if graph.is_null() {
                return Err(NO_MEMORY);
            }
            let mut graph = Graph { graph, inputs: Vec::new(), outputs: Vec::new() };
            (*graph.graph).nb_threads = threads;
            let (mut inputs, mut outputs) = (Pads(ptr::null_mut()), Pads(ptr::null_mut()));
            check(ffi::avfilter_graph_parse2(graph.graph, description.as_ptr(), &mut inputs.0, &mut outputs.0))?;
            graph.inputs = pads(graph.graph, &inputs, |filter| (*filter).input_pads);
            graph.outputs = pads(graph.graph, &outputs, |filter| (*filter).output_pads);
            if let Some(device) = device {
                for index in 0..(*graph.graph).nb_filters as usize {
                    let filter = *(*graph.graph).filters.add(index);
                    (*filter).hw_device_ctx = device.give();
                }
            }
            Ok(graph)
        }
    }

    /// What its open inputs take.
    pub(crate) fn inputs(&self) -> impl ExactSizeIterator<Item = Medium> + '_ {
        self.inputs.iter().map(|pad| pad.medium)
    }

    /// What its open outputs give.
    pub(crate) fn outputs(&self) -> impl ExactSizeIterator<Item = Medium> + '_ {
        self.outputs.iter().map(|pad| pad.medium)
    }

    /// Puts a source at every input and a sink at every output, in formats that have a counterpart here, and settles what
    /// flows between the filters. There is a source for each input, of its medium.
    pub(crate) fn connect(&mut self, sources: &[Source]) -> Result<(), ff::Error> {
        for (pad, source) in self.inputs.iter_mut().zip(sources) {
            let made = source_filter(self.graph, source)?;
            // SAFETY: both filters are the graph's; linking checks the pads.
            unsafe { check(ffi::avfilter_link(made, 0, pad.filter, pad.index))? };
            (pad.filter, pad.index) = (made, 0);
        }
        for pad in &mut self.outputs {
            let (convert, formats, sink) = match pad.medium {
                Medium::Sound => (c"aformat", ("sample_fmts", c"fltp".to_owned()), c"abuffersink"),
                _ => (c"format", ("pix_fmts", pixel_formats()), c"buffersink"),
            };
            let convert = filter(self.graph, convert, &[formats])?;
            // Channels without names too, as the `ffmpeg` command has it.
            let sink = filter(self.graph, sink, &[("all_channel_counts", c"1".to_owned())])?;
            // SAFETY: all filters are the graph's; linking checks the pads.
            unsafe {
                check(ffi::avfilter_link(pad.filter, pad.index, convert, 0))?;
                check(ffi::avfilter_link(convert, 0, sink, 0))?;
            }
            (pad.filter, pad.index) = (sink, 0);
        }
        // SAFETY: the graph is whole.
        unsafe { check(ffi::avfilter_graph_config(self.graph, ptr::null_mut()))? };
        Ok(())
    }

    /// Hands a frame over to an input; `frame` refers to nothing afterwards.
    pub(crate) fn send(&mut self, input: usize, frame: &mut ff::Frame) -> Result<(), ff::Error> {
        // SAFETY: the source is the graph's, and the caller's frame is valid; its references are taken over.
        unsafe { check(ffi::av_buffersrc_add_frame_flags(self.inputs[input].filter, frame.as_mut_ptr(), 0))? };
        Ok(())
    }

    /// Says that nothing more comes at an input, and at which tick it ended.
    pub(crate) fn end(&mut self, input: usize, tick: Option<i64>) -> Result<(), ff::Error> {
        // SAFETY: the source is the graph's.
        unsafe { check(ffi::av_buffersrc_close(self.inputs[input].filter, tick.unwrap_or(ffi::AV_NOPTS_VALUE), 0))? };
        Ok(())
    }

    /// Whether an input was asked for a frame and had none.
    pub(crate) fn is_hungry(&self, input: usize) -> bool {
        // SAFETY: the source is the graph's.
        unsafe { ffi::av_buffersrc_get_nb_failed_requests(self.inputs[input].filter) > 0 }
    }

    /// Asks an output for its next frame: `EAGAIN` if more must go in, `Eof` after the last.
    pub(crate) fn receive(&mut self, output: usize, frame: &mut ff::Frame) -> Result<(), ff::Error> {
        // SAFETY: the sink is the graph's; the caller's frame is valid and gets references of its own.
        unsafe {
            ffi::av_frame_unref(frame.as_mut_ptr());
            check(ffi::av_buffersink_get_frame(self.outputs[output].filter, frame.as_mut_ptr()))?;
        }
        Ok(())
    }

    /// Seconds of a tick of an output's times.
    pub(crate) fn time_base(&self, output: usize) -> ff::Rational {
        // SAFETY: the sink is the graph's.
        unsafe { ffi::av_buffersink_get_time_base(self.outputs[output].filter) }.into()
    }
}

/// Open pads in the order in which their filters stand in the description; the list has them in another.
///
/// # Safety
/// The list is one that parsing into the graph made.
unsafe fn pads(
    graph: *mut ffi::AVFilterGraph,
    list: &Pads,
    of: impl Fn(*mut ffi::AVFilterContext) -> *mut ffi::AVFilterPad,
) -> Vec<Pad> {
    let (mut found, mut at) = (Vec::new(), list.0);
    // SAFETY: the list ends with null; its filters and their pads belong to the graph.
    unsafe {
        while let Some(pad) = at.as_ref() {
            let medium = match ffi::avfilter_pad_get_type(of(pad.filter_ctx), pad.pad_idx) {
                ffi::AVMediaType::AVMEDIA_TYPE_VIDEO => Medium::Pictures,
                ffi::AVMediaType::AVMEDIA_TYPE_AUDIO => Medium::Sound,
                _ => Medium::Other,
            };
            found.push(Pad { medium, filter: pad.filter_ctx, index: pad.pad_idx.unsigned_abs() });
            at = pad.next;
        }
        let place = |pad: &Pad| (0..(*graph).nb_filters as usize).find(|at| *(*graph).filters.add(*at) == pad.filter);
        found.sort_by_key(|pad| (place(pad), pad.index));
    }
    found
}

/// Makes a filter in a graph. Options that this FFmpeg's filter does not have are left out.
fn filter(
    graph: *mut ffi::AVFilterGraph,
    kind: &CStr,
    options: &[(&str, CString)],
) -> Result<*mut ffi::AVFilterContext, ff::Error> {
    // SAFETY: the graph is the caller's own and owns the filter; all strings live through the calls.
    unsafe {
        let filter = ffi::avfilter_graph_alloc_filter(graph, ffi::avfilter_get_by_name(kind.as_ptr()), ptr::null());
        if filter.is_null() {
            return Err(ff::Error::FilterNotFound);
        }
        for (name, value) in options {
            let name = CString::new(*name).map_err(|_| ff::Error::OptionNotFound)?;
            let children = ffi::AV_OPT_SEARCH_CHILDREN as c_int;
            match check(ffi::av_opt_set(filter.cast(), name.as_ptr(), value.as_ptr(), children)) {
                Ok(_) | Err(ff::Error::OptionNotFound) => {}
                Err(error) => return Err(error),
            }
        }
        check(ffi::avfilter_init_str(filter, ptr::null()))?;
        Ok(filter)
    }
}

/// The filter from which a source's frames come.
fn source_filter(graph: *mut ffi::AVFilterGraph, source: &Source) -> Result<*mut ffi::AVFilterContext, ff::Error> {
    let text = |text: String| CString::new(text).unwrap_or_default();
    match source {
        Source::Pictures { pixel, width, height, color, aspect, time_base, frame_rate } => {
            let pixel = ffi::AVPixelFormat::from(*pixel) as c_int;
            let mut options = vec![
                ("video_size", text(format!("{width}x{height}"))),
                ("pix_fmt", text(pixel.to_string())),
                ("time_base", text(format!("{}/{}", time_base.0, time_base.1))),
                ("pixel_aspect", text(format!("{}/{}", aspect.0, aspect.1.max(1)))),
                // From FFmpeg 7 on; before, each frame said it for itself.
                ("colorspace", text(color.matrix.to_string())),
                ("range", text(color.range.to_string())),
            ];
            if frame_rate.0 > 0 {
                options.push(("frame_rate", text(format!("{}/{}", frame_rate.0, frame_rate.1))));
            }
            filter(graph, c"buffer", &options)
        }
        &Source::Sound { rate_hz, channels } => filter(
            graph,
            c"abuffer",
            &[
                ("time_base", text(format!("1/{rate_hz}"))),
                ("sample_rate", text(rate_hz.to_string())),
                ("sample_fmt", text("fltp".to_owned())),
                // A mask; a number of channels alone would leave their places open.
                ("channel_layout", text(format!("{:#x}", ff::ChannelLayout::default(channels).bits()))),
            ],
        ),
    }
}

/// All pixel formats that have a counterpart here, for negotiation.
fn pixel_formats() -> CString {
    let names: Vec<String> = pixels::SAME_BYTES
        .iter()
        .filter_map(|pixel| pixel.descriptor().map(|descriptor| descriptor.name().to_owned()))
        .collect();
    CString::new(names.join("|")).unwrap_or_default()
}

/// The names of all filters.
pub(crate) fn filter_names() -> Vec<String> {
    let (mut names, mut state) = (Vec::new(), ptr::null_mut());
    // SAFETY: filters and their names are static.
    unsafe {
        while let Some(filter) = ffi::av_filter_iterate(&mut state).as_ref() {
            names.push(CStr::from_ptr(filter.name).to_string_lossy().into_owned());
        }
    }
    names
}

/// Says about a frame for a filter what is known about its picture, and marks it, so that it is known again if the filters
/// only pass it on.
pub(crate) fn describe_for_filter(
    frame: &mut ff::frame::Video,
    tick: Option<i64>,
    color: &ColorNumbers,
    aspect: (u32, u32),
    fields: Option<bool>,
) {
    frame.set_pts(tick);
    // SAFETY: the frame is borrowed. Enums are written as the ints that they are for C; the mark is only ever compared.
    unsafe {
        let raw = frame.as_mut_ptr();
        ptr::addr_of_mut!((*raw).colorspace).cast::<c_int>().write(color.matrix);
        ptr::addr_of_mut!((*raw).color_range).cast::<c_int>().write(color.range);
        ptr::addr_of_mut!((*raw).color_primaries).cast::<c_int>().write(color.primaries);
        ptr::addr_of_mut!((*raw).color_trc).cast::<c_int>().write(color.transfer);
        ptr::addr_of_mut!((*raw).chroma_location).cast::<c_int>().write(color.chroma_location);
        let side = |value: u32| c_int::try_from(value).unwrap_or(0);
        (*raw).sample_aspect_ratio = ffi::AVRational { num: side(aspect.0), den: side(aspect.1).max(1) };
        set_fields(raw, fields);
        (*raw).opaque = mark(raw);
    }
}

/// Notes whether a picture has two fields, and whether the top one comes first.
///
/// # Safety
/// The frame is valid.
#[cfg(ffmpeg_6_1)]
unsafe fn set_fields(frame: *mut ffi::AVFrame, fields: Option<bool>) {
    let (interlaced, top) = (ffi::AV_FRAME_FLAG_INTERLACED as c_int, ffi::AV_FRAME_FLAG_TOP_FIELD_FIRST as c_int);
    // SAFETY: as promised.
    unsafe {
        (*frame).flags &= !(interlaced | top);
        (*frame).flags |= fields.map_or(0, |is_top_first| interlaced | if is_top_first { top } else { 0 });
    }
}

/// Notes whether a picture has two fields, and whether the top one comes first.
///
/// # Safety
/// The frame is valid.
#[cfg(not(ffmpeg_6_1))]
unsafe fn set_fields(frame: *mut ffi::AVFrame, fields: Option<bool>) {
    // SAFETY: as promised.
    unsafe {
        (*frame).interlaced_frame = fields.is_some().into();
        (*frame).top_field_first = fields.unwrap_or(false).into();
    }
}

/// # Safety
/// The frame is valid.
unsafe fn mark(frame: *const ffi::AVFrame) -> *mut std::ffi::c_void {
    // SAFETY: as promised; a buffer that is referred to is valid.
    unsafe { (*frame).buf[0].as_ref().map_or(ptr::null_mut(), |buffer| buffer.buffer.cast()) }
}

/// Whether a frame lies in the memory of the one that it was made from. Filters that make a new one take over what was said
/// about the old, the mark too, and put it into other memory.
pub(crate) fn was_passed_on(frame: &ff::frame::Video) -> bool {
    // SAFETY: the frame is borrowed; the mark is compared and not followed.
    unsafe {
        let raw = frame.as_ptr();
        !(*raw).opaque.is_null() && ptr::eq((*raw).opaque, mark(raw))
    }
}

/// Copies a picture that filters made into a slot, rows stored from the bottom up too.
pub(crate) fn copy_to_slot(
    frame: &ff::frame::Video,
    slot: impl FnOnce(&FrameLayout) -> Result<Pooled<Frame>, millpond_core::Error>,
) -> Result<ff::frame::Video, crate::Error> {
    let unsupported = || ff::Error::InvalidData;
    let fail = |error: ff::Error| crate::Error::Temporary { what: "a picture", reason: error.to_string() };
    let counterpart = pixels::counterpart(frame.format()).ok_or_else(unsupported).map_err(fail)?;
    let layout = FrameLayout::aligned(counterpart.format, frame.width(), frame.height())?;
    let slot = slot(&layout)?;
    let mut to = ff::frame::Video::empty();
    // SAFETY: both frames are valid; the new one lies in the slot, in the format and size of the old one.
    unsafe {
        let raw = to.as_mut_ptr();
        fill(raw, slot).ok_or_else(|| fail(NO_MEMORY))?;
        (*raw).format = (*frame.as_ptr()).format;
        ((*raw).width, (*raw).height) = ((*frame.as_ptr()).width, (*frame.as_ptr()).height);
        check(ffi::av_frame_copy(raw, frame.as_ptr())).map_err(fail)?;
        check(ffi::av_frame_copy_props(raw, frame.as_ptr())).map_err(fail)?;
    }
    Ok(to)
}
