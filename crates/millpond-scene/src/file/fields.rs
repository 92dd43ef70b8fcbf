//! Reading a JSON object field by field, collecting every problem with its path.

use crate::{Problem, Rational, parse_rational};
use serde_json::{Map, Value};

/// Problems found so far.
#[derive(Default)]
pub(super) struct Report {
    pub(super) problems: Vec<Problem>,
}

impl Report {
    pub(super) fn add(&mut self, path: &str, code: &'static str, message: impl Into<String>) {
        self.problems.push(Problem { path: path.to_string(), code, message: message.into() });
    }

    /// Notes a value of the wrong kind.
    pub(super) fn expected(&mut self, path: &str, what: &str, found: &Value) {
        let mut shown = found.to_string();
        if shown.chars().count() > 60 {
            shown = shown.chars().take(57).chain("...".chars()).collect();
        }
        self.add(path, "E_SCENE_VALUE", format!("expected {what}, found {shown}"));
    }
}

/// An object whose fields are taken one by one; what is left at the end is unknown.
pub(super) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(path: String, value: &'a Value, report: &mut Report) -> Option<Fields<'a>> {
        match value {
            Value::Object(map) => Some(Fields { path, map, taken: Vec::new() }),
            other => {
                report.expected(&path, "an object", other);
                None
            }
        }
    }

    /// Path of a field.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) }
    }

    /// A field that may be absent.
    pub(super) fn optional(&mut self, name: &'static str) -> Option<&'a Value> {
        self.taken.push(name);
        self.map.get(name)
    }

    /// A field that must be there.
    pub(super) fn required(&mut self, name: &'static str, report: &mut Report) -> Option<&'a Value> {
        let value = self.optional(name);
        if value.is_none() {
            report.add(&self.path(name), "E_SCENE_FIELD", "missing");
        }
        value
    }

    /// Whether a field is there, without taking it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// Reports every field that was not taken.
    pub(super) fn finish(self, report: &mut Report) {
        for name in self.map.keys().filter(|name| !self.taken.contains(&name.as_str())) {
            let known = self.taken.join(", ");
            report.add(&self.path(name), "E_SCENE_FIELD", format!("unknown field; known here: {known}"));
        }
    }
}

/// An exact number: a JSON number, or a string with a number or a fraction.
pub(super) fn rational(path: &str, value: &Value, what: &str, report: &mut Report) -> Option<Rational> {
    let parsed = match value {
        Value::Number(number) => parse_rational(number.as_str()),
        Value::String(text) => parse_rational(text),
        _ => None,
    };
    if parsed.is_none() {
        report.expected(path, what, value);
    }
    parsed
}

/// An exact number that must be written as one.
pub(super) fn number(path: &str, value: &Value, what: &str, report: &mut Report) -> Option<Rational> {
    if value.is_number() {
        return rational(path, value, what, report);
    }
    report.expected(path, what, value);
    None
}

/// A whole number within limits.
pub(super) fn integer(
    path: &str,
    value: &Value,
    limits: std::ops::RangeInclusive<i64>,
    report: &mut Report,
) -> Option<i64> {
    let parsed = match value {
        Value::Number(number) => parse_rational(number.as_str()),
        _ => None,
    };
    let whole = parsed.filter(Rational::is_integer).map(|value| value.to_integer());
    let within = whole.and_then(|value| i64::try_from(value).ok()).filter(|value| limits.contains(value));
    if within.is_none() {
        report.expected(path, &format!("a whole number from {} to {}", limits.start(), limits.end()), value);
    }
    within
}

/// One of a few words.
pub(super) fn word<T: Copy>(path: &str, value: &Value, words: &[(&str, T)], report: &mut Report) -> Option<T> {
    let found = value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
    if found.is_none() {
        let list: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        report.expected(path, &list.join(" or "), value);
    }
    found.map(|(_, value)| *value)
}
