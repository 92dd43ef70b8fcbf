//! `cargo xtask setup`: everything a machine needs for `demo` and `test`. Each step first looks whether it is done; if it
//! is not, the step shows the plain commands it runs.

pub(crate) mod debian;
mod media;
pub(crate) mod node;
pub(crate) mod rust;

pub(crate) use media::BIG_BUCK_BUNNY;

use crate::failure::{Failure, Outcome};
use crate::shell;

/// Who is set up for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Building, rendering and previewing.
    Demo,
    /// All of that, and the checks.
    Test,
}

/// One step: a name, a look whether it is done, and the doing.
struct Step {
    name: &'static str,
    done: fn() -> Outcome<bool>,
    act: fn() -> Outcome,
}

const STEPS: [Step; 5] = [
    Step { name: "Debian packages", done: debian::done, act: debian::act },
    Step { name: "node 20 and npm", done: node::present, act: node::say_how },
    Step { name: "Rust for wasm32", done: rust::wasm_target_present, act: rust::add_wasm_target },
    Step { name: "npm packages", done: node::packages_present, act: node::install_packages },
    Step { name: "sample media", done: media::done, act: media::act },
];

const CHECKING_STEPS: [Step; 2] = [
    Step { name: "Rust for aarch64", done: rust::aarch64_target_present, act: rust::add_aarch64_target },
    Step { name: "cargo-deny", done: rust::cargo_deny_present, act: rust::install_cargo_deny },
];

/// Does what is not done yet.
///
/// # Errors
/// The first step that cannot be done, with what a person can do about it.
pub(crate) fn run(purpose: Purpose) -> Outcome {
    let checking = if purpose == Purpose::Test { CHECKING_STEPS.as_slice() } else { &[] };
    for step in STEPS.iter().chain(checking) {
        if (step.done)()? {
            eprintln!("ok {}", step.name);
            continue;
        }
        shell::timed(step.name, step.act)?;
        if !(step.done)()? {
            return Err(Failure::CouldNotRun(format!("{}: still missing after the commands above", step.name)));
        }
    }
    Ok(())
}
