//! A row of results, and the median it is made of.

use std::fmt;

use serde_json::{Value, json};

/// A job, what it cost us and the peer, and the bar: ratio = ours / theirs, smaller is better.
pub(crate) struct Row {
    pub(crate) job: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: f64,
    pub(crate) peer: &'static str,
    pub(crate) peer_version: String,
    pub(crate) theirs: f64,
    pub(crate) bar: f64,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.ours / self.theirs
    }

    fn pass(&self) -> bool {
        self.ratio() <= self.bar
    }

    /// One JSON object, its fields in the order of a table's columns.
    pub(crate) fn to_json(&self) -> String {
        let rounded = |value: f64| json!((value * 1000.0).round() / 1000.0);
        let fields: [(&str, Value); 9] = [
            ("job", json!(self.job)),
            ("unit", json!(self.unit)),
            ("ours", rounded(self.ours)),
            ("peer", json!(self.peer)),
            ("peer_version", json!(self.peer_version)),
            ("theirs", rounded(self.theirs)),
            ("ratio", rounded(self.ratio())),
            ("bar", json!(self.bar)),
            ("pass", json!(self.pass())),
        ];
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { job, unit, ours, peer, peer_version, theirs, bar } = self;
        let verdict = if self.pass() { "pass" } else { "MISSED" };
        let ratio = self.ratio();
        write!(
            f,
            "{job:34} {ours:9.3} {unit:3}  {peer} {peer_version} {theirs:9.3} {unit:3}  ratio {ratio:.3}, bar {bar}: {verdict}"
        )
    }
}

/// The middle value; of an even number of values, the mean of the two in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(vec![]).is_nan());
    }

    #[test]
    fn the_shape_of_a_row() {
        let row = Row { job: "j", unit: "s", ours: 1.0, peer: "p", peer_version: "1".into(), theirs: 4.0, bar: 0.2 };
        let expected = r#"{"job":"j","unit":"s","ours":1.0,"peer":"p","peer_version":"1","theirs":4.0,"ratio":0.25,"bar":0.2,"pass":false}"#;
        assert_eq!(row.to_json(), expected);
    }
}
