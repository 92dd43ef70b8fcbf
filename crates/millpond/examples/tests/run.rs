//! Both examples run, in short, and keep their promises.

use std::process::Command;

/// The figures of each line: `name=value`.
fn lines_of(program: &str, args: &[&str]) -> Vec<Vec<(String, f64)>> {
    let out = Command::new(program).args(args).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    let figure = |field: &str| {
        let (name, value) = field.split_once('=').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    text.lines().map(|line| line.split_whitespace().map(figure).collect()).collect()
}

fn value(line: &[(String, f64)], name: &str) -> f64 {
    line.iter().find(|(own, _)| own == name).unwrap_or_else(|| panic!("no {name} in {line:?}")).1
}

#[test]
fn batches_are_rendered_without_an_allocation_after_the_first() {
    let lines = lines_of(env!("CARGO_BIN_EXE_lipsync_batch"), &["2", "2"]);
    assert_eq!(lines.iter().map(|line| value(line, "batch")).collect::<Vec<_>>(), [8.0, 25.0]);
    for line in &lines {
        assert!(value(line, "frames") >= 50.0 && value(line, "fps") > 0.0, "{line:?}");
        assert_eq!(value(line, "allocations"), 0.0, "{line:?}");
        assert!(value(line, "model_allocations_per_batch") > 0.0, "the counter counts: {line:?}");
        assert!(value(line, "file_bytes") > 50_000.0, "{line:?}");
    }
}

#[test]
fn the_server_answers_32_connections_at_once() {
    let lines = lines_of(env!("CARGO_BIN_EXE_lipsync_server"), &["load", "8"]);
    let connections: Vec<f64> = lines.iter().map(|line| value(line, "connections")).collect();
    assert_eq!(connections, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]);
    for line in &lines {
        assert!(value(line, "requests") >= value(line, "connections"), "{line:?}");
        assert!(value(line, "p50_ms") > 0.0 && value(line, "p50_ms") <= value(line, "p99_ms"), "{line:?}");
    }
}
