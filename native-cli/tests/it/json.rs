//! What a program reads.

use crate::common::{clip, folder, millpond, plain_scene, render};

#[test]
fn a_render_ends_with_done_and_its_figures() {
    let folder = folder(&plain_scene(), &[&clip()]);
    let outcome = render(&folder, &["-o", "out.mp4", "--json"]).expect(0);
    let events = outcome.events();
    let (done, rest) = events.split_last().unwrap();
    assert!(rest.iter().all(|event| event["event"] == "progress"), "{}", outcome.stdout);
    assert_eq!(rest.first().unwrap()["frame"], 0);
    assert_eq!(rest.last().unwrap()["frame"], 50);
    assert_eq!(done["event"], "done");
    assert_eq!(done["frames"], 50);
    assert_eq!(done["output"], "out.mp4");
    assert!(done["wall_s"].as_f64().unwrap() > 0.0);
    assert_eq!(done["steady_allocations"], 0);
    assert!(done["open_allocations"].is_u64());
    assert!(done["peak_rss_bytes"].as_u64().unwrap() > 1 << 20);
    assert!(outcome.stdout.lines().last().unwrap().starts_with(r#"{"event":"done","#));
    assert_eq!(outcome.stderr, "", "no progress bar where there is no terminal");
}

#[test]
fn errors_are_events_too() {
    let folder = folder(&plain_scene(), &[]);
    let outcome = render(&folder, &["-o", "out.mp4", "--json"]).expect_error(3, "E_MEDIA_MISSING");
    let error = outcome.last_event();
    assert_eq!((&error["event"], &error["code"]), (&"error".into(), &"E_MEDIA_MISSING".into()));
    assert!(error["message"].as_str().unwrap().contains("clip.mp4"));
    let usage = millpond(["--json", "render", "--nope"]).expect_error(2, "E_USAGE").last_event();
    assert_eq!((&usage["event"], &usage["code"]), (&"error".into(), &"E_USAGE".into()));
}

#[test]
fn the_schema_is_json() {
    let schema: serde_json::Value = serde_json::from_str(&millpond(["schema"]).expect(0).stdout).unwrap();
    assert_eq!(schema["type"], "object");
}
