//! From JSON text to a [`Scene`]: every unknown field and every bad value is reported, not the first only.

use super::fields::{Fields, Report, integer, number, rational, word};
use super::types::*;
use crate::time::are_commensurable;
use crate::{CodedMatrix, ColorTags, Rational, SceneErrors};
use millpond_core::video::blend::Mode;
use millpond_core::video::resize::Filter;
use millpond_core::video::{MAX_SIDE, Matrix, PixelFormat, Range};
use serde_json::Value;

/// Farthest a rectangle may lie from the canvas.
const MAX_OFFSET: i64 = 1 << 20;

/// Largest numerator and denominator of a speed.
const MAX_SPEED_PART: i128 = 10_000;

impl Scene {
    /// Reads a scene file.
    ///
    /// # Errors
    /// All problems, each with its JSON path: not JSON, unknown fields, missing fields, bad values, names of assets
    /// that do not exist.
    pub fn from_json(text: &str) -> Result<Scene, SceneErrors> {
        let mut report = Report::default();
        let scene = match serde_json::from_str::<Value>(text) {
            Ok(value) => scene(&value, &mut report),
            Err(error) => {
                report.add("", "E_SCENE_JSON", format!("not JSON: {error}"));
                None
            }
        };
        match scene {
            Some(scene) if report.problems.is_empty() => Ok(scene),
            _ => Err(SceneErrors(report.problems)),
        }
    }
}

fn scene(value: &Value, report: &mut Report) -> Option<Scene> {
    let mut fields = Fields::new(String::new(), value, report)?;
    let version = fields.required("version", report).and_then(|value| {
        let version = integer("version", value, 1..=i64::from(u32::MAX), report)?;
        if version != 1 {
            report.add("version", "E_SCENE_VERSION", format!("version {version} is not known; this reads version 1"));
        }
        Some(version as u32)
    });
    let canvas = fields.required("canvas", report).and_then(|value| canvas(value, report));
    let assets = match fields.required("assets", report) {
        Some(Value::Object(map)) => map.iter().map(|(name, value)| asset(name, value, report)).collect(),
        Some(other) => {
            report.expected("assets", "an object", other);
            Vec::new()
        }
        None => Vec::new(),
    };
    // A broken asset keeps its name, so that layers that use it are not reported as well.
    let names: Vec<&str> = assets.iter().map(|asset: &Asset| asset.name.as_str()).collect();
    let layers =
        list(fields.optional("layers"), "layers", report, |path, value, report| layer(path, value, &names, report));
    let audio =
        list(fields.optional("audio"), "audio", report, |path, value, report| sound(path, value, &names, report));
    for (index, sound) in audio.iter().enumerate() {
        if matches!(assets.get(sound.asset), Some(Asset { source: Source::Input { .. }, .. })) {
            report.add(&format!("audio[{index}].asset"), "E_SCENE_VALUE", "a pushed picture has no sound");
        }
    }
    let duration = fields.optional("duration").and_then(|value| positive("duration", value, report));
    if let Some(canvas) = &canvas {
        let frame = canvas.frame_rate.recip();
        let mut check = |path: String, times: &[Option<Rational>], speed: Rational| {
            // A time is multiplied and divided by the speed: both its halves widen the denominator.
            let slack = Rational::new(1, speed.numer() * speed.denom());
            if !are_commensurable([frame].iter().chain(times.iter().flatten()).map(|time| time * slack)) {
                report.add(
                    &path,
                    "E_SCENE_VALUE",
                    "its times, its speed and the frame rate have no common denominator below 10^24",
                );
            }
        };
        for (index, layer) in layers.iter().enumerate() {
            let mut times = vec![Some(layer.start), layer.end, Some(layer.offset)];
            times.extend(layer.keyframes.iter().map(|keyframe| Some(keyframe.at)));
            check(format!("layers[{index}]"), &times, layer.speed);
        }
        for (index, sound) in audio.iter().enumerate() {
            let times = [Some(sound.start), sound.end, Some(sound.offset)];
            check(format!("audio[{index}]"), &times, Rational::from_integer(1));
        }
    }
    fields.finish(report);
    Some(Scene { version: version?, canvas: canvas?, assets, layers, audio, duration })
}

fn list<T>(
    value: Option<&Value>,
    name: &str,
    report: &mut Report,
    mut read: impl FnMut(String, &Value, &mut Report) -> Option<T>,
) -> Vec<T> {
    match value {
        None => Vec::new(),
        Some(Value::Array(values)) => values
            .iter()
            .enumerate()
            .filter_map(|(index, value)| read(format!("{name}[{index}]"), value, report))
            .collect(),
        Some(other) => {
            report.expected(name, "an array", other);
            Vec::new()
        }
    }
}

fn canvas(value: &Value, report: &mut Report) -> Option<Canvas> {
    let mut fields = Fields::new("canvas".into(), value, report)?;
    let mut side = |name: &'static str, report: &mut Report| {
        let value = fields.required(name, report)?;
        integer(&fields.path(name), value, 1..=i64::from(MAX_SIDE), report)
    };
    let (width, height) = (side("width", report), side("height", report));
    let frame_rate = fields.required("frame_rate", report).and_then(|value| {
        let rate = positive("canvas.frame_rate", value, report)?;
        if rate > Rational::from_integer(1000) {
            report.expected("canvas.frame_rate", "at most 1000", value);
        }
        Some(rate)
    });
    let background =
        fields.optional("background").map_or(Some([0; 3]), |value| rgb("canvas.background", value, report));
    let formats = [("i420", CanvasFormat::I420), ("rgba", CanvasFormat::Rgba)];
    let format = fields
        .optional("format")
        .map_or(Some(CanvasFormat::I420), |value| word("canvas.format", value, &formats, report));
    fields.finish(report);
    Some(Canvas {
        width: width? as u32,
        height: height? as u32,
        frame_rate: frame_rate?,
        background: background?,
        format: format?,
    })
}

/// Always an asset, so that its name counts as known; what is wrong with it is in the report.
fn asset(name: &str, value: &Value, report: &mut Report) -> Asset {
    let path = format!("assets.{name}");
    let mut asset =
        Asset { name: name.to_string(), source: Source::File { src: String::new() }, color: ColorTags::default() };
    let Some(mut fields) = Fields::new(path.clone(), value, report) else { return asset };
    if fields.has("src") == fields.has("input") {
        report.add(&path, "E_SCENE_FIELD", "needs either src or input");
    }
    match fields.optional("src") {
        Some(Value::String(src)) if !src.is_empty() => asset.source = Source::File { src: src.clone() },
        Some(other) => report.expected(&fields.path("src"), "a path", other),
        None => {}
    }
    if let Some(source) = fields.optional("input").and_then(|value| input(fields.path("input"), value, report)) {
        asset.source = source;
    }
    if let Some(color) = fields.optional("color").and_then(|value| color(fields.path("color"), value, report)) {
        asset.color = color;
    }
    fields.finish(report);
    asset
}

fn input(path: String, value: &Value, report: &mut Report) -> Option<Source> {
    let mut fields = Fields::new(path, value, report)?;
    let mut side = |name: &'static str, report: &mut Report| {
        let value = fields.required(name, report)?;
        integer(&fields.path(name), value, 1..=i64::from(MAX_SIDE), report)
    };
    let (width, height) = (side("width", report), side("height", report));
    let formats = [PixelFormat::Rgba8, PixelFormat::Bgra8, PixelFormat::I420, PixelFormat::Nv12].map(|f| (f.name(), f));
    let format =
        fields.required("format", report).and_then(|value| word(&fields.path("format"), value, &formats, report));
    fields.finish(report);
    Some(Source::Input { width: width? as u32, height: height? as u32, format: format? })
}

fn color(path: String, value: &Value, report: &mut Report) -> Option<ColorTags> {
    let mut fields = Fields::new(path, value, report)?;
    let matrices = [("bt601", Matrix::Bt601), ("bt709", Matrix::Bt709), ("bt2020", Matrix::Bt2020)];
    let matrix = fields.optional("matrix").and_then(|value| word(&fields.path("matrix"), value, &matrices, report));
    let ranges = [("limited", Range::Limited), ("full", Range::Full)];
    let range = fields.optional("range").and_then(|value| word(&fields.path("range"), value, &ranges, report));
    fields.finish(report);
    Some(ColorTags { matrix: matrix.map(CodedMatrix::Known), range })
}

/// The times that layers and sounds share.
struct Times {
    start: Option<Rational>,
    end: Option<Option<Rational>>,
    offset: Option<Rational>,
}

fn times(fields: &mut Fields<'_>, report: &mut Report) -> Times {
    let zero = Rational::from_integer(0);
    let mut time = |name: &'static str, report: &mut Report| {
        let value = fields.optional(name);
        value.map(|value| {
            let path = fields.path(name);
            let time = rational(&path, value, "a time in seconds", report)?;
            if time < zero {
                report.expected(&path, "a time of 0 or more", value);
            }
            Some(time)
        })
    };
    let start = time("start", report).unwrap_or(Some(zero));
    let end = time("end", report).map_or(Some(None), |end| end.map(Some));
    let offset = time("offset", report).unwrap_or(Some(zero));
    if let (Some(start), Some(Some(end))) = (start, end)
        && end < start
    {
        report.add(&fields.path("end"), "E_SCENE_VALUE", format!("end {end} is before start {start}"));
    }
    Times { start, end, offset }
}

fn asset_name(fields: &mut Fields<'_>, names: &[&str], report: &mut Report) -> Option<usize> {
    let value = fields.required("asset", report)?;
    let path = fields.path("asset");
    let Some(name) = value.as_str() else {
        report.expected(&path, "the name of an asset", value);
        return None;
    };
    let found = names.iter().position(|known| *known == name);
    if found.is_none() {
        report.add(&path, "E_SCENE_ASSET", format!("there is no asset {name:?}"));
    }
    found
}

fn layer(path: String, value: &Value, names: &[&str], report: &mut Report) -> Option<Layer> {
    let mut fields = Fields::new(path, value, report)?;
    let asset = asset_name(&mut fields, names, report);
    let keyed = keyframes(&mut fields, report);
    let rect = fields.optional("rect").map(|value| rect(&fields.path("rect"), value, report));
    let crop = fields.optional("crop").map(|value| crop(&fields.path("crop"), value, report));
    let fits = [("contain", Fit::Contain), ("cover", Fit::Cover), ("stretch", Fit::Stretch)];
    let fit =
        fields.optional("fit").map_or(Some(Fit::Contain), |value| word(&fields.path("fit"), value, &fits, report));
    let opacity = fields.optional("opacity").map_or(Some(255), |value| opacity(&fields.path("opacity"), value, report));
    let blend = fields
        .optional("blend")
        .map_or(Some(Mode::Normal), |value| word(&fields.path("blend"), value, &Mode::NAMED, report));
    let mask = fields.optional("mask").map(|value| mask(fields.path("mask"), value, report));
    let filter = fields
        .optional("filter")
        .map_or(Some(Filter::default()), |value| word(&fields.path("filter"), value, &Filter::NAMED, report));
    let times = times(&mut fields, report);
    let speed = fields.optional("speed").map_or(Some(1.into()), |value| speed(&fields.path("speed"), value, report));
    let afters = [("hide", After::Hide), ("hold", After::Hold), ("loop", After::Loop)];
    let after =
        fields.optional("after").map_or(Some(After::Hide), |value| word(&fields.path("after"), value, &afters, report));
    fields.finish(report);
    Some(Layer {
        asset: asset?,
        rect: if let Some(rect) = rect { Some(rect?) } else { None },
        crop: if let Some(crop) = crop { Some(crop?) } else { None },
        fit: fit?,
        opacity: opacity?,
        blend: blend?,
        mask: if let Some(mask) = mask { Some(mask?) } else { None },
        filter: filter?,
        start: times.start?,
        end: times.end?,
        offset: times.offset?,
        speed: speed?,
        after: after?,
        keyframes: keyed?,
    })
}

fn mask(path: String, value: &Value, report: &mut Report) -> Option<Mask> {
    let mut fields = Fields::new(path, value, report)?;
    let shapes = [("rectangle", MaskShape::Rectangle), ("ellipse", MaskShape::Ellipse)];
    let shape = fields.required("shape", report).and_then(|value| word(&fields.path("shape"), value, &shapes, report));
    let feather = fields
        .optional("feather")
        .map_or(Some(0), |value| integer(&fields.path("feather"), value, 0..=i64::from(MAX_SIDE), report));
    fields.finish(report);
    Some(Mask { shape: shape?, feather: feather? as u32 })
}

fn speed(path: &str, value: &Value, report: &mut Report) -> Option<Rational> {
    let speed = rational(path, value, "a number or a fraction", report)?;
    let limits = Rational::new(1, 100)..=Rational::from_integer(100);
    if !limits.contains(&speed) || *speed.numer() > MAX_SPEED_PART || *speed.denom() > MAX_SPEED_PART {
        report.expected(path, "a speed from 1/100 to 100, as a fraction of numbers up to 10,000", value);
        return None;
    }
    Some(speed)
}

fn keyframes(layer: &mut Fields<'_>, report: &mut Report) -> Option<Vec<Keyframe>> {
    let Some(value) = layer.optional("keyframes") else { return Some(Vec::new()) };
    let path = layer.path("keyframes");
    let keyframes = list(Some(value), &path, report, keyframe);
    if value.as_array().is_none_or(|values| values.len() != keyframes.len()) {
        return None;
    }
    if let Some(index) = keyframes.windows(2).position(|pair| pair[0].at >= pair[1].at) {
        let message = format!("comes at {}, not after {}", keyframes[index + 1].at, keyframes[index].at);
        report.add(&format!("{path}[{}].at", index + 1), "E_SCENE_VALUE", message);
    }
    let keyed = [
        ("rect", keyframes.iter().any(|keyframe| keyframe.rect.is_some())),
        ("opacity", keyframes.iter().any(|keyframe| keyframe.opacity.is_some())),
    ];
    for (name, keyed) in keyed {
        if keyed && layer.has(name) {
            report.add(&layer.path(name), "E_SCENE_FIELD", "the keyframes say it already");
        }
    }
    Some(keyframes)
}

fn keyframe(path: String, value: &Value, report: &mut Report) -> Option<Keyframe> {
    let mut fields = Fields::new(path, value, report)?;
    let at = fields.required("at", report).and_then(|value| {
        let at = rational(&fields.path("at"), value, "a time in seconds", report)?;
        if at < Rational::from_integer(0) {
            report.expected(&fields.path("at"), "a time of 0 or more", value);
        }
        Some(at)
    });
    let rect = fields.optional("rect").map(|value| rect(&fields.path("rect"), value, report));
    let opacity = fields.optional("opacity").map(|value| opacity(&fields.path("opacity"), value, report));
    let eases = [
        ("linear", Ease::Linear),
        ("ease-in", Ease::EaseIn),
        ("ease-out", Ease::EaseOut),
        ("ease-in-out", Ease::EaseInOut),
        ("hold", Ease::Hold),
    ];
    let ease =
        fields.optional("ease").map_or(Some(Ease::Linear), |value| word(&fields.path("ease"), value, &eases, report));
    if rect.is_none() && opacity.is_none() {
        report.add(&fields.path("rect"), "E_SCENE_FIELD", "a keyframe needs a rect or an opacity");
    }
    fields.finish(report);
    Some(Keyframe {
        at: at?,
        rect: if let Some(rect) = rect { Some(rect?) } else { None },
        opacity: if let Some(opacity) = opacity { Some(opacity?) } else { None },
        ease: ease?,
    })
}

fn sound(path: String, value: &Value, names: &[&str], report: &mut Report) -> Option<Sound> {
    let mut fields = Fields::new(path, value, report)?;
    let asset = asset_name(&mut fields, names, report);
    let gain = fields.optional("gain_db").map_or(Some(0.0), |value| {
        let path = fields.path("gain_db");
        let exact = number(&path, value, "a number of decibels", report)?;
        if exact < Rational::from_integer(-120) || exact > Rational::from_integer(60) {
            report.expected(&path, "a gain from -120 to 60 dB", value);
        }
        Some(crate::seconds(exact))
    });
    let times = times(&mut fields, report);
    fields.finish(report);
    Some(Sound { asset: asset?, gain_db: gain?, start: times.start?, end: times.end?, offset: times.offset? })
}

fn positive(path: &str, value: &Value, report: &mut Report) -> Option<Rational> {
    let number = rational(path, value, "a number or a fraction", report)?;
    if number <= Rational::from_integer(0) {
        report.expected(path, "more than 0", value);
        return None;
    }
    Some(number)
}

fn opacity(path: &str, value: &Value, report: &mut Report) -> Option<u8> {
    let opacity = number(path, value, "a number from 0 to 1", report)?;
    let (zero, one) = (Rational::from_integer(0), Rational::from_integer(1));
    if opacity < zero || opacity > one {
        report.expected(path, "a number from 0 to 1", value);
        return None;
    }
    Some((opacity * Rational::from_integer(255) + Rational::new(1, 2)).floor().to_integer() as u8)
}

fn rgb(path: &str, value: &Value, report: &mut Report) -> Option<[u8; 3]> {
    let digits = value
        .as_str()
        .and_then(|text| text.strip_prefix('#'))
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let Some(number) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
        report.expected(path, "a colour such as \"#101820\"", value);
        return None;
    };
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

fn four<'a>(path: &str, value: &'a Value, report: &mut Report) -> Option<&'a [Value; 4]> {
    let array = value.as_array().and_then(|array| <&[Value; 4]>::try_from(array.as_slice()).ok());
    if array.is_none() {
        report.expected(path, "[x, y, width, height]", value);
    }
    array
}

fn rect(path: &str, value: &Value, report: &mut Report) -> Option<Rect> {
    let [x, y, width, height] = four(path, value, report)?;
    let mut number = |index: usize, value, limits| integer(&format!("{path}[{index}]"), value, limits, report);
    let x = number(0, x, -MAX_OFFSET..=MAX_OFFSET);
    let y = number(1, y, -MAX_OFFSET..=MAX_OFFSET);
    let width = number(2, width, 1..=i64::from(MAX_SIDE));
    let height = number(3, height, 1..=i64::from(MAX_SIDE));
    Some(Rect { x: x? as i32, y: y? as i32, width: width? as u32, height: height? as u32 })
}

fn crop(path: &str, value: &Value, report: &mut Report) -> Option<Crop> {
    let [x, y, width, height] = four(path, value, report)?;
    let at = |index: usize| format!("{path}[{index}]");
    let mut pixels = |index: usize, value| number(&at(index), value, "a number of pixels", report);
    let (x, y, w, h) = (pixels(0, x), pixels(1, y), pixels(2, width), pixels(3, height));
    let mut side = |index: usize, side: Option<Rational>, value| {
        if side.is_some_and(|side| side <= Rational::from_integer(0)) {
            report.expected(&at(index), "more than 0", value);
            return None;
        }
        side
    };
    let (width, height) = (side(2, w, width), side(3, h, height));
    Some(Crop { x: x?, y: y?, width: width?, height: height? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = r##"{
      "version": 1,
      "canvas": {"width": 1280, "height": 720, "frame_rate": "25/1", "background": "#101820", "format": "i420"},
      "assets": {
        "clip":  {"src": "bigbuckbunny.mp4"},
        "logo":  {"src": "logo.png"},
        "mouth": {"input": {"width": 320, "height": 320, "format": "rgba"}}
      },
      "layers": [
        {"asset": "clip"},
        {"asset": "logo", "rect": [40, 40, 160, 90], "opacity": 0.8, "start": 0.5, "end": 4.0},
        {"asset": "clip", "rect": [900, 420, 320, 180], "crop": [100, 100, 640, 360], "offset": 1.0},
        {"asset": "mouth", "rect": [560, 300, 200, 200]}
      ],
      "audio": [{"asset": "clip", "gain_db": -3.0, "start": 0.0, "offset": 0.0}],
      "duration": 5.0
    }"##;

    #[test]
    fn the_documented_example_is_read() {
        let scene = Scene::from_json(EXAMPLE).unwrap();
        assert_eq!(scene.canvas.background, [0x10, 0x18, 0x20]);
        assert_eq!(scene.layers[1].opacity, 204);
        assert_eq!(scene.layers[1].start, Rational::new(1, 2));
        assert_eq!(scene.frame_count(scene.duration.unwrap()), 125);
        assert_eq!(scene.audio[0].gain_db, -3.0);
        assert_eq!(scene.assets[scene.layers[3].asset].name, "mouth");
    }

    #[test]
    fn every_problem_is_reported_with_its_path() {
        let text = r#"{"version": 1, "canvas": {"width": 0, "height": 720, "frame_rate": "0/1", "colour": 1},
            "assets": {"a": {"src": ""}, "b": {"src": "x", "input": {}}, "c": 5},
            "layers": [{"asset": "z", "speed": 200}, {"asset": "a", "opacity": "1/3", "after": "again", "rect": [1, 2, 0.5]},
                       {"asset": "c", "start": 3, "end": 2, "fit": 7, "speed": "10001/10000", "opacity": 1,
                        "keyframes": [{"at": 1, "opacity": 2}, {"at": -1, "ease": "out"}]},
                       {"asset": "c", "opacity": 1, "keyframes": [{"at": 1, "opacity": 0.5}, {"at": 1, "opacity": 1}]}],
            "audio": {}, "extra": null}"#;
        let errors = Scene::from_json(text).unwrap_err();
        let paths: Vec<&str> = errors.0.iter().map(|problem| problem.path.as_str()).collect();
        for path in [
            "canvas.width",
            "canvas.frame_rate",
            "canvas.colour",
            "assets.a.src",
            "assets.b",
            "assets.b.input.width",
            "assets.c",
            "layers[0].asset",
            "layers[0].speed",
            "layers[1].opacity",
            "layers[1].after",
            "layers[1].rect",
            "layers[2].end",
            "layers[2].fit",
            "layers[2].speed",
            "layers[2].keyframes[0].opacity",
            "layers[2].keyframes[1].at",
            "layers[2].keyframes[1].ease",
            "layers[2].keyframes[1].rect",
            "layers[3].opacity",
            "layers[3].keyframes[1].at",
            "audio",
            "extra",
        ] {
            assert!(paths.contains(&path), "{path} is not in {paths:?}");
        }
        assert!(!paths.contains(&"layers[2].asset"), "an asset that is there but broken is reported once");
    }

    #[test]
    fn what_is_not_json_or_not_a_scene_is_refused() {
        assert_eq!(Scene::from_json("{").unwrap_err().code(), "E_SCENE_JSON");
        assert_eq!(Scene::from_json("[]").unwrap_err().code(), "E_SCENE_VALUE");
        let version = EXAMPLE.replace("\"version\": 1", "\"version\": 2");
        assert_eq!(Scene::from_json(&version).unwrap_err().code(), "E_SCENE_VERSION");
    }

    #[test]
    fn numbers_are_the_decimals_they_are_written_as() {
        let text = EXAMPLE.replace("\"duration\": 5.0", "\"duration\": 0.12").replace("25/1", "30000/1001");
        let scene = Scene::from_json(&text).unwrap();
        assert_eq!(scene.duration, Some(Rational::new(3, 25)));
        assert_eq!(scene.frame_time(3), Rational::new(1001, 10_000));
        // 0.12 s at 29.97 Hz is 3.596 frames: 0 to 3 start before the end.
        assert_eq!(scene.frame_count(Rational::new(3, 25)), 4);
    }

    #[test]
    fn times_that_exact_arithmetic_could_not_hold_are_refused() {
        let times = r#""start": "1/999999999", "end": "7/999999998", "offset": "1/999999997""#;
        let text = EXAMPLE.replace(r#""start": 0.5, "end": 4.0"#, times);
        let errors = Scene::from_json(&text).unwrap_err();
        assert_eq!(errors.0.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(), ["layers[1]"]);
    }

    #[test]
    fn without_a_duration_the_longest_end_counts() {
        let text = EXAMPLE.replace(",\n      \"duration\": 5.0", "");
        let scene = Scene::from_json(&text).unwrap();
        let ends = |asset: usize, medium| {
            let clip = scene.assets[asset].name == "clip";
            Ok::<_, crate::SceneError>(clip.then(|| match medium {
                Medium::Picture => Rational::new(6, 1),
                Medium::Sound => Rational::new(11, 2),
            }))
        };
        assert_eq!(scene.resolve_duration(ends), Ok(Rational::new(6, 1)));
        let nothing = scene.resolve_duration(|_, _| Ok::<_, crate::SceneError>(None));
        assert_eq!(nothing, Ok(Rational::new(4, 1)), "the logo ends at 4");
    }
}
