//! A row of results, and the median it is made of.

use std::fmt;

use serde_json::{Value, json};

/// A job, what it cost us and the peer, and the bar: ratio = ours / theirs, smaller is better.
pub struct Row {
    /// What is done, on what.
    pub job: String,
    /// Unit of both figures.
    pub unit: &'static str,
    /// Our figure.
    pub ours: f64,
    /// Who is compared with; an absolute limit is a peer named `limit`.
    pub peer: &'static str,
    /// The version that was measured.
    pub peer_version: String,
    /// The peer's figure, or why there is none.
    pub theirs: Result<f64, String>,
    /// The largest ratio that passes; `None` for a row that only informs.
    pub bar: Option<f64>,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.theirs.as_ref().ok().map(|theirs| self.ours / theirs)
    }

    /// Whether the bar is met. A row without a bar passes; one without its peer does not.
    pub fn pass(&self) -> bool {
        self.ratio().is_some_and(|ratio| self.bar.is_none_or(|bar| ratio <= bar))
    }

    /// One JSON object, its fields in the order of a table's columns.
    pub fn to_json(&self) -> String {
        let rounded = |value: f64| json!((value * 1000.0).round() / 1000.0);
        let mut fields: Vec<(&str, Value)> = vec![
            ("job", json!(self.job)),
            ("unit", json!(self.unit)),
            ("ours", rounded(self.ours)),
            ("peer", json!(self.peer)),
            ("peer_version", json!(self.peer_version)),
            ("theirs", self.theirs.as_ref().map_or(Value::Null, |theirs| rounded(*theirs))),
            ("ratio", self.ratio().map_or(Value::Null, rounded)),
            ("bar", json!(self.bar)),
            ("pass", json!(self.pass())),
        ];
        if let Err(reason) = &self.theirs {
            fields.push(("reason", json!(reason)));
        }
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    }

    /// Prints the rows to standard output: a JSON object a line, or lines for a person.
    pub fn print_all(rows: &[Row], json: bool) {
        rows.iter().for_each(|row| println!("{}", if json { row.to_json() } else { row.to_string() }));
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { job, unit, ours, peer, peer_version, theirs, bar } = self;
        write!(f, "{job:44} {ours:10.3} {unit:3}  {peer} {peer_version} ")?;
        match (theirs, bar) {
            (Err(reason), _) => write!(f, "was not measured: {reason}"),
            (Ok(theirs), None) => write!(f, "{theirs:.3} {unit}  ratio {:.3}", ours / theirs),
            (Ok(theirs), Some(bar)) => {
                let verdict = if self.pass() { "pass" } else { "MISSED" };
                write!(f, "{theirs:.3} {unit}  ratio {:.3}, bar {bar}: {verdict}", ours / theirs)
            }
        }
    }
}

/// The middle value; of an even number of values, the mean of the two in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
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
        let mut row = Row {
            job: "j".into(),
            unit: "s",
            ours: 1.0,
            peer: "p",
            peer_version: "1".into(),
            theirs: Ok(4.0),
            bar: Some(0.2),
        };
        let expected = r#"{"job":"j","unit":"s","ours":1.0,"peer":"p","peer_version":"1","theirs":4.0,"ratio":0.25,"bar":0.2,"pass":false}"#;
        assert_eq!(row.to_json(), expected);
        row.bar = None;
        assert!(row.to_json().ends_with(r#""ratio":0.25,"bar":null,"pass":true}"#));
        row.theirs = Err("not there".into());
        assert!(row.to_json().ends_with(r#""theirs":null,"ratio":null,"bar":null,"pass":false,"reason":"not there"}"#));
    }
}
