//! The JSON Schema of scene files, generated from the types.

use super::types::Scene;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::Value;

/// The schema as pretty-printed JSON (draft 2020-12), with a newline at the end.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
    let mut schema = generator.into_root_schema_for::<Scene>();
    NoNull.transform(&mut schema);
    schema.insert("$id".into(), "urn:millpond:scene:1".into());
    format!("{:#}\n", schema.to_value())
}

/// An optional field may be absent but not null.
struct NoNull;

impl Transform for NoNull {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let is_null = |value: &Value| value == "null" || value.get("type").is_some_and(|kind| kind == "null");
        let Some(object) = schema.as_object_mut() else { return };
        if let Some(Value::Array(kinds)) = object.get_mut("type") {
            kinds.retain(|kind| !is_null(kind));
            if let [only] = kinds.as_slice() {
                let only = only.clone();
                object.insert("type".into(), only);
            }
        }
        if let Some(Value::Array(words)) = object.get_mut("enum") {
            words.retain(|word| !word.is_null());
        }
        if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
            choices.retain(|choice| !is_null(choice));
            if let [Value::Object(only)] = choices.as_mut_slice() {
                let only = std::mem::take(only);
                object.remove("anyOf");
                for (key, value) in only {
                    object.entry(key).or_insert(value);
                }
            }
        }
    }
}

/// How resolved values are written in the file.
pub(super) mod form {
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    macro_rules! form {
        ($(#[doc = $doc:literal] $name:ident => $schema:tt;)*) => {$(
            #[doc = $doc]
            pub(in crate::file) struct $name;
            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            }
        )*};
    }

    fn color() -> serde_json::Value {
        serde_json::json!({
            "type": "object",
            "description": "Overrides the colour tags of the file.",
            "properties": {
                "matrix": {"enum": ["bt601", "bt709", "bt2020"]},
                "range": {"enum": ["limited", "full"]}
            },
            "additionalProperties": false
        })
    }

    form! {
        #[doc = "Seconds: a number, or a string with a number or a fraction."]
        Time => {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?(/[0-9]+)?$"}]};
        #[doc = "The same, above 0."]
        PositiveTime => {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?(/[0-9]+)?$"}]};
        #[doc = "A number from 0 to 1."]
        Unit => {"type": "number", "minimum": 0, "maximum": 1};
        #[doc = "A blend mode, by its name in CSS."]
        BlendMode => {"enum": ["normal", "multiply", "screen", "overlay", "darken", "lighten", "difference", "plus-lighter"]};
        #[doc = "A resampling filter."]
        FilterName => {"enum": ["nearest", "box", "bilinear", "bilinear-antialiased", "catmull-rom", "lanczos3"]};
        #[doc = "Pixels of a feather."]
        Feather => {"type": "integer", "minimum": 0, "maximum": 32768};
        #[doc = "A gain."]
        Decibels => {"type": "number", "minimum": -120, "maximum": 60};
        #[doc = "A colour."]
        Rgb => {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"};
        #[doc = "x, y, width, height in whole canvas pixels."]
        RectArray => {"type": "array", "prefixItems": [
            {"type": "integer"}, {"type": "integer"},
            {"type": "integer", "minimum": 1, "maximum": 32768}, {"type": "integer", "minimum": 1, "maximum": 32768}
        ], "items": false, "minItems": 4};
        #[doc = "x, y, width, height in picture pixels."]
        CropArray => {"type": "array", "prefixItems": [
            {"type": "number"}, {"type": "number"},
            {"type": "number", "exclusiveMinimum": 0}, {"type": "number", "exclusiveMinimum": 0}
        ], "items": false, "minItems": 4};
        #[doc = "Assets by name."]
        Assets => {"type": "object", "additionalProperties": {"oneOf": [
            {"type": "object", "properties": {
                "src": {"type": "string", "minLength": 1, "description": "Path of a clip, a sound or a still, relative to the scene file; it may not leave its folder."},
                "color": (color())
            }, "required": ["src"], "additionalProperties": false},
            {"type": "object", "properties": {
                "input": {"type": "object", "description": "A picture that the program pushes frame by frame.", "properties": {
                    "width": {"type": "integer", "minimum": 1, "maximum": 32768},
                    "height": {"type": "integer", "minimum": 1, "maximum": 32768},
                    "format": {"enum": ["rgba", "bgra", "i420", "nv12"]}
                }, "required": ["width", "height", "format"], "additionalProperties": false},
                "color": (color())
            }, "required": ["input"], "additionalProperties": false}
        ]}};
    }
}
