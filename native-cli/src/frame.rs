//! `millpond frame`: one frame of a scene as a PNG file.

use crate::arguments::FrameArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::{interrupt, png, scene_file};
use serde_json::json;

pub(crate) fn run(arguments: &FrameArguments, console: &Console) -> Result<(), Failure> {
    let (scene, options) = scene_file::read(&arguments.scene)?;
    let cancel = options.cancel.clone();
    interrupt::listen(move || cancel.abandon())?;
    let output = png::create(&arguments.output)?;
    let frame = millpond::ffmpeg::frame_at(&scene, &options, arguments.at)?;
    let (width, height) = (frame.layout().width(), frame.layout().height());
    png::write(output, &arguments.output, frame.bytes(), width, height)?;
    let shown = arguments.output.display();
    let fields = json!({"width": width, "height": height, "output": shown.to_string()});
    console.result(&fields, format_args!("{width}x{height} to {shown}"))
}
