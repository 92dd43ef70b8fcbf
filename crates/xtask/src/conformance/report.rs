//! What a comparison prints: for a program one JSON object a frame, for a person the first differences.

use serde_json::json;

use super::Verdict;

/// Differences shown to a person one by one; more are only counted.
const SHOWN: u64 = 5;

/// Prints frame by frame, and counts.
pub(super) struct Report {
    json: bool,
    /// The scene, where there are several.
    scene: Option<String>,
    verdict: Verdict,
}

impl Report {
    pub(super) fn new(json: bool, scene: Option<String>) -> Self {
        Self { json, scene, verdict: Verdict::default() }
    }

    /// Why a scene could not be run.
    pub(super) fn failed(&self, reason: &str) {
        if self.json {
            println!(r#"{{{}"failed":{}}}"#, self.prefix(), json!(reason));
        } else {
            println!("{}could not run: {reason}", self.heading());
        }
    }

    /// How it ended, for a person.
    pub(super) fn close(&self) {
        if !self.json {
            println!("{}{}", self.heading(), self.verdict);
        }
    }

    fn prefix(&self) -> String {
        self.scene.as_ref().map_or_else(String::new, |scene| format!(r#""scene":{},"#, json!(scene)))
    }

    fn heading(&self) -> String {
        self.scene.as_ref().map_or_else(String::new, |scene| format!("{scene}: "))
    }

    /// One frame; `None` where that side did not compose it.
    pub(super) fn frame(&mut self, frame: usize, native: Option<&str>, browser: Option<&str>) {
        let equal = native.is_some() && native == browser;
        self.verdict.compared += u64::from(native.is_some() && browser.is_some());
        self.verdict.different += u64::from(!equal);
        if self.json {
            // Written by hand for the order of the fields.
            let (native, browser) = (json!(native), json!(browser));
            println!(r#"{{{}"frame":{frame},"native":{native},"browser":{browser},"equal":{equal}}}"#, self.prefix());
        } else if !equal && self.verdict.different <= SHOWN {
            let hash = |hash: Option<&str>| hash.unwrap_or("not composed").to_owned();
            println!("{}frame {frame} differs: native {}, browser {}", self.heading(), hash(native), hash(browser));
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.verdict
    }
}
