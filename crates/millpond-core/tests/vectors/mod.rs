//! The reference vectors of `tests/vectors/audio`: its README says what they are.

use std::io::Read;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// One profile's answer to one input, as the references have it. Matrices are `[n_mels, kept]`, row-major.
pub(crate) struct Case {
    /// Input and length, for messages.
    pub(crate) name: String,
    /// The input is the sample clip's sound, which is not stored.
    pub(crate) is_clip: bool,
    pub(crate) samples: Vec<f32>,
    /// Number of frames of the whole input, and those that are stored.
    pub(crate) frames: usize,
    pub(crate) kept: Vec<usize>,
    /// Band values before any logarithm, and features, by formulas in f64.
    pub(crate) bands: Vec<f32>,
    pub(crate) features: Vec<f32>,
    /// Features by the program itself, unless it takes no clip so short.
    pub(crate) program: Option<Vec<f32>>,
}

/// A signal in the pass band, and the same at another rate; noise that the other rate cannot hold.
pub(crate) struct Resampled {
    pub(crate) from_hz: u32,
    pub(crate) to_hz: u32,
    pub(crate) samples: Vec<f32>,
    /// By formula in f64, and by soxr.
    pub(crate) ideal: Vec<f32>,
    pub(crate) soxr: Vec<f32>,
    /// Empty for a higher rate.
    pub(crate) stopped: Vec<f32>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(name: &str) -> Vec<u8> {
    let path = root().join("tests/vectors/audio").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn unpacked(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&read(name)[..]).read_to_end(&mut bytes).unwrap();
    bytes
}

fn index() -> Value {
    serde_json::from_slice(&read("index.json")).unwrap()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn samples(pcm: &[u8]) -> Vec<f32> {
    pcm.chunks_exact(2).map(|s| f32::from(i16::from_le_bytes([s[0], s[1]])) / 32_768.0).collect()
}

/// f32 numbers, taken one run after the other.
struct Floats(std::vec::IntoIter<f32>);

impl Floats {
    fn of(name: &str) -> Floats {
        let floats: Vec<f32> =
            unpacked(name).chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Floats(floats.into_iter())
    }

    fn take(&mut self, len: usize) -> Vec<f32> {
        assert!(self.0.len() >= len, "the file is too short");
        self.0.by_ref().take(len).collect()
    }

    fn end(&self) {
        assert_eq!(self.0.len(), 0, "the file is too long");
    }
}

/// The stored inputs by name, and the clip's sound.
fn inputs(index: &Value) -> Vec<(String, Vec<f32>)> {
    let mut rest = samples(&unpacked("inputs.s16.gz"));
    let mut inputs = Vec::new();
    for input in index["inputs"].as_array().unwrap() {
        let tail = rest.split_off(number(&input["samples"]));
        inputs.push((input["name"].as_str().unwrap().to_owned(), std::mem::replace(&mut rest, tail)));
    }
    assert!(rest.is_empty());
    inputs.push(("clip".to_owned(), clip(&index["clip"])));
    inputs
}

/// The sound of a sample clip, as `ffmpeg` decodes it. It is not stored because it is not ours.
fn clip(clip: &Value) -> Vec<f32> {
    let media = root().join("target/media");
    assert!(media.join("bigbuckbunny.mp4").exists(), "the sample clip is missing: `cargo xtask setup` puts it there");
    let words: Vec<&str> = clip["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let output = Command::new(words[0]).args(&words[1..]).current_dir(media).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    let hash: String = Sha256::digest(&output.stdout).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, clip["sha256"], "this ffmpeg decodes the clip otherwise than the one that made the vectors");
    samples(&output.stdout)
}

/// All cases of a profile with `n_mels` bands.
pub(crate) fn cases(profile: &str, n_mels: usize) -> Vec<Case> {
    let index = index();
    let inputs = inputs(&index);
    let mut floats = Floats::of(&format!("{profile}.f32.gz"));
    let listed = index["profiles"][profile].as_array().unwrap();
    let cases: Vec<Case> = listed
        .iter()
        .map(|case| {
            let input = case["input"].as_str().unwrap();
            let len = number(&case["samples"]);
            let kept: Vec<usize> = case["kept"].as_array().unwrap().iter().map(number).collect();
            let mut matrix = || floats.take(n_mels * kept.len());
            let (bands, features) = (matrix(), matrix());
            let program = case.get("refused").is_none().then(matrix);
            let samples = inputs.iter().find(|(name, _)| name == input).map(|(_, samples)| samples[..len].to_vec());
            Case {
                name: format!("{profile} of {len} samples of {input}"),
                is_clip: input == "clip",
                samples: samples.unwrap(),
                frames: number(&case["frames"]),
                kept,
                bands,
                features,
                program,
            }
        })
        .collect();
    floats.end();
    assert!(cases.len() > 10);
    cases
}

/// All cases of the resampler.
pub(crate) fn resampled() -> Vec<Resampled> {
    let mut floats = Floats::of("resampled.f32.gz");
    let rate = |value: &Value| u32::try_from(number(value)).unwrap();
    let index = index();
    let listed = index["resampled"].as_array().unwrap().iter();
    let cases = listed.map(|case| {
        let len = |name: &str| case.get(name).map_or(0, number);
        Resampled {
            from_hz: rate(&case["from"]),
            to_hz: rate(&case["to"]),
            samples: floats.take(len("samples")),
            ideal: floats.take(len("out")),
            soxr: floats.take(len("out")),
            stopped: floats.take(len("stopped")),
        }
    });
    let cases = cases.collect();
    floats.end();
    cases
}

/// The file of the hashes that every target must reach.
pub(crate) fn stored_hashes() -> String {
    String::from_utf8(read("sha256.json")).unwrap()
}
