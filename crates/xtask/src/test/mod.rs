//! `cargo xtask test`: the set-up, then every check and every test. A failing step does not stop the later ones; the last
//! line has the counts.

mod counts;

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::failure::{Failure, Outcome};
use crate::setup::{self, Purpose, debian, node};
use crate::{native, page, paths, pools, shell};
use counts::Counts;

/// A step that is one command: its name, the command, and the folder it runs in if that is not the root.
struct Step {
    name: &'static str,
    line: &'static [&'static str],
    folder: &'static str,
}

const CHECKS: [Step; 5] = [
    Step { name: "format", line: &["cargo", "fmt", "--all", "--check"], folder: "." },
    Step { name: "licences and bans", line: &["cargo", "deny", "check", "licenses", "bans", "sources"], folder: "." },
    Step {
        name: "lints",
        line: &["cargo", "clippy", "--workspace", "--all-targets", "--keep-going", "--", "-D", "warnings"],
        folder: ".",
    },
    Step {
        name: "lints for wasm32",
        line: &[
            "cargo",
            "clippy",
            "--package",
            "millpond-wasm",
            "--target",
            "wasm32-unknown-unknown",
            "--",
            "-D",
            "warnings",
        ],
        folder: ".",
    },
    Step {
        name: "kernels for aarch64",
        line: &["cargo", "check", "--package", "millpond-core", "--target", "aarch64-unknown-linux-gnu"],
        folder: ".",
    },
];

const TESTS: [Step; 6] = [
    Step {
        name: "unit, property and doc tests",
        line: &[
            "cargo",
            "test",
            "--workspace",
            "--exclude",
            "millpond-tests",
            "--exclude",
            "millpond-bits",
            "--features",
            "millpond-core/async,millpond-core/bytes,millpond-core/tracing",
            "--no-fail-fast",
        ],
        folder: ".",
    },
    Step { name: "pools, every interleaving", line: &pools::LOOM, folder: "." },
    Step { name: "npm package", line: &["npm", "test"], folder: "bindings/wasm" },
    Step { name: "page in the browser", line: &["npm", "test"], folder: "web-demo" },
    Step { name: "the same bits everywhere", line: &["cargo", "test", "--package", "millpond-bits"], folder: "." },
    Step {
        name: "conformance and whole programs",
        line: &["cargo", "test", "--package", "millpond-tests", "--no-fail-fast"],
        folder: ".",
    },
];

/// What `--all` adds. Tests within other steps see it by the variable [`ALL`].
const ALL_TESTS: [Step; 1] =
    [Step { name: "npm package, every bundler", line: &["npm", "run", "test:all"], folder: "bindings/wasm" }];

/// Set to 1 for every step of `--all`.
const ALL: &str = "MILLPOND_ALL";

/// Runs everything; with `all` also what is large to install.
///
/// # Errors
/// Set-up cannot be done, or any step failed.
pub(crate) fn run(all: bool) -> Outcome {
    setup::run(Purpose::Test)?;
    if all {
        debian::require(&["firefox-esr"])?;
        node::install_every_bundler()?;
    }
    let begin = Instant::now();
    let mut total = Counts::default();
    let mut broken = Vec::new();
    let mut note = |name: &'static str, counts: Counts, passed: bool| {
        total.add(counts);
        // A step that broke down before it could count, or has nothing to count, has failed once.
        total.failed += u64::from(!passed && counts.failed == 0);
        broken.extend((!passed).then_some(name));
    };
    for step in CHECKS {
        let (counts, passed) = step.run(all)?;
        note(step.name, counts, passed);
    }
    // What the tests below run as whole programs.
    for (name, build) in [("release build", native::build as fn() -> Outcome), ("npm package and page", page::build)] {
        let built = shell::timed(name, build);
        if let Err(failure) = &built {
            eprintln!("   {failure}");
        }
        note(name, Counts::default(), built.is_ok());
    }
    for step in TESTS.iter().chain(if all { ALL_TESTS.as_slice() } else { &[] }) {
        let (counts, passed) = step.run(all)?;
        note(step.name, counts, passed);
    }
    eprintln!("== {:.0} s in all", begin.elapsed().as_secs_f64());
    for name in &broken {
        eprintln!("FAILED {name}");
    }
    println!("{total}");
    if broken.is_empty() { Ok(()) } else { Err(Failure::Told) }
}

impl Step {
    /// Runs the command, shows its output as it comes and counts the tests in it. Returns whether it ended with 0.
    fn run(&self, all: bool) -> Outcome<(Counts, bool)> {
        let mut command = shell::command(self.line[0], &self.line[1..]);
        if all {
            command.env(ALL, "1");
        }
        if self.folder != "." {
            command.current_dir(paths::root().join(self.folder));
        }
        shell::timed(self.name, || {
            eprintln!("  $ {}", shell::plain(&command));
            let mut counts = Counts::default();
            let passed = shown(&mut command, |line| counts.read(line));
            let passed = passed.map_err(|e| Failure::io(shell::plain(&command), e))?;
            Ok((counts, passed))
        })
    }
}

/// Runs a command, passes on every line of its standard output and hands it to `look`. Whether it ended with 0.
fn shown(command: &mut Command, mut look: impl FnMut(&str)) -> io::Result<bool> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take().map(BufReader::new);
    for line in stdout.into_iter().flat_map(|reader| reader.split(b'\n')) {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        writeln!(io::stdout(), "{line}")?;
        look(&line);
    }
    Ok(child.wait()?.success())
}
