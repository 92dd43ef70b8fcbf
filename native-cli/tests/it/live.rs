//! Live sources and receivers, as a user of the command sees them.

use crate::common::{Outcome, ffprobe, listing, made, millpond};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A transport stream of 100 pictures at 25 a second.
fn stream() -> PathBuf {
    made(
        "cli-live.ts",
        "-f lavfi -i testsrc2=size=320x180:rate=25:duration=4 -f lavfi -i sine=duration=4 -c:v libx264 -preset veryfast \
         -pix_fmt yuv420p -g 25 -c:a aac -f mpegts",
    )
}

/// Serves each client what `answer` writes, for as long as the test program runs.
fn serve(answer: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let mut client = client;
            // A client that goes away is no failure.
            let _ = answer(&mut client);
        }
    });
    address.to_string()
}

fn answer(client: &mut TcpStream, head: &str, body: &[u8]) -> std::io::Result<()> {
    let (mut request, mut byte) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        request.push(byte[0]);
    }
    client.write_all(format!("HTTP/1.1 200 OK\r\n{head}Connection: close\r\n\r\n").as_bytes())?;
    client.write_all(body)
}

fn remux(from: &str, to: &str, more: &[&str]) -> Outcome {
    let fixed = ["remux", from, "-o", to, "--allow-protocol", "http,rtmp,srt,tcp"];
    millpond(fixed.iter().chain(more))
}

/// A stopped process is an end with a failure.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_stream_from_the_network_or_a_pipe_becomes_a_file() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out.mp4");
    let bytes = fs::read(stream()).unwrap();
    let served = bytes.clone();
    let server = serve(move |client| answer(client, "", &served));
    remux(&format!("http://{server}/live"), out.to_str().unwrap(), &[]).expect(0);
    assert_eq!(ffprobe(&out, "v:0", "stream=nb_frames"), "100");
    // The same from standard input.
    let mut child = Command::new(env!("CARGO_BIN_EXE_millpond"))
        .args(["remux", "-", "-o", out.to_str().unwrap(), "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let outcome = Outcome::from(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(outcome.last_event()["event"], "done");
    assert_eq!(ffprobe(&out, "v:0", "stream=nb_frames"), "100");
    assert_eq!(listing(&folder), ["out.mp4"]);
}

#[test]
fn a_source_that_is_silent_or_gone_is_worth_a_retry() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out.mp4");
    let silent = serve(|client| std::io::copy(client, &mut std::io::sink()).map(drop));
    let began = Instant::now();
    let address = format!("rtmp://admin:s3cret@{silent}/live/s3cret?token=s3cret");
    let outcome = remux(&address, out.to_str().unwrap(), &["--timeout", "0.5"]).expect_error(75, "E_TIMED_OUT");
    assert!(began.elapsed() < Duration::from_secs(40));
    assert!(!outcome.stderr.contains("s3cret") && outcome.stderr.contains(&silent), "{}", outcome.stderr);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    remux(&format!("tcp://{nobody}"), out.to_str().unwrap(), &[]).expect_error(75, "E_DISCONNECTED");
    millpond(["remux", &address, "-o", out.to_str().unwrap()]).expect_error(3, "E_PROTOCOL_REFUSED");
    assert!(listing(&folder).is_empty());
}

#[test]
fn what_came_before_a_source_was_lost_is_kept() {
    let folder = TempDir::new().unwrap();
    let bytes = fs::read(stream()).unwrap();
    let server = serve(move |client| {
        answer(client, &format!("Content-Length: {}\r\n", bytes.len()), &bytes[..bytes.len() * 3 / 4])
    });
    let source = format!("http://{server}/live");
    for command in ["remux", "transcode"] {
        let out = folder.path().join(format!("{command}.mp4"));
        let fixed = [command, &source, "-o", out.to_str().unwrap(), "--allow-protocol", "http"];
        let outcome = millpond(fixed).expect(75);
        assert!(outcome.stderr.contains("error[E_DISCONNECTED]: "), "{}", outcome.stderr);
        assert!(outcome.stderr.trim().ends_with("is whole up to there"), "{}", outcome.stderr);
        let frames: u32 = ffprobe(&out, "v:0", "stream=nb_frames").parse().unwrap();
        assert!((40..100).contains(&frames), "{frames}");
    }
    let out = folder.path().join("segments");
    let arguments = ["segment", &source, "-o", out.to_str().unwrap(), "--duration", "1", "--allow-protocol", "http"];
    let outcome = millpond(arguments).expect(75);
    assert!(outcome.stderr.contains("error[E_DISCONNECTED]: "), "{}", outcome.stderr);
    let playlists = String::from_utf8(crate::common::shell(&out, "cat $(find . -name '*.m3u8')")).unwrap();
    assert!(playlists.contains("#EXT-X-ENDLIST") && playlists.matches("#EXTINF").count() >= 2, "{playlists}");
}

#[test]
fn a_live_source_becomes_segments_and_what_came_before_it_was_lost_is_kept() {
    let folder = TempDir::new().unwrap();
    let bytes = fs::read(stream()).unwrap();
    for (sent, exit) in [(bytes.len(), 0), (bytes.len() * 3 / 4, 75)] {
        let bytes = bytes.clone();
        let server =
            serve(move |client| answer(client, &format!("Content-Length: {}\r\n", bytes.len()), &bytes[..sent]));
        let (source, out) = (format!("http://{server}/live"), folder.path().join(exit.to_string()));
        let fixed = ["segment", &source, "-o", out.to_str().unwrap(), "--allow-protocol", "http", "--event"];
        let outcome = millpond(fixed.iter().chain(&["--duration", "1", "--ladder", "90"])).expect(exit);
        assert_eq!(outcome.stderr.contains("error[E_DISCONNECTED]: "), exit == 75, "{}", outcome.stderr);
        let playlist = out.join("90p/playlist.m3u8");
        assert!(fs::read_to_string(&playlist).unwrap().ends_with("#EXT-X-ENDLIST\n"));
        let output = Command::new("ffprobe")
            .args(["-v", "error", "-count_frames", "-of", "csv=p=0", "-show_entries", "stream=nb_read_frames"])
            .arg(&playlist)
            .output()
            .unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let frames: u32 = text.lines().rev().find_map(|line| line.trim_end_matches(',').parse().ok()).unwrap();
        assert!(if exit == 0 { frames == 100 } else { (40..100).contains(&frames) }, "{frames}");
    }
}

#[test]
fn a_publisher_is_listened_for_and_its_stream_sent_on() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out.mkv");
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (to_us, to_ffmpeg) = (format!("rtmp://{}/live/a", free()), format!("rtmp://{}/live/b", free()));
    let receiver = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y", "-listen", "1", "-i", &to_ffmpeg, "-c", "copy"])
        .arg(&out)
        .spawn();
    let mut receiver = Killed(receiver.unwrap());
    let arguments = ["remux", &to_us, "-o", &to_ffmpeg, "--listen", "--timeout", "40", "--reconnect", "100"];
    let ours = Command::new(env!("CARGO_BIN_EXE_millpond"))
        .args(arguments)
        .args(["--allow-protocol", "rtmp", "--json"])
        .stdout(Stdio::piped())
        .spawn();
    let ours = ours.unwrap();
    // Published until it is taken: nobody may listen yet.
    let (from, to) = (stream(), to_us);
    let began = Instant::now();
    loop {
        let mut publish = Command::new("ffmpeg");
        publish.args(["-v", "quiet", "-nostdin", "-re", "-i"]).arg(&from).args([
            "-c",
            "copy",
            "-bsf:a",
            "aac_adtstoasc",
        ]);
        if publish.args(["-f", "flv", &to]).status().unwrap().success() {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(40), "nobody listened");
        std::thread::sleep(Duration::from_millis(100));
    }
    let outcome = Outcome::from(ours.wait_with_output().unwrap()).expect(0);
    assert!(outcome.last_event()["packets"].as_u64().unwrap() > 200, "{}", outcome.stdout);
    assert!(receiver.0.wait().unwrap().success());
    let counted = ffprobe(&out, "v:0", "packet=flags").lines().count();
    assert_eq!(counted, 100);
}
