//! The commands that the README shows run as they stand there.
#![allow(missing_docs)]

use millpond_core::video::{Frame, FrameLayout, PixelFormat};
use millpond_scene::{Scene, Stage, frame_hash};
use millpond_tests::programs;
use std::fs;
use std::process::Command;

#[test]
fn the_commands_of_the_readme_run() {
    let readme = fs::read_to_string(programs::root().join("README.md")).expect("the README");
    let block = readme.split("```sh\n").find(|block| block.starts_with("millpond ")).expect("a block of commands");
    let commands: Vec<&str> = block.lines().take_while(|line| *line != "```").collect();
    assert!(commands.len() >= 4, "{commands:?}");

    let folder = programs::target().join("readme");
    // `segment` wants a folder of its own.
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder of the last time goes");
    }
    fs::create_dir_all(&folder).expect("a folder");
    let scene = r#"{"version": 1, "canvas": {"width": 320, "height": 180, "frame_rate": 25},
        "assets": {"clip": {"src": "bigbuckbunny.mp4"}}, "layers": [{"asset": "clip"}], "audio": [{"asset": "clip"}], "duration": 3}"#;
    fs::write(folder.join("scene.json"), scene).expect("the scene");
    fs::copy(programs::target().join("media/bigbuckbunny.mp4"), folder.join("bigbuckbunny.mp4"))
        .expect("the sample clip");
    for line in commands {
        let words: Vec<&str> = line.split(" #").next().unwrap_or_default().split_whitespace().collect();
        assert_eq!(words[0], "millpond");
        programs::succeed(Command::new(programs::millpond()).args(&words[1..]).current_dir(&folder));
    }
    for made in ["out.mp4", "frames.txt", "still.png", "mel.npy", "mel.png", "bunny/master.m3u8"] {
        assert!(fs::metadata(folder.join(made)).is_ok_and(|file| file.len() > 0), "{made}");
    }
    assert_eq!(fs::read_to_string(folder.join("frames.txt")).expect("hashes").lines().count(), 75);
}

/// The scene of the example for npm makes natively the hash that its test in `bindings/wasm` expects.
#[test]
fn the_example_scene_has_one_hash() {
    let root = programs::root();
    let readme = fs::read_to_string(root.join("README.md")).expect("the README");
    let json = readme.split("new Scene(`").nth(1).and_then(|rest| rest.split('`').next()).expect("a scene");
    let mut stage = Stage::new(Scene::from_json(json).expect("a valid scene")).expect("a stage");
    let mut mouth = Frame::new(FrameLayout::packed(PixelFormat::Rgba8, 320, 320).expect("a layout"));
    mouth.bytes_mut().fill(255);
    stage.push_input(0, mouth).expect("the picture fits");
    let mut canvas = Frame::new(stage.canvas_layout().expect("a layout"));
    stage.compose(0, &mut canvas.view_mut()).expect("a frame");
    let hash: String = frame_hash(&canvas.view()).iter().map(|byte| format!("{byte:02x}")).collect();
    let node = fs::read_to_string(root.join("bindings/wasm/test/readme.test.mjs")).expect("the test in node");
    assert!(node.contains(&hash), "{hash}");
}
