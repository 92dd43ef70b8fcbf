//! Writing to a person, or with `--json` to a program: one object a line on stdout, and nothing else there.
//!
//! A closed pipe is not an error; any other failure to write to stdout is one of the output.

use crate::failure::Failure;
use millpond::ffmpeg::Warning;
use serde_json::{Value, json};
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Where results, warnings and errors go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    pub(crate) json: bool,
}

impl Console {
    pub(crate) fn new(json: bool) -> Console {
        Console { json }
    }

    /// The last word of a command: its result, or its failure.
    pub(crate) fn finish(&self, done: Result<(), Failure>) -> ExitCode {
        let Err(failure) = done else { return ExitCode::SUCCESS };
        let mut lines = format!("error[{}]: {}\n", failure.code, failure.message);
        for detail in &failure.details {
            lines.push_str(detail);
            lines.push('\n');
        }
        self.complain(&lines);
        if self.json {
            let mut fields = json!({"code": failure.code, "message": failure.message});
            if !failure.details.is_empty() {
                let details: Vec<&str> = failure.details.iter().map(|detail| detail.trim()).collect();
                fields["details"] = json!(details);
            }
            // The failure at hand matters more than this one.
            let _ = self.event("error", &fields);
        }
        ExitCode::from(failure.exit)
    }

    /// A result: a `done` event with these fields for a program, text for a person.
    pub(crate) fn result(&self, fields: &Value, text: impl Display) -> Result<(), Failure> {
        if self.json { self.event("done", fields) } else { self.print(format_args!("{text}\n")) }
    }

    /// An event with some fields.
    pub(crate) fn event(&self, name: &str, fields: &Value) -> Result<(), Failure> {
        let fields = fields.to_string();
        self.print(format_args!("{{\"event\":\"{name}\",{}\n", fields.trim_start_matches('{')))
    }

    /// Something that does not stop the command.
    pub(crate) fn warning(&self, warning: &Warning) -> Result<(), Failure> {
        self.complain(&format!("warning[{}]: {}\n", warning.code, warning.message));
        if self.json {
            return self.event("warning", &json!({"code": warning.code, "message": warning.message}));
        }
        Ok(())
    }

    /// Writes to stdout.
    pub(crate) fn print(&self, text: std::fmt::Arguments<'_>) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_fmt(text).and_then(|()| stdout.flush());
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::new(4, "E_OUTPUT", format!("cannot write the output ({error}): stdout")))
            }
            _ => Ok(()),
        }
    }

    fn complain(&self, text: &str) {
        // Nobody is left to tell if even this fails.
        let _ = io::stderr().write_all(text.as_bytes());
    }
}
