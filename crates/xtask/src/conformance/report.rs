//! What a comparison prints: for a program one JSON object a frame, for a person the first differences.

use serde_json::json;

use super::Verdict;

/// Differences shown to a person one by one; more are only counted.
const SHOWN: u64 = 5;

/// Prints frame by frame, and counts.
pub(super) struct Report {
    json: bool,
    verdict: Verdict,
}

impl Report {
    pub(super) fn new(json: bool) -> Self {
        Self { json, verdict: Verdict::default() }
    }

    /// One frame; `None` where that side did not compose it.
    pub(super) fn frame(&mut self, frame: usize, native: Option<&str>, browser: Option<&str>) {
        let equal = native.is_some() && native == browser;
        self.verdict.compared += u64::from(native.is_some() && browser.is_some());
        self.verdict.different += u64::from(!equal);
        if self.json {
            // Written by hand for the order of the fields.
            let (native, browser) = (json!(native), json!(browser));
            println!(r#"{{"frame":{frame},"native":{native},"browser":{browser},"equal":{equal}}}"#);
        } else if !equal && self.verdict.different <= SHOWN {
            let hash = |hash: Option<&str>| hash.unwrap_or("not composed").to_owned();
            println!("frame {frame} differs: native {}, browser {}", hash(native), hash(browser));
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.verdict
    }
}
