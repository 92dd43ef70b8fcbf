//! A peer in a process of its own: a program in Python or JavaScript that answers each line with one line. By custom a
//! line is a JSON array of a job's name and its arguments, the answer a JSON object; `{"error":"…"}` says why not. The
//! peer times its own work, so what the pipe costs is not counted.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// The running program; it ends when this is dropped.
pub struct Peer {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts the program.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(command: &mut Command) -> Result<Peer, String> {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.map_err(|e| format!("{command:?}: {e}"))?;
        let (to, from) = (child.stdin.take(), child.stdout.take());
        let from = BufReader::new(from.ok_or("the peer has no output")?);
        Ok(Peer { child, to, from })
    }

    /// Sends a line and waits for the answer.
    ///
    /// # Errors
    /// The peer is gone, did not answer with JSON, or answered with an error.
    pub fn ask(&mut self, line: &Value) -> Result<Value, String> {
        let to = self.to.as_mut().ok_or("the peer has no input")?;
        writeln!(to, "{line}").and_then(|()| to.flush()).map_err(|e| format!("the peer is gone: {e}"))?;
        let mut answer = String::new();
        self.from.read_line(&mut answer).map_err(|e| format!("the peer is gone: {e}"))?;
        let answer: Value = serde_json::from_str(&answer)
            .map_err(|e| format!("the peer answered `{}` to {line}: {e}", answer.trim()))?;
        match answer.get("error") {
            Some(error) => Err(error.as_str().map_or_else(|| error.to_string(), str::to_owned)),
            None => Ok(answer),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input is its sign to go.
        self.to = None;
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_go_there_and_back() {
        let mut echo = Peer::start(&mut Command::new("cat")).unwrap();
        assert_eq!(echo.ask(&json!({"job": 1})).unwrap(), json!({"job": 1}));
        assert_eq!(echo.ask(&json!({"error": "no such job"})).unwrap_err(), "no such job");
    }

    #[test]
    fn a_peer_that_ends_is_an_error() {
        let mut gone = Peer::start(&mut Command::new("true")).unwrap();
        assert!(gone.ask(&json!("hello")).is_err());
    }
}
