//! The programs that are measured: what somebody would write who uses the library.
//!
//! ```text
//! decode CLIP            reads all pictures          hash CLIP            and says SHA-256 of their planes
//! renders SCENE N        renders a scene N times     hash-renders SCENE N and says that of each render's frames
//! video-rs CLIP          reads all pictures with video-rs and says how many
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::thread;

use millpond::ffmpeg::{Access, Cancel, Clip, DecoderConfig, Event, Place, RenderOptions, SharedFrames, render};
use millpond::memory::CountingAllocator;
use millpond::scene::{Scene, frame_hash};
use sha2::{Digest, Sha256};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Bytes that the pictures of all renders may take together.
const SHARED_BYTES: usize = 2 << 30;

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["decode", clip] => decode(clip),
        ["hash", clip] => hash(clip),
        ["renders", scene, count] => renders(scene, count.parse()?, false),
        ["hash-renders", scene, count] => renders(scene, count.parse()?, true),
        ["video-rs", clip] => video_rs(clip),
        _ => Err("see worker.rs".into()),
    }
}

fn open(clip: &str) -> Outcome<Clip> {
    let place = Place::file(clip.as_ref())?;
    Ok(Clip::open(&place, &Access::default(), &Cancel::new(), DecoderConfig::default())?)
}

fn decode(clip: &str) -> Outcome {
    let mut clip = open(clip)?;
    while clip.read()?.is_some() {}
    Ok(())
}

fn hash(clip: &str) -> Outcome {
    let mut clip = open(clip)?;
    let mut hash = Sha256::new();
    while let Some(picture) = clip.read()? {
        picture.frame.view().rows().for_each(|row| hash.update(row));
    }
    println!("{}", hex(hash));
    Ok(())
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn renders(file: &str, count: usize, says_hashes: bool) -> Outcome {
    let file = Path::new(file);
    let scene = Scene::from_json(&std::fs::read_to_string(file)?)?;
    let frames = SharedFrames::new(SHARED_BYTES)?;
    let processors = thread::available_parallelism()?.get();
    let one = || -> Outcome<String> {
        let options = RenderOptions {
            folder: file.parent().map(PathBuf::from).unwrap_or_default(),
            frames: Some(frames.clone()),
            // So many renders keep all processors busy by themselves.
            decoder_threads: Some(processors.div_ceil(count)),
            ..RenderOptions::default()
        };
        let mut hash = Sha256::new();
        render(&scene, &options, &mut |event| {
            if let (Event::Frame { view, .. }, true) = (event, says_hashes) {
                hash.update(frame_hash(&view));
            }
            Ok(())
        })?;
        Ok(hex(hash))
    };
    let hashes = thread::scope(|scope| {
        let started: Vec<_> = (0..count).map(|_| scope.spawn(one)).collect();
        started.into_iter().map(|render| render.join().map_err(|_| "a render panicked")?).collect::<Outcome<Vec<_>>>()
    })?;
    if says_hashes {
        hashes.iter().for_each(|hash| println!("{hash}"));
    }
    Ok(())
}

fn video_rs(clip: &str) -> Outcome {
    video_rs::init().map_err(|error| error.to_string())?;
    let mut decoder = video_rs::Decoder::new(Path::new(clip))?;
    let mut count = 0;
    loop {
        match decoder.decode_raw() {
            Ok(_) => count += 1,
            Err(video_rs::Error::DecodeExhausted | video_rs::Error::ReadExhausted) => break,
            Err(error) => return Err(error.into()),
        }
    }
    println!("{count}");
    Ok(())
}
