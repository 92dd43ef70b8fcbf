//! Sending live: RTMP through nginx, SRT to ourselves, HTTP to a server of this program; receivers that refuse, fall silent,
//! die and come again.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use common::net::{GENEROUS, Nginx, Server, fall_silent, free_port, free_udp_port, wait_until};
use millpond_ffmpeg::{
    Access, Cancel, Container, Demuxer, Error, Flow, LiveConfig, LiveOutputStats, Muxer, MuxerConfig, Packet, Place,
    Reconnect, http_put,
};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

fn source() -> PathBuf {
    clip(
        "sent.mp4",
        "-f lavfi -i testsrc2=s=320x180:r=25:d=6 -f lavfi -i sine=d=6 -pix_fmt yuv420p -c:v libx264 -preset veryfast \
         -g 12 -bf 0 -c:a aac OUT",
    )
}

fn access() -> Access {
    let protocols = ["http", "rtmp", "srt", "tcp"].map(str::to_owned).to_vec();
    Access { protocols, ..Access::default() }
}

fn place(address: &str) -> Place {
    access().argument(address.as_ref()).unwrap()
}

fn patient() -> LiveConfig {
    LiveConfig { open: GENEROUS, read: GENEROUS, probe: Duration::from_secs(1), ..LiveConfig::default() }
}

fn reconnecting() -> LiveConfig {
    let first = Duration::from_millis(100);
    LiveConfig { reconnect: Reconnect { attempts: 200, first, longest: first, after_end: false }, ..patient() }
}

fn file(path: &Path) -> Demuxer {
    Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap()
}

/// Sends a file with all its streams, at the pace of its clock or as fast as it goes; `look` is called after each
/// packet.
fn send(
    path: &Path,
    address: &str,
    container: &MuxerConfig,
    config: &LiveConfig,
    pace: bool,
    mut look: impl FnMut(LiveOutputStats),
) -> Result<LiveOutputStats, Error> {
    let mut demuxer = file(path);
    let mut output = Muxer::to_live(&place(address), &access(), &Cancel::new(), container, config)?;
    for index in 0..2 {
        if output.add_copy(&demuxer, index).is_err() {
            assert_eq!(index, 1);
        }
    }
    output.open()?;
    let video = demuxer.video().unwrap();
    let (began, mut packet) = (Instant::now(), Packet::new());
    while demuxer.read_into(&mut packet).unwrap() == Flow::Done {
        if pace && packet.stream() == video.index() {
            let base = video.time_base();
            let due = packet.dts().unwrap() as f64 * *base.numer() as f64 / *base.denom() as f64;
            std::thread::sleep(Duration::from_secs_f64(due.max(0.0)).saturating_sub(began.elapsed()));
        }
        output.write(packet.stream(), &mut packet)?;
        look(output.live_stats().unwrap());
    }
    output.finish()?;
    Ok(output.live_stats().unwrap())
}

fn count(demuxer: &mut Demuxer) -> ([u64; 2], bool, Result<Flow, Error>) {
    let video = demuxer.video().unwrap().index();
    let (mut packets, mut starts_with_key, mut packet) = ([0, 0], false, Packet::new());
    loop {
        match demuxer.read_into(&mut packet) {
            Ok(Flow::Done) => {
                let is_video = packet.stream() == video;
                starts_with_key |= is_video && packets[0] == 0 && packet.is_key();
                packets[usize::from(!is_video)] += 1;
            }
            end => return (packets, starts_with_key, end),
        }
    }
}

#[test]
fn rtmp_through_a_server_to_a_player() {
    let nginx = Nginx::start("nginx-push", free_port());
    let url = nginx.url();
    let player = std::thread::spawn({
        let url = url.clone();
        move || {
            // There before the publisher, so that nothing is missed; the server is silent when the publisher is done.
            let config = LiveConfig { read: Duration::from_secs(4), ..patient() };
            let mut demuxer = Demuxer::open_live(&place(&url), &access(), &Cancel::new(), &config).unwrap();
            count(&mut demuxer)
        }
    });
    std::thread::sleep(Duration::from_millis(500));
    let stats = send(&source(), &url, &MuxerConfig::default(), &patient(), true, |_| {}).unwrap();
    assert_eq!((stats.connections, stats.dropped), (1, 0));
    let (packets, starts_with_key, _) = player.join().unwrap();
    assert!(starts_with_key && packets[0] >= 120 && packets[1] >= 200, "{packets:?}");
}

#[test]
fn srt_between_two_of_ours() {
    let expected = count(&mut file(&source())).0;
    for receiver_listens in [true, false] {
        let url = format!("srt://127.0.0.1:{}", free_udp_port());
        let listening = |listen| LiveConfig { listen, ..reconnecting() };
        let receiver = std::thread::spawn({
            // Who listens is there once; who calls may have to call again.
            let (url, mut config) = (url.clone(), listening(receiver_listens));
            config.read = Duration::from_secs(5);
            config.reconnect.attempts = u32::from(!receiver_listens);
            move || {
                let mut demuxer = Demuxer::open_live(&place(&url), &access(), &Cancel::new(), &config).unwrap();
                let video = demuxer.video().unwrap().index();
                let (mut packets, mut packet) = ([0, 0], Packet::new());
                // The end of SRT is a broken connection, and what was sent last may be lost with it.
                while let Ok(Flow::Done) = demuxer.read_into(&mut packet) {
                    packets[usize::from(packet.stream() != video)] += 1;
                }
                packets
            }
        });
        let config = listening(!receiver_listens);
        send(&source(), &url, &MuxerConfig::default(), &config, true, |_| {}).unwrap();
        let packets = receiver.join().unwrap();
        assert!(packets[0] + 10 >= expected[0] && packets[1] + 50 >= expected[1], "{packets:?} of {expected:?}");
    }
}

#[test]
fn a_receiver_that_dies_is_an_error_worth_a_retry() {
    let nginx = Nginx::start("nginx-dies", free_port());
    let url = nginx.url();
    let mut nginx = Some(nginx);
    let mut written = 0;
    let died = send(&source(), &url, &MuxerConfig::default(), &patient(), true, |_| {
        written += 1;
        if written == 100 {
            nginx = None;
        }
    });
    let error = died.err().unwrap();
    assert_eq!((error.code(), error.exit_code()), ("E_DISCONNECTED", 75), "{error}");
    assert!(error.to_string().contains("/live/***"), "{error}");
    // Nobody is there at all.
    let error = send(&source(), &url, &MuxerConfig::default(), &patient(), false, |_| {}).err().unwrap();
    assert_eq!(error.code(), "E_DISCONNECTED", "{error}");
}

#[test]
fn a_receiver_that_comes_again_is_sent_to_again() {
    let port = free_port();
    let mut nginx = Some(Nginx::start("nginx-again", port));
    let url = nginx.as_ref().unwrap().url();
    let player = Mutex::new(None);
    let mut written = 0;
    let stats = send(&source(), &url, &MuxerConfig::default(), &reconnecting(), true, |output| {
        written += 1;
        match written {
            100 => nginx = None,
            // By now it was found out.
            _ if nginx.is_none() && output.dropped > 10 => {
                nginx = Some(Nginx::start("nginx-again", port));
                let url = url.clone();
                *player.lock().unwrap() = Some(std::thread::spawn(move || {
                    let config = LiveConfig { read: Duration::from_secs(3), ..patient() };
                    let mut demuxer = Demuxer::open_live(&place(&url), &access(), &Cancel::new(), &config).unwrap();
                    count(&mut demuxer)
                }));
            }
            _ => {}
        }
    })
    .unwrap();
    assert!(stats.connections == 2 && stats.dropped > 10 && stats.dropped < 300, "{stats:?}");
    let (packets, starts_with_key, _) = player.lock().unwrap().take().unwrap().join().unwrap();
    assert!(starts_with_key && packets[0] > 25, "{packets:?}");
}

#[test]
fn what_is_sent_after_a_reconnection_can_be_decoded_from_its_start() {
    let got = Arc::new(Mutex::new(Vec::new()));
    let store = Arc::clone(&got);
    let server = Server::start(move |client, before| {
        let (mut bytes, mut chunk) = (Vec::new(), [0; 1024]);
        // The first connection is closed in the middle of a group of pictures.
        while before > 0 || bytes.len() < 90_000 {
            match client.read(&mut chunk)? {
                0 => break,
                read => bytes.extend_from_slice(&chunk[..read]),
            }
        }
        if before > 0 {
            *store.lock().unwrap() = bytes;
        }
        Ok(())
    });
    let config = MuxerConfig::new(Container::MpegTs);
    let stats = send(&source(), &format!("tcp://{}", server.address), &config, &reconnecting(), true, |_| {}).unwrap();
    assert!(stats.connections == 2 && stats.dropped > 0, "{stats:?}");
    wait_until("the server to have it all", || !got.lock().unwrap().is_empty());
    let bytes = std::mem::take(&mut *got.lock().unwrap());
    let mut read =
        Demuxer::from_reader("received", std::io::Cursor::new(bytes), &Access::default(), &Cancel::new()).unwrap();
    let (packets, starts_with_key, _) = count(&mut read);
    assert!(starts_with_key && packets[0] >= 12, "{packets:?}");
}

#[test]
fn a_receiver_that_takes_nothing_more_is_lost_after_the_deadline() {
    // Far more than the system's buffers hold.
    let large = clip(
        "sent-large.mkv",
        "-f lavfi -i testsrc2=s=640x360:r=25:d=4 -vf noise=alls=60:allf=t -pix_fmt yuv420p -c:v ffv1 OUT",
    );
    assert!(std::fs::metadata(&large).unwrap().len() > 16 << 20);
    let server = Server::start(|_: &mut TcpStream, _| {
        std::thread::sleep(Duration::from_secs(4));
        Ok(())
    });
    let config = LiveConfig { read: Duration::from_millis(500), ..patient() };
    let container = MuxerConfig::new(Container::Matroska);
    let error = send(&large, &format!("tcp://{}", server.address), &container, &config, false, |_| {}).err().unwrap();
    assert_eq!((error.code(), error.exit_code()), ("E_TIMED_OUT", 75), "{error}");
    // The same at connect.
    let silent = Server::start(|client, _| fall_silent(client));
    let config = LiveConfig { open: Duration::from_millis(400), ..patient() };
    let error = send(&source(), &silent.url("rtmp"), &MuxerConfig::default(), &config, false, |_| {}).err().unwrap();
    assert_eq!(error.code(), "E_TIMED_OUT", "{error}");
}

/// Reads a request with a body whose length is told.
fn request(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length =
        head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    Ok((head, body))
}

#[test]
fn segments_are_put_and_the_servers_answer_counts() {
    let bytes: Vec<u8> = (0..100_000u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let got = Arc::new(Mutex::new(Vec::new()));
    let put = |answers: &'static [&'static str], config: &LiveConfig| {
        let store = Arc::clone(&got);
        let server = Server::start(move |client, before| {
            let (head, body) = request(client)?;
            store.lock().unwrap().push((head.lines().next().unwrap().to_owned(), body));
            let answer = answers[before.min(answers.len() - 1)];
            client.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())
        });
        let address = format!("http://user:s3cret@{}/live/segment-1.m4s", server.address);
        let result = http_put(&place(&address), &access(), &Cancel::new(), config, &bytes);
        (result.map_err(|error| (error.code(), error.exit_code(), error.to_string())), server.clients())
    };
    assert_eq!(put(&["201 Created"], &patient()), (Ok(()), 1));
    let whole = ("PUT /live/segment-1.m4s HTTP/1.1".to_owned(), bytes.clone());
    assert!(*got.lock().unwrap() == std::slice::from_ref(&whole));
    // What the server calls its own fault is worth a retry, what it calls ours is not.
    let (refused, times) = put(&["403 Forbidden"], &reconnecting());
    let (code, exit, message) = refused.unwrap_err();
    assert_eq!((code, exit, times), ("E_OUTPUT", 4, 1), "{message}");
    assert!(!message.contains("s3cret"), "{message}");
    let (failed, times) = put(&["503 Busy"], &patient());
    assert_eq!((failed.unwrap_err().1, times), (75, 1));
    got.lock().unwrap().clear();
    assert_eq!(put(&["503 Busy", "500 Oops", "204 No Content"], &reconnecting()), (Ok(()), 3));
    assert_eq!(*got.lock().unwrap(), [whole.clone(), whole.clone(), whole]);
    // Silence, and nobody at all.
    let silent = Server::start(|client, _| fall_silent(client));
    let config = LiveConfig { open: Duration::from_millis(400), ..patient() };
    let error = http_put(&place(&silent.url("http")), &access(), &Cancel::new(), &config, &bytes).unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("E_TIMED_OUT", 75), "{error}");
    let nobody = place(&format!("http://127.0.0.1:{}/x", free_port()));
    let error = http_put(&nobody, &access(), &Cancel::new(), &patient(), &bytes).unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("E_DISCONNECTED", 75), "{error}");
}

#[test]
fn fragments_stream_to_a_server_while_they_are_made() {
    let got = Arc::new(Mutex::new(Vec::new()));
    let store = Arc::clone(&got);
    let server = Server::start(move |client, _| {
        let mut bytes = Vec::new();
        client.read_to_end(&mut bytes)?;
        *store.lock().unwrap() = bytes;
        Ok(())
    });
    let config = MuxerConfig::new(Container::Mp4);
    send(&source(), &format!("tcp://{}", server.address), &config, &patient(), false, |_| {}).unwrap();
    wait_until("the server to have it all", || !got.lock().unwrap().is_empty());
    drop(server);
    let bytes = std::mem::take(&mut *got.lock().unwrap());
    let mut read =
        Demuxer::from_reader("received", std::io::Cursor::new(bytes), &Access::default(), &Cancel::new()).unwrap();
    assert_eq!(count(&mut read).0, count(&mut file(&source())).0);
}
