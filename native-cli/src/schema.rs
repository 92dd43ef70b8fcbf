//! `millpond schema`: the JSON Schema of scene files, as it is with or without `--json`.

use crate::console::Console;
use crate::failure::Failure;

pub(crate) fn run(console: &Console) -> Result<(), Failure> {
    console.print(format_args!("{}", millpond::scene::schema::schema()))
}
