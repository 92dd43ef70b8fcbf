//! What `conformance.rs` shows of Chromium, in Firefox, with its decoders in the page's process (docs/conformance.md says
//! why). Needs Debian's `firefox-esr`, so it runs under `cargo xtask test --all` only and says so otherwise.

use millpond_tests::scenes::run_all;
use millpond_tests::suite::{self, Case, equal};

fn main() {
    if std::env::var("MILLPOND_ALL").as_deref() != Ok("1") {
        println!("Firefox is asked by `cargo xtask test --all` (MILLPOND_ALL=1) only");
        println!("test result: ok. 0 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        return;
    }
    // Firefox's copyTo leaves out the last chroma column and row of pictures of odd size.
    let is_even = |case: &Case| !case.name.contains("vp9_odd");
    let [common, rare] = suite::codecs();
    let groups = [suite::compositions(), suite::times(), suite::colours(), suite::shapes(), common, suite::matrix()];
    let cases: Vec<_> = groups.concat().into_iter().filter(is_even).collect();
    equal(&cases, &["--browser", "firefox-planar"]);
    equal(
        &suite::matrix().into_iter().filter(is_even).collect::<Vec<_>>(),
        &["--browser", "firefox-planar", "--shuffled"],
    );

    // What it does not decode is said for each scene, and nothing hangs.
    let run = run_all(&rare, &["--browser", "firefox-planar"]);
    let refused =
        run.frames.iter().filter(|line| line["failed"].as_str().is_some_and(|why| why.contains("cannot decode")));
    assert_eq!((run.code, refused.count()), (Some(2), rare.len()), "{}", run.said);

    // As installed its pictures are RGB: each frame is composed, equal or not.
    let run = run_all(&suite::shapes(), &["--browser", "firefox"]);
    assert!(matches!(run.code, Some(0 | 1)), "{}", run.said);
    assert_eq!(run.frames.len(), suite::shapes().iter().map(|case| case.frames).sum::<usize>(), "{}", run.said);
    println!("{} scenes equal in Firefox", cases.len());
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
