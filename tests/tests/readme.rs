//! The commands that the README shows run as they stand there.
#![allow(missing_docs)]

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
    for made in ["out.mp4", "frames.txt", "still.png", "mel.npy", "mel.png"] {
        assert!(fs::metadata(folder.join(made)).is_ok_and(|file| file.len() > 0), "{made}");
    }
    assert_eq!(fs::read_to_string(folder.join("frames.txt")).expect("hashes").lines().count(), 75);
}
