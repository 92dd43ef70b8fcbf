//! `--memory-report`: the series, the picture, and that watching costs the render nothing.

use crate::common::{clip, folder, listing, plain_scene, render, scene, shell};
use serde_json::Value;
use std::fs;

#[test]
fn a_report_has_the_series_and_a_picture_of_it() {
    // Inset: a clip that is the whole canvas would need no canvas of its own.
    let layers = r#""assets": {"clip": {"src": "clip.mp4"}}, "layers": [{"asset": "clip", "rect": [40, 20, 160, 90]}]"#;
    let folder = folder(&scene(layers), &[&clip()]);
    let outcome = render(&folder, &["-o", "out.mp4", "--memory-report", "mem.json", "--json"]).expect(0);
    assert_eq!(outcome.last_event()["steady_allocations"], 0);
    assert_eq!(listing(&folder), ["clip.mp4", "mem.json", "mem.svg", "out.mp4", "scene.json"]);
    let report: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("mem.json")).unwrap()).unwrap();
    assert_eq!((&report["format"], report["version"].as_u64()), (&"millpond-memory".into(), Some(1)));
    let samples = report["samples"].as_array().unwrap();
    assert!(samples.len() >= 2, "one at the start, one at the end");
    let figure = |sample: &Value, name: &str| sample[name].as_f64().unwrap_or_else(|| panic!("{name} in {sample}"));
    assert!(samples.iter().map(|sample| figure(sample, "time_s")).is_sorted());
    assert!(samples.iter().all(|sample| figure(sample, "process_bytes") >= figure(sample, "heap_bytes")));
    assert!(figure(&report["peaks"], "process_bytes") >= figure(&samples[0], "process_bytes"));
    let pools = report["pools"].as_array().unwrap();
    let canvas = pools.iter().find(|pool| pool["name"] == "canvas").unwrap();
    assert_eq!((figure(canvas, "total_acquires"), figure(canvas, "total_releases")), (50.0, 50.0));
    let clips = pools.iter().filter(|pool| pool["name"].as_str().unwrap().contains("clip.mp4"));
    assert!(clips.map(|pool| figure(pool, "total_acquires")).sum::<f64>() >= 50.0);
    assert_eq!(report["alerts"], Value::Array(Vec::new()));

    // Another program reads the picture: a line for each figure, with a point for each sample.
    let python = "python3 -c 'import xml.etree.ElementTree as tree\n\
        root = tree.parse(\"mem.svg\").getroot()\n\
        print(root.tag)\n\
        for line in root.iter(\"{http://www.w3.org/2000/svg}polyline\"):\n    \
            print(line.get(\"class\"), len(line.get(\"points\").split()))'";
    let seen = String::from_utf8(shell(folder.path(), python)).unwrap();
    let points = samples.len();
    let expected = ["process", "heap", "pools", "frames"].map(|line| format!("{line} {points}")).join("\n");
    assert_eq!(seen, format!("{{http://www.w3.org/2000/svg}}svg\n{expected}\n"));
    let svg = fs::read_to_string(folder.path().join("mem.svg")).unwrap();
    for text in ["MiB", "frames", "time (s)", "prefers-color-scheme: dark"] {
        assert!(svg.contains(text), "{text}");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn a_report_that_cannot_be_written_or_is_not_wanted_leaves_nothing() {
    let folder = folder(&plain_scene(), &[&clip()]);
    let before = listing(&folder);
    let fails = |report: &str, code: i32, name: &str| {
        render(&folder, &["-o", "out.mp4", "--memory-report", report]).expect_error(code, name);
        assert_eq!(listing(&folder), before, "{report}");
    };
    fails("no/such/folder/mem.json", 4, "E_OUTPUT");
    fails("mem.svg", 2, "E_USAGE");
    fs::remove_file(folder.path().join("clip.mp4")).unwrap();
    render(&folder, &["-o", "out.mp4", "--memory-report", "mem.json"]).expect_error(3, "E_MEDIA_MISSING");
    assert_eq!(listing(&folder), ["scene.json"]);
}
