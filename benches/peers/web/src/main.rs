//! The npm package in Chromium and in node beside what a page and a server have otherwise: `cargo xtask bench peers-web
//! [--json]`. The jobs are in `js/`, which millpond's and the peers' both run in one page or one process, in turns; outputs
//! are compared before they are timed. `MILLPOND_MEDIA` is the folder of the sample clips.

mod clip;
mod compositing;
mod features;
mod pipeline;
mod script;
mod upload;

use std::process::ExitCode;

use millpond_benches::parts::{self, Part};
use millpond_benches::row::Row;

type Rows = Result<Vec<Row>, String>;

const PARTS: [(&str, Part); 5] = [
    ("compositing", compositing::in_page),
    ("upload", upload::rows),
    ("pipeline", pipeline::rows),
    ("features", features::rows),
    ("node", compositing::in_node),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    parts::run("millpond-peers-web", &PARTS, &args)
}
