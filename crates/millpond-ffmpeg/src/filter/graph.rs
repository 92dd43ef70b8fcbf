//! A graph at work.

use super::ports::{Input, Output};
use super::{FilterConfig, FilterInput, FilterStats};
use crate::options::near;
use crate::sys::{self, Buffers, Graph, Medium};
use crate::video_frame::Destination;
use crate::{Error, Flow, SoundBlock, State, VideoFrame, demuxer};
use ffmpeg_next as ff;
use millpond_core::{Rational, memory};
use std::ffi::CString;

/// A graph of libavfilter's filters; see [`filter`](crate::filter).
pub struct FilterGraph {
    description: String,
    config: FilterConfig,
    state: State,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    /// Made when it is known what comes in at every input.
    graph: Option<Graph>,
    /// What came in changed: the graph gives what it has, and is made anew then.
    is_turning: bool,
    picture: ff::frame::Video,
    sound: ff::frame::Audio,
    stats: FilterStats,
}

const WORKING: &[State] = &[State::Opened, State::Streaming];
const OPEN: &[State] = &[State::Opened, State::Streaming, State::Draining];

impl FilterGraph {
    /// A graph that is not open yet. The description is FFmpeg's (`scale=640:-2,fps=30`); its open inputs and outputs are
    /// numbered in the order in which they stand there.
    pub fn new(description: &str, inputs: &[FilterInput], config: FilterConfig) -> FilterGraph {
        FilterGraph {
            description: description.to_owned(),
            config,
            state: State::Created,
            inputs: inputs.iter().copied().map(Input::new).collect(),
            outputs: Vec::new(),
            graph: None,
            is_turning: false,
            picture: ff::frame::Video::empty(),
            sound: ff::frame::Audio::empty(),
            stats: FilterStats::default(),
        }
    }

    /// Checks the description. Allowed when created or closed; a closed graph begins anew. Allocates.
    ///
    /// # Errors
    /// [`Error::Filter`] for filters and options that FFmpeg does not have, and for inputs that do not match the open ones of
    /// the description; [`Error::Core`] for an impossible input; [`Error::WrongState`].
    pub fn open(&mut self) -> Result<(), Error> {
        self.state.allow("open", &[State::Created, State::Closed])?;
        demuxer::prepare();
        self.inputs.iter().try_for_each(|input| input.what.check())?;
        let parsed = self.parse()?;
        let wanted: Vec<Medium> = parsed.inputs().collect();
        let given: Vec<Medium> = self.inputs.iter().map(|input| input.what.medium()).collect();
        if wanted != given {
            return Err(self.error(format!("its open inputs are {wanted:?}, given were {given:?}")));
        }
        let mut outputs = Vec::new();
        for medium in parsed.outputs() {
            if medium == Medium::Other {
                return Err(self.error("an output gives neither pictures nor sound".to_owned()));
            }
            let slots = Buffers::new(ff::codec::Id::None, 0, self.config.held, self.config.when_empty, u64::MAX, None)?;
            outputs.push(Output { medium, time_base: None, graph_base: None, waiting: None, is_over: false, slots });
        }
        self.outputs = outputs;
        self.state = State::Opened;
        if self.inputs.is_empty() { self.connect() } else { Ok(()) }
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// Seconds of a tick of what comes out at an output, once something may come; it stays the same from then on.
    pub fn time_base(&self, output: usize) -> Option<Rational> {
        self.outputs.get(output).and_then(|output| output.time_base)
    }

    /// Hands over a picture by reference: [`Flow::Done`] if it was taken, [`Flow::Full`] if frames must be received first, or
    /// another input waits for one. A picture of another size, format or colour than the one before lets the graph give all it
    /// has, and then has it made anew.
    ///
    /// # Errors
    /// [`Error::WrongState`]; [`Error::Core`] if there is no such input of pictures; [`Error::UnsupportedFormat`];
    /// [`Error::Filter`] if the filters do not take what comes in.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, but when the graph is made, which counts as
    /// [opening](millpond_core::memory::opening).
    pub fn send_video(&mut self, input: usize, picture: &VideoFrame) -> Result<Flow, Error> {
        self.state.allow("send_video", WORKING)?;
        if self.is_full("send_video", input)? {
            return Ok(Flow::Full);
        }
        let parked = self.inputs[input].picture(picture)?;
        self.inputs[input].parked = Some(parked);
        self.state = State::Streaming;
        self.advance()?;
        Ok(Flow::Done)
    }

    /// Hands over a block of sound, a slice of equal length for each channel, which is copied. `tick` is the time of its first
    /// sample, in samples; `None` follows the block before it. Answers like [`send_video`](Self::send_video).
    ///
    /// # Errors
    /// As there; [`Error::Core`] also for other channels than the input was given.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, but when the graph is made.
    pub fn send_audio(&mut self, input: usize, channels: &[&[f32]], tick: Option<i64>) -> Result<Flow, Error> {
        self.state.allow("send_audio", WORKING)?;
        if self.is_full("send_audio", input)? {
            return Ok(Flow::Full);
        }
        let parked = self.inputs[input].sound(channels, tick)?;
        if parked.is_some() {
            self.inputs[input].parked = parked;
            self.state = State::Streaming;
            self.advance()?;
        }
        Ok(Flow::Done)
    }

    /// Says that nothing more comes at an input. When that is so at all, what the filters still hold can be received.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless opened or streaming; [`Error::Core`] if there is no such input; [`Error::Filter`].
    pub fn send_end(&mut self, input: usize) -> Result<(), Error> {
        self.state.allow("send_end", WORKING)?;
        self.input(input)?.is_ended = true;
        if self.inputs.iter().all(|input| input.is_ended) {
            self.state = State::Draining;
        }
        self.advance()
    }

    /// Asks an output for its next picture: [`Flow::Done`] if it is in `to`, [`Flow::NeedMore`] if more must be sent first,
    /// [`Flow::Ended`] after the last one. A picture that does not fit `to` stays and can be asked for again.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless open; [`Error::Core`] if there is no such output of pictures, `to` has another size or
    /// format, or for want of a slot; [`Error::Filter`] if a filter fails.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, but for a new pool and when the graph is made.
    pub fn receive_video<T: Destination>(&mut self, output: usize, to: &mut T) -> Result<Flow, Error> {
        self.state.allow("receive_video", OPEN)?;
        self.output(output, Medium::Pictures)?;
        if self.outputs[output].waiting.is_none() {
            let mut frame = std::mem::replace(&mut self.picture, ff::frame::Video::empty());
            match self.receive(output, &mut frame)? {
                Flow::Done => {}
                other => {
                    self.picture = frame;
                    return Ok(other);
                }
            }
            self.outputs[output].waiting = Some(self.outputs[output].picture(frame, T::KEEPS)?);
        }
        let was_copied = to.put(&mut self.outputs[output].waiting)?;
        self.stats.copies += u64::from(was_copied);
        self.stats.pictures += 1;
        Ok(Flow::Done)
    }

    /// Asks an output for its next block of sound; answers like [`receive_video`](Self::receive_video).
    ///
    /// # Errors
    /// [`Error::WrongState`] unless open; [`Error::Core`] if there is no such output of sound; [`Error::UnsupportedFormat`] for
    /// more than [`MAX_CHANNELS`](crate::MAX_CHANNELS) channels; [`Error::Filter`] if a filter fails.
    ///
    /// # Realtime
    /// Does not allocate on the Rust heap, unless a block is longer than all before, and when the graph is made.
    pub fn receive_audio(&mut self, output: usize, to: &mut SoundBlock) -> Result<Flow, Error> {
        self.state.allow("receive_audio", OPEN)?;
        self.output(output, Medium::Sound)?;
        let mut frame = std::mem::replace(&mut self.sound, ff::frame::Audio::empty());
        let flow = self.receive(output, &mut frame)?;
        if flow == Flow::Done {
            let tick = self.outputs[output].tick(frame.pts());
            frame.set_pts(tick);
            to.fill(&frame, &"filter graph")?;
        }
        self.sound = frame;
        Ok(flow)
    }

    /// Forgets everything that was sent, after a seek or to begin anew.
    ///
    /// # Errors
    /// [`Error::WrongState`] unless open; [`Error::Filter`].
    pub fn flush(&mut self) -> Result<(), Error> {
        self.state.allow("flush", OPEN)?;
        self.forget();
        self.state = State::Opened;
        if self.inputs.is_empty() { self.connect() } else { Ok(()) }
    }

    /// Gives the filters back. What was handed out stays valid.
    pub fn close(&mut self) {
        self.forget();
        self.outputs.clear();
        self.state = State::Closed;
    }

    /// What it did so far; copies into slots and figures of the slots are those since it was opened.
    pub fn stats(&self) -> FilterStats {
        let copies: u64 = self.outputs.iter().map(|output| output.slots.counts().copies).sum();
        let pool = self.outputs.iter().map(|output| output.slots.pool_stats()).sum();
        FilterStats { copies: self.stats.copies + copies, pool, ..self.stats }
    }

    fn forget(&mut self) {
        memory::opening(|| self.graph = None);
        self.is_turning = false;
        self.inputs.iter_mut().for_each(Input::reset);
        for output in &mut self.outputs {
            (output.waiting, output.is_over) = (None, false);
        }
    }

    fn input(&mut self, index: usize) -> Result<&mut Input, Error> {
        let expected = "less than the number of inputs";
        let missing = millpond_core::Error::BadParameter { name: "input", value: index as f64, expected };
        self.inputs.get_mut(index).ok_or(missing.into())
    }

    fn output(&self, index: usize, medium: Medium) -> Result<(), Error> {
        match self.outputs.get(index).map(|output| output.medium) {
            Some(found) if found == medium => Ok(()),
            found => {
                let expected = match (found, medium) {
                    (None, _) => "less than the number of outputs",
                    (_, Medium::Sound) => "an output of sound",
                    _ => "an output of pictures",
                };
                Err(millpond_core::Error::BadParameter { name: "output", value: index as f64, expected }.into())
            }
        }
    }

    /// Whether an input has no room.
    fn is_full(&mut self, call: &'static str, index: usize) -> Result<bool, Error> {
        let (is_turning, has_graph) = (self.is_turning, self.graph.is_some());
        let input = self.input(index)?;
        if input.is_ended {
            return Err(Error::WrongState { call, state: State::Draining });
        }
        Ok(is_turning || input.parked.is_some() || (has_graph && input.is_full))
    }

    /// Moves on what waits at the inputs.
    fn advance(&mut self) -> Result<(), Error> {
        if self.is_turning {
            return Ok(());
        }
        if self.graph.is_none() {
            // Sound is known beforehand, pictures are not.
            let is_known = |input: &Input| input.parked.is_some() || input.source.is_some();
            let has_begun = self.inputs.iter().any(|input| input.parked.is_some());
            if !has_begun || !self.inputs.iter().all(is_known) {
                return Ok(());
            }
            self.connect()?;
        }
        let Some(graph) = &mut self.graph else { return Ok(()) };
        let is_other = |input: &Input| input.parked.as_ref().is_some_and(|(_, source)| Some(*source) != input.source);
        let mut result = Ok(());
        if self.inputs.iter().any(is_other) {
            self.is_turning = true;
            for (index, input) in self.inputs.iter_mut().enumerate().filter(|(_, input)| !input.is_told) {
                input.is_told = true;
                result = result.and(graph.end(index, input.end_tick()));
            }
        } else {
            for (index, input) in self.inputs.iter_mut().enumerate() {
                if let Some((mut frame, _)) = input.parked.take() {
                    input.is_full = true;
                    input.note(&frame);
                    result = result.and(graph.send(index, frame.raw()));
                }
                if input.is_ended && !input.is_told {
                    input.is_told = true;
                    result = result.and(graph.end(index, input.end_tick()));
                }
            }
        }
        result.map_err(|error| self.error(error.to_string()))
    }

    /// Takes a frame out of an output's sink.
    fn receive(&mut self, output: usize, frame: &mut ff::Frame) -> Result<Flow, Error> {
        loop {
            let Some(graph) = &mut self.graph else {
                // An input that ended without a frame leaves the others nothing to be filtered with.
                return Ok(if self.state == State::Draining { Flow::Ended } else { Flow::NeedMore });
            };
            if self.outputs[output].is_over {
                if !self.is_turning {
                    return Ok(Flow::Ended);
                }
                if !self.outputs.iter().all(|output| output.is_over) {
                    return Ok(Flow::NeedMore);
                }
                self.is_turning = false;
                self.stats.rebuilds += 1;
                self.connect()?;
                self.advance()?;
                continue;
            }
            match graph.receive(output, frame) {
                Ok(()) => return Ok(Flow::Done),
                Err(ff::Error::Eof) => self.outputs[output].is_over = true,
                Err(ff::Error::Other { errno: ff::error::EAGAIN }) => {
                    let is_any_hungry = (0..self.inputs.len()).any(|input| graph.is_hungry(input));
                    for (index, input) in self.inputs.iter_mut().enumerate() {
                        input.is_full &= is_any_hungry && !graph.is_hungry(index);
                    }
                    return Ok(Flow::NeedMore);
                }
                Err(error) => return Err(self.error(error.to_string())),
            }
        }
    }

    fn parse(&self) -> Result<Graph, Error> {
        let description =
            CString::new(self.description.as_str()).map_err(|_| self.error("a zero in the description".to_owned()))?;
        let device = self.config.device.as_ref().map(|device| device.raw());
        let threads = i32::try_from(self.config.threads).unwrap_or(0);
        let (parsed, said) = sys::collect(|| Graph::parse(&description, threads, device));
        parsed.map_err(|error| self.explain(error, &said))
    }

    /// Makes the graph for what comes in now.
    fn connect(&mut self) -> Result<(), Error> {
        memory::opening(|| {
            self.graph = None;
            let of = |input: &Input| input.parked.as_ref().map(|(_, source)| *source).or(input.source);
            let sources: Vec<sys::Source> = self.inputs.iter().filter_map(of).collect();
            let connected = self.parse().and_then(|mut graph| {
                let (connected, said) = sys::collect(|| graph.connect(&sources));
                connected.map(|()| graph).map_err(|error| self.explain(error, &said))
            });
            for (input, source) in self.inputs.iter_mut().zip(sources) {
                (input.source, input.is_told, input.is_full) = (Some(source), false, false);
                if connected.is_err() {
                    input.parked = None;
                }
            }
            let graph = connected?;
            for (index, output) in self.outputs.iter_mut().enumerate() {
                let base = graph.time_base(index);
                output.graph_base = crate::streams::rational(base);
                output.time_base = output.time_base.or(output.graph_base);
                output.is_over = false;
            }
            self.graph = Some(graph);
            Ok(())
        })
    }

    fn error(&self, reason: String) -> Error {
        Error::Filter { graph: self.description.clone(), reason }
    }

    /// What went wrong, in the words that FFmpeg said on the way.
    fn explain(&self, error: ff::Error, said: &[String]) -> Error {
        let mut reason = error.to_string();
        if !said.is_empty() {
            reason = format!("{reason}: {}", said.join("; "));
        }
        if let Some((_, name)) = reason.split_once("No such filter: '") {
            let names = sys::filter_names();
            let near = near(name.split('\'').next().unwrap_or_default(), names.iter().map(String::as_str));
            if !near.is_empty() {
                reason = format!("{reason} (near: {})", near.join(", "));
            }
        }
        self.error(reason)
    }
}
