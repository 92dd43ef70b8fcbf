//! What the fuzz targets do (`tests/fuzz`), on their stored inputs and on inputs made from them: bytes flipped, cut out,
//! doubled. `cargo xtask fuzz` looks further, under AddressSanitizer.
#![allow(missing_docs)]

use millpond_kernels::{Choices, KERNELS, fuzz, texts};

/// The stored inputs of a target, one a line; those of kernels are in hexadecimal.
fn stored(target: &str) -> Vec<Vec<u8>> {
    let file = format!("{}/../fuzz/corpus/{target}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file}: {e}"));
    let byte = |line: &str, at: usize| {
        u8::from_str_radix(&line[2 * at..2 * at + 2], 16).unwrap_or_else(|e| panic!("{file}: {line}: {e}"))
    };
    let read = |line: &str| match target.ends_with("json") {
        true => line.as_bytes().to_vec(),
        false => (0..line.len() / 2).map(|at| byte(line, at)).collect(),
    };
    text.lines().map(read).collect()
}

fn changed(choices: &mut Choices<'_>, input: &[u8]) -> Vec<u8> {
    let mut input = input.to_vec();
    for _ in 0..1 + choices.below(4) {
        let at = choices.below(input.len() as u32 + 1) as usize;
        match choices.below(4) {
            0 => input.truncate(at),
            1 => input.extend_from_within(at..),
            2 => input.insert(at, choices.pick(b"0123456789.-/\"[]{},:e\0\xff")),
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = choices.below(256) as u8;
                }
            }
        }
        input.truncate(1 << 14);
    }
    input
}

fn run(target: &str, times: u64, body: impl Fn(&[u8])) {
    let inputs = stored(target);
    assert!(inputs.len() >= 10, "{target}");
    inputs.iter().for_each(|input| body(input));
    for seed in 0..times {
        let mut choices = Choices::seeded(seed);
        let index = choices.below(inputs.len() as u32) as usize;
        body(&changed(&mut choices, &inputs[index]));
    }
}

#[test]
fn kernels_stand_any_bytes() {
    let mut families: Vec<&str> = KERNELS.iter().map(|kernel| kernel.family).collect();
    families.dedup();
    assert_eq!(families.len(), 8);
    for family in families {
        run(family, 40, |bytes| fuzz(family, bytes));
    }
}

#[test]
fn scenes_may_say_anything() {
    for scene in &stored("scene-json")[..4] {
        // Else nothing would be played.
        let read = millpond_scene::Scene::from_json(&String::from_utf8_lossy(scene));
        assert!(read.is_ok(), "{read:?}");
    }
    run("scene-json", 3000, texts::scene);
}

#[test]
fn mel_configurations_may_say_anything() {
    run("mel-json", 3000, texts::mel);
}
