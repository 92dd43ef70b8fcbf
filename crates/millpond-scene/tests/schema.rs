//! The committed JSON Schema is the one that the types make, and the reader agrees with it field by field.
#![allow(missing_docs, clippy::unwrap_used)]

use millpond_scene::{Scene, schema};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const COMMITTED: &str = include_str!("../scene-1.schema.json");

#[test]
fn the_committed_schema_is_the_generated_one() {
    // To renew it: `millpond schema > crates/millpond-scene/scene-1.schema.json`.
    assert_eq!(COMMITTED, schema::schema());
}

fn example() -> Value {
    json!({
        "version": 1,
        "canvas": {"width": 4, "height": 4, "frame_rate": 25, "background": "#000000", "format": "i420"},
        "assets": {"a": {"src": "a.mp4", "color": {"matrix": "bt601", "range": "full"}},
                   "b": {"input": {"width": 2, "height": 2, "format": "rgba"}}},
        "layers": [{"asset": "a", "rect": [0, 0, 2, 2], "crop": [0, 0, 1, 1], "fit": "cover", "opacity": 1,
                    "blend": "screen", "mask": {"shape": "ellipse", "feather": 1}, "filter": "lanczos3",
                    "start": 0, "end": 1, "offset": 0, "speed": 2, "after": "hold"},
                   {"asset": "a", "keyframes": [{"at": 0, "rect": [0, 0, 2, 2], "opacity": 1, "ease": "hold"}]}],
        "audio": [{"asset": "a", "gain_db": 0, "start": 0, "end": 1, "offset": 0}],
        "duration": 1
    })
}

fn read(scene: &Value) -> Result<Scene, Vec<String>> {
    Scene::from_json(&scene.to_string()).map_err(|errors| errors.0.iter().map(ToString::to_string).collect())
}

/// Walks schema and example together: every property of the schema is in the example and the other way round, the
/// reader refuses a value of no sensible type in each place, an unknown field beside it, and the lack of what is required.
fn walk(schema: &Value, at: &str, root: &Value, seen: &mut usize) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    assert_eq!(schema["additionalProperties"], json!(false), "{at} is closed");
    let found = root.pointer(at).unwrap_or_else(|| panic!("the example has {at}"));
    let object = found.as_object().unwrap_or_else(|| panic!("{at} is an object"));
    // Keyframes stand in for other fields: they are in a layer of their own.
    let elsewhere = (at == "/layers/0").then(|| "keyframes".to_string());
    let names: BTreeSet<String> = object.keys().cloned().chain(elsewhere).collect();
    assert_eq!(properties.keys().cloned().collect::<BTreeSet<_>>(), names, "fields of {at}");

    let mut unknown = root.clone();
    unknown.pointer_mut(at).unwrap()["no_such_field"] = json!(1);
    assert!(read(&unknown).unwrap_err().iter().any(|problem| problem.contains("no_such_field")));

    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, child) in properties {
        *seen += 1;
        let at = if name == "keyframes" { "/layers/1" } else { at };
        let mut bad = root.clone();
        bad.pointer_mut(at).unwrap()[name] = json!({"nonsense": true});
        let problems = read(&bad).unwrap_err();
        assert!(problems.iter().any(|problem| problem.contains(name.as_str())), "{at}/{name}: {problems:?}");

        let mut absent = root.clone();
        absent.pointer_mut(at).unwrap().as_object_mut().unwrap().remove(name);
        assert_eq!(read(&absent).is_err(), required.contains(&name.as_str()), "{at}/{name} required?");

        match name.as_str() {
            "assets" => {
                let kinds = child["additionalProperties"]["oneOf"].as_array().unwrap();
                walk(&kinds[0], "/assets/a", root, seen);
            }
            "layers" | "keyframes" | "audio" => walk(&child["items"], &format!("{at}/{name}/0"), root, seen),
            _ => walk(child, &format!("{at}/{name}"), root, seen),
        }
    }
}

#[test]
fn reader_and_schema_have_the_same_fields() {
    read(&example()).unwrap();
    let schema: Value = serde_json::from_str(COMMITTED).unwrap();
    let mut seen = 0;
    walk(&schema, "", &example(), &mut seen);
    assert!(seen >= 39, "walked {seen} properties");
    // The kind of asset that the example's first one is not.
    let input = &schema["properties"]["assets"]["additionalProperties"]["oneOf"][1]["properties"]["input"];
    walk(input, "/assets/b/input", &example(), &mut seen);
}
