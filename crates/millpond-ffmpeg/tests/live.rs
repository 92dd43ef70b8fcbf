//! Live sources that misbehave, served by this program: silent, cut, lying, jumping, changing, too fast for their reader.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use common::net::{GENEROUS, Server, fall_silent, free_port, free_udp_port, http_head, wait_until};
use millpond_ffmpeg::{
    Access, Cancel, DecoderConfig, Demuxer, Error, Flow, LiveConfig, LiveInput, LiveStats, Packet, Place, QueueConfig,
    Received, Reconnect, VideoDecoder, WhenFull,
};
use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const SOUND_AND_PICTURES: &str = "-f lavfi -i testsrc2=s=320x180:r=25:d=4 -f lavfi -i sine=d=4 -pix_fmt yuv420p \
    -c:v libx264 -preset veryfast -g 25 -keyint_min 25 -sc_threshold 0 -bf 2 -c:a aac OUT";

fn access() -> Access {
    let protocols = ["http", "rtmp", "rtsp", "srt", "udp", "tcp"].map(str::to_owned).to_vec();
    Access { protocols, ..Access::default() }
}

fn place(address: &str) -> Place {
    access().argument(address.as_ref()).unwrap()
}

fn limits(open: Duration, read: Duration) -> LiveConfig {
    LiveConfig { open, read, probe: Duration::from_millis(500), ..LiveConfig::default() }
}

/// Deadlines that nothing here should reach.
fn patient() -> LiveConfig {
    limits(GENEROUS, GENEROUS)
}

fn open(address: &str, config: &LiveConfig) -> Result<Demuxer, Error> {
    Demuxer::open_live(&place(address), &access(), &Cancel::new(), config)
}

#[derive(Clone, Debug, PartialEq)]
struct Seen {
    stream: usize,
    pts: Option<i64>,
    dts: Option<i64>,
    is_key: bool,
    data: Vec<u8>,
}

fn seen(packet: &Packet) -> Seen {
    let (stream, is_key, data) = (packet.stream(), packet.is_key(), packet.data().to_vec());
    Seen { stream, pts: packet.pts(), dts: packet.dts(), is_key, data }
}

fn read_all(demuxer: &mut Demuxer) -> (Vec<Seen>, Result<Flow, Error>) {
    let (mut packet, mut list) = (Packet::new(), Vec::new());
    loop {
        match demuxer.read_into(&mut packet) {
            Ok(Flow::Done) => list.push(seen(&packet)),
            end => return (list, end),
        }
    }
}

fn of_file(path: &Path) -> Vec<Seen> {
    let mut demuxer = Demuxer::open(&Place::file(path).unwrap(), &Access::default(), &Cancel::new()).unwrap();
    read_all(&mut demuxer).0
}

/// Serves these bytes as a stream without end.
fn stream_of(bytes: Vec<u8>) -> Server {
    Server::start(move |client, _| {
        http_head(client, "200 OK\r\nContent-Type: video/mp2t")?;
        client.write_all(&bytes)
    })
}

fn assert_rising(packets: &[Seen]) {
    for stream in 0..2 {
        let times: Vec<i64> = packets.iter().filter(|seen| seen.stream == stream).filter_map(|seen| seen.dts).collect();
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "stream {stream}: {times:?}");
    }
}

/// The same packets at the same times, to the millisecond: of a source that cannot be read twice FFmpeg guesses the times of
/// sound between two that are told a little differently.
fn assert_same(packets: &[Seen], expected: &[Seen]) {
    let is_near = |one: Option<i64>, other: Option<i64>| one.unwrap().abs_diff(other.unwrap()) <= 90;
    for (index, (packet, expected)) in packets.iter().zip(expected).enumerate() {
        let facts = |seen: &Seen| (seen.stream, seen.is_key, seen.data.len());
        assert_eq!(facts(packet), facts(expected), "packet {index}");
        assert!(
            is_near(packet.pts, expected.pts) && is_near(packet.dts, expected.dts),
            "{:?}",
            (packet.pts, expected.pts)
        );
        assert!(packet.data == expected.data, "bytes of packet {index}");
    }
    assert_eq!(packets.len(), expected.len());
}

#[test]
fn a_server_that_is_silent_at_connect_ends_within_the_deadline() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (tcp, udp) = (server.local_addr().unwrap(), datagrams.local_addr().unwrap());
    let fifo = named_pipe("silent.fifo");
    let addresses = [
        format!("rtmp://{tcp}/live/stream"),
        format!("rtsp://{tcp}/stream"),
        format!("http://{tcp}/stream"),
        format!("tcp://{tcp}"),
        format!("srt://{udp}"),
        format!("udp://127.0.0.1:{}", free_udp_port()),
        fifo.display().to_string(),
    ];
    for address in addresses {
        let limit = Duration::from_millis(400);
        let began = Instant::now();
        let error = open(&address, &limits(limit, GENEROUS)).err().unwrap();
        let took = began.elapsed();
        assert!(took >= limit && took < GENEROUS, "{address}: {took:?}");
        let got = (error.code(), error.exit_code());
        assert_eq!(got, ("E_TIMED_OUT", 75), "{address}: {error}");
        assert!(error.to_string().starts_with("opening took longer than 400ms: "), "{error}");
    }
}

#[test]
fn a_publisher_who_does_not_come_is_waited_for_within_the_deadline() {
    for (address, port) in [
        ("rtmp://127.0.0.1:PORT/live/stream", free_port()),
        ("rtsp://127.0.0.1:PORT/stream", free_port()),
        ("http://127.0.0.1:PORT/stream", free_port()),
        ("srt://127.0.0.1:PORT", free_udp_port()),
    ] {
        let config = LiveConfig { listen: true, ..limits(Duration::from_millis(400), GENEROUS) };
        let error = open(&address.replace("PORT", &port.to_string()), &config).err().unwrap();
        assert_eq!(error.code(), "E_TIMED_OUT", "{address}: {error}");
    }
}

#[test]
fn cancelling_ends_opening_and_reading() {
    let silent = Server::start(|client, _| fall_silent(client));
    let half = fs::read(clip("live.ts", SOUND_AND_PICTURES)).unwrap();
    let stalled = Server::start(move |client, _| {
        http_head(client, "200 OK")?;
        client.write_all(&half[..half.len() / 2])?;
        fall_silent(client)
    });
    for is_orderly in [false, true] {
        for address in [silent.url("rtmp"), silent.url("rtsp"), silent.url("http"), stalled.url("http")] {
            let cancel = Cancel::new();
            let flag = cancel.clone();
            let is_stalled = address.starts_with("http") && address == stalled.url("http");
            let end = std::thread::scope(|scope| {
                scope.spawn(move || {
                    std::thread::sleep(Duration::from_millis(500));
                    if is_orderly { flag.finish() } else { flag.abandon() }
                });
                let endless = limits(Duration::MAX, Duration::MAX);
                let demuxer = Demuxer::open_live(&place(&address), &access(), &cancel, &endless);
                demuxer.and_then(|mut demuxer| read_all(&mut demuxer).1)
            });
            // What was read so far is worth keeping; while nothing is open there is nothing to keep.
            match end {
                Ok(Flow::Ended) => assert!(is_orderly && is_stalled, "{address}"),
                end => assert_eq!(end.unwrap_err().code(), "E_CANCELLED", "{address}"),
            }
        }
    }
}

#[test]
fn nobody_there_is_worth_a_retry_and_not_found_is_not() {
    let port = free_port();
    for protocol in ["rtmp", "rtsp", "http", "tcp"] {
        let error = open(&format!("{protocol}://127.0.0.1:{port}/live/stream"), &patient()).err().unwrap();
        assert_eq!((error.code(), error.exit_code()), ("E_DISCONNECTED", 75), "{error}");
    }
    let absent = Server::start(|client, _| http_head(client, "404 Not Found"));
    let error = open(&absent.url("http"), &patient()).err().unwrap();
    assert_eq!((error.code(), error.exit_code()), ("E_MEDIA_MISSING", 3), "{error}");
    let error = access().argument("sctp://127.0.0.1/x".as_ref()).err().unwrap();
    assert_eq!(error.code(), "E_PROTOCOL_REFUSED");
}

#[test]
fn every_packet_of_a_stream_comes_as_it_is_in_the_file() {
    let path = clip("live.ts", SOUND_AND_PICTURES);
    let expected = of_file(&path);
    let server = stream_of(fs::read(&path).unwrap());
    let mut demuxer = open(&server.url("http"), &patient()).unwrap();
    let (packets, end) = read_all(&mut demuxer);
    assert_eq!(end.unwrap(), Flow::Ended);
    assert_same(&packets, &expected);
    let stats = demuxer.live_stats().unwrap();
    let bytes = expected.iter().map(|seen| seen.data.len() as u64).sum();
    let untouched = LiveStats { connections: 1, packets: expected.len() as u64, bytes, ..LiveStats::default() };
    assert_eq!(stats, untouched);
}

#[test]
fn a_stream_that_is_cut_is_lost_and_can_be_opened_again() {
    let path = clip("live.ts", SOUND_AND_PICTURES);
    let bytes = fs::read(&path).unwrap();
    let expected = of_file(&path);
    let length = bytes.len();
    // The first three clients get half of what was promised; the fourth gets all.
    let serve = move || {
        let bytes = bytes.clone();
        Server::start(move |client, before| {
            http_head(client, &format!("200 OK\r\nContent-Length: {length}"))?;
            client.write_all(if before < 3 { &bytes[..length / 2] } else { &bytes })
        })
    };
    let server = serve();
    let mut demuxer = open(&server.url("http"), &patient()).unwrap();
    let (packets, end) = read_all(&mut demuxer);
    let error = end.unwrap_err();
    assert_eq!((error.code(), error.exit_code()), ("E_DISCONNECTED", 75), "{error}");
    assert!(packets.len() > 50 && packets.len() < expected.len(), "{}", packets.len());
    let half = packets.len();
    let mut packet = Packet::new();
    assert_eq!(demuxer.read_into(&mut packet).unwrap(), Flow::Ended);

    let server = serve();
    let reconnect = Reconnect { attempts: 2, first: Duration::from_millis(10), ..Reconnect::default() };
    let mut demuxer = open(&server.url("http"), &LiveConfig { reconnect, ..patient() }).unwrap();
    let (packets, end) = read_all(&mut demuxer);
    assert_eq!(end.unwrap(), Flow::Ended);
    let stats = demuxer.live_stats().unwrap();
    assert_eq!((stats.connections, stats.failed, stats.jumps), (4, 0, 0), "{stats:?}");
    assert_eq!(packets.len(), half * 3 + expected.len());
    assert_rising(&packets);
}

#[test]
fn a_stream_that_falls_silent_is_lost_after_the_deadline() {
    let bytes = fs::read(clip("live.ts", SOUND_AND_PICTURES)).unwrap();
    let server = Server::start(move |client, before| {
        http_head(client, "200 OK")?;
        client.write_all(&bytes[..bytes.len() / 2])?;
        if before == 0 { fall_silent(client) } else { client.write_all(&bytes[bytes.len() / 2..]) }
    });
    let reconnect = Reconnect { attempts: 1, first: Duration::ZERO, ..Reconnect::default() };
    let config = LiveConfig { reconnect, ..limits(GENEROUS, Duration::from_millis(1500)) };
    let mut demuxer = open(&server.url("http"), &config).unwrap();
    let (packets, end) = read_all(&mut demuxer);
    let stats = demuxer.live_stats().unwrap();
    assert_eq!(end.unwrap(), Flow::Ended);
    assert_eq!((stats.connections, stats.timeouts), (2, 1), "{stats:?}");
    assert_rising(&packets);

    let silent = Server::start(|client, _| fall_silent(client));
    let reconnect = Reconnect { attempts: 3, first: Duration::ZERO, ..Reconnect::default() };
    let config = LiveConfig { reconnect, ..limits(Duration::from_millis(200), GENEROUS) };
    assert_eq!(open(&silent.url("http"), &config).err().unwrap().code(), "E_TIMED_OUT");
    assert_eq!(silent.clients(), 4, "the first time and three more");
}

#[test]
fn lies_end_in_an_error_or_an_end() {
    let bytes = fs::read(clip("live.ts", SOUND_AND_PICTURES)).unwrap();
    let noise: Vec<u8> = (0..200_000u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let lies: [(&str, Vec<u8>); 6] = [
        ("200 OK\r\nContent-Length: 99999999999999999999999", bytes.clone()),
        ("200 OK\r\nContent-Length: -5", bytes.clone()),
        ("200 OK\r\nTransfer-Encoding: chunked", bytes.clone()),
        ("200 OK\r\nContent-Type: video/x-flv", noise.clone()),
        (
            "200 OK\r\nContent-Type: application/vnd.apple.mpegurl",
            b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".to_vec(),
        ),
        ("302 Found\r\nLocation: file:///etc/passwd", Vec::new()),
    ];
    for (head, body) in lies {
        let server = Server::start(move |client, _| {
            http_head(client, head)?;
            client.write_all(&body)
        });
        let began = Instant::now();
        let limit = Duration::from_secs(2);
        let end = open(&server.url("http"), &limits(limit, limit)).and_then(|mut demuxer| read_all(&mut demuxer).1);
        assert!(began.elapsed() < GENEROUS, "{head}");
        assert!(matches!(end, Err(_) | Ok(Flow::Ended)), "{head}: {end:?}");
    }
}

#[test]
fn joining_waits_for_a_key_frame() {
    let path = clip("live.ts", SOUND_AND_PICTURES);
    let bytes = fs::read(&path).unwrap();
    let expected = of_file(&path);
    // From the middle of a group of pictures on, at a packet of the transport stream.
    let from = bytes.len() / 188 / 3 * 188;
    let server = stream_of(bytes[from..].to_vec());
    let mut demuxer = open(&server.url("http"), &patient()).unwrap();
    let stream = demuxer.video().unwrap().index();
    let (packets, _) = read_all(&mut demuxer);
    let stats = demuxer.live_stats().unwrap();
    let pictures: Vec<&Seen> = packets.iter().filter(|seen| seen.stream == stream).collect();
    assert!(pictures[0].is_key && stats.before_key > 0, "{stats:?}");
    let keys = expected.iter().filter(|seen| seen.stream == stream && seen.is_key).count();
    assert!(pictures.len().is_multiple_of(25) && pictures.len() < 25 * keys, "{}", pictures.len());
    // If none comes it is an error. One picture after the first is no key frame any more.
    let path = clip(
        "live-one-key.ts",
        "-f lavfi -i testsrc2=s=320x180:r=25:d=4 -pix_fmt yuv420p -c:v libx264 -preset veryfast -g 1000 -sc_threshold 0 OUT",
    );
    let bytes = fs::read(path).unwrap();
    let from = bytes.len() / 188 / 3 * 188;
    let server = Server::start(move |client, _| {
        http_head(client, "200 OK")?;
        loop {
            for chunk in bytes[from..].chunks(188 * 20) {
                client.write_all(chunk)?;
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    });
    let error = open(&server.url("http"), &limits(Duration::from_secs(2), GENEROUS))
        .and_then(|mut demuxer| read_all(&mut demuxer).1)
        .unwrap_err();
    assert_eq!(error.code(), "E_TIMED_OUT", "{error}");
}

/// Decodes what comes; the sizes of the pictures in the order they came, with how many.
fn sizes(input: &mut LiveInput) -> (Vec<(u32, u32, u64)>, u64) {
    let (mut packet, mut frame, mut changes) = (Packet::new(), None, 0);
    let mut stream = input.video().unwrap();
    let mut decoder = VideoDecoder::new(&stream, DecoderConfig { threads: 1, ..DecoderConfig::default() });
    decoder.open().unwrap();
    let mut sizes: Vec<(u32, u32, u64)> = Vec::new();
    let mut note = |frame: &Option<millpond_ffmpeg::VideoFrame>| {
        let view = frame.as_ref().unwrap().view();
        match sizes.last_mut() {
            Some(last) if (last.0, last.1) == (view.width(), view.height()) => last.2 += 1,
            _ => sizes.push((view.width(), view.height(), 1)),
        }
    };
    loop {
        match input.receive(&mut packet).unwrap() {
            Received::Packet if packet.stream() == stream.index() => loop {
                match decoder.decode_into(&packet, &mut frame).unwrap() {
                    Flow::NeedMore | Flow::Ended => break,
                    flow => {
                        note(&frame);
                        if flow == Flow::Done {
                            break;
                        }
                    }
                }
            },
            Received::Packet => {}
            Received::Changed => {
                changes += 1;
                stream = input.video().unwrap();
            }
            Received::Ended => break,
        }
    }
    while decoder.flush_into(&mut frame).unwrap() == Flow::Done {
        note(&frame);
    }
    assert_eq!(decoder.stats().damaged, 0);
    (sizes, changes)
}

fn live(address: &str, config: &LiveConfig, queue: QueueConfig) -> LiveInput {
    LiveInput::open(&place(address), &access(), &Cancel::new(), config, queue).unwrap()
}

#[test]
fn a_jump_of_the_clock_and_another_size_are_mended_and_told() {
    let small = fs::read(clip("live.ts", SOUND_AND_PICTURES)).unwrap();
    let path = clip(
        "live-large.ts",
        "-f lavfi -i testsrc2=s=640x360:r=25:d=2 -f lavfi -i sine=d=2 -pix_fmt yuv420p -c:v libx264 -preset veryfast \
         -g 25 -bf 2 -c:a aac -output_ts_offset 3600 OUT",
    );
    let both = [small, fs::read(path).unwrap()].concat();
    let server = stream_of(both.clone());
    let mut input = live(&server.url("http"), &patient(), QueueConfig::default());
    let (sizes, changes) = sizes(&mut input);
    assert_eq!((sizes, changes), (vec![(320, 180, 100), (640, 360, 50)], 1));
    let stats = input.stats();
    assert_eq!((stats.jumps, stats.changes, stats.dropped, stats.waiting), (1, 1, 0, 0), "{stats:?}");

    let server = stream_of(both);
    let mut demuxer = open(&server.url("http"), &patient()).unwrap();
    let (packets, _) = read_all(&mut demuxer);
    assert_rising(&packets);
    // Six seconds in all, give or take the interleaving; told was an hour more.
    let times = packets.iter().filter_map(|seen| seen.dts);
    let lasted = (times.clone().max().unwrap() - times.min().unwrap()) as f64 / 90_000.0;
    assert!((5.5..6.5).contains(&lasted), "{lasted} s");
}

#[test]
fn a_slow_reader_holds_back_or_loses_what_the_policy_says() {
    let path = clip(
        "live-long.ts",
        "-f lavfi -i testsrc2=s=320x180:r=25:d=20 -f lavfi -i sine=d=20 -pix_fmt yuv420p -c:v libx264 -preset veryfast \
         -g 25 -keyint_min 25 -sc_threshold 0 -bf 0 -c:a aac OUT",
    );
    let expected = of_file(&path);
    let bytes = fs::read(&path).unwrap();
    for when_full in [WhenFull::Block, WhenFull::DropOldest, WhenFull::DropToKeyFrame] {
        let server = stream_of(bytes.clone());
        let queue = QueueConfig { packets: 100, bytes: 1 << 20, when_full };
        let mut input = live(&server.url("http"), &patient(), queue);
        let stream = input.video().unwrap().index();
        // Nobody reads until the source is over, or waits.
        wait_until("the queue to be full", || match when_full {
            WhenFull::Block => input.stats().full == 1,
            _ => input.stats().packets == expected.len() as u64,
        });
        let stats = input.stats();
        assert!(stats.peak_waiting <= 100 && stats.full > 0, "{stats:?}");
        assert!(stats.pool.in_use <= 102 && stats.pool.overflow == 0, "{:?}", stats.pool);
        let (mut packets, mut packet) = (Vec::new(), Packet::new());
        while input.receive(&mut packet).unwrap() == Received::Packet {
            packets.push(seen(&packet));
        }
        packet = Packet::new();
        let stats = input.stats();
        assert_eq!(packets.len() as u64 + stats.dropped, expected.len() as u64, "{when_full:?}");
        let lost: usize = expected.iter().map(|seen| seen.data.len()).sum::<usize>()
            - packets.iter().map(|seen| seen.data.len()).sum::<usize>();
        assert_eq!(stats.dropped_bytes, lost as u64);
        assert_eq!(stats.pool.in_use, 0, "{:?}", stats.pool);
        drop(packet);
        let pictures: Vec<&Seen> = packets.iter().filter(|seen| seen.stream == stream).collect();
        match when_full {
            WhenFull::Block => assert_same(&packets, &expected),
            WhenFull::DropOldest => assert_same(&packets, &expected[expected.len() - packets.len()..]),
            WhenFull::DropToKeyFrame => assert!(pictures[0].is_key && pictures.len().is_multiple_of(25)),
        }
    }
}

/// A named pipe of this test program.
fn named_pipe(name: &str) -> std::path::PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

#[test]
fn a_pipe_is_read_until_its_writer_goes_or_falls_silent() {
    let path = clip("live.ts", SOUND_AND_PICTURES);
    let expected = of_file(&path);
    let bytes = fs::read(&path).unwrap();
    let fifo = named_pipe("written.fifo");
    let address = fifo.display().to_string();
    let (to, all) = (fifo.clone(), bytes.clone());
    let writer = std::thread::spawn(move || fs::write(to, all).unwrap());
    let (packets, end) = read_all(&mut open(&address, &patient()).unwrap());
    writer.join().unwrap();
    assert_eq!(end.unwrap(), Flow::Ended);
    assert_same(&packets, &expected);

    let (done, wait) = std::sync::mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        let mut file = fs::File::options().write(true).open(fifo).unwrap();
        file.write_all(&bytes[..bytes.len() / 2]).unwrap();
        let _ = wait.recv();
    });
    let mut demuxer = open(&address, &limits(GENEROUS, Duration::from_millis(500))).unwrap();
    let (packets, end) = read_all(&mut demuxer);
    assert_eq!(end.unwrap_err().code(), "E_TIMED_OUT");
    assert!(packets.len() > 50);
    drop(done);
    writer.join().unwrap();
}

/// Run as a program of its own by the test below.
#[test]
fn says_what_is_shown_of_addresses() {
    let Ok(address) = std::env::var("MILLPOND_TEST_ADDRESS") else { return };
    let (place, config) = (place(&address), limits(Duration::from_millis(300), GENEROUS));
    println!("{place} {place:?}");
    let error = Demuxer::open_live(&place, &access(), &Cancel::new(), &config).err().unwrap();
    println!("{error} {error:?}");
    let error = Access::default().argument(address.as_ref()).err().unwrap();
    println!("{error} {error:?}");
    // FFmpeg told to open it without a deadline says nothing either.
    let error = Demuxer::open(&place, &access(), &Cancel::new()).err();
    println!("{error:?}");
}

#[test]
fn secrets_are_neither_said_nor_logged() {
    // Hangs up on whoever comes, so that FFmpeg has something to complain about.
    let server = Server::start(|_: &mut TcpStream, _| Ok(()));
    let address = server.address;
    for address in [
        format!("rtsp://admin:s3cret@{address}/stream"),
        format!("http://s3cret:x@{address}/stream?token=s3cret"),
        format!("rtmp://{address}/live/s3cret?sign=s3cret"),
        format!("srt://{address}?passphrase=s3cret-too-long-too-long&streamid=s3cret"),
    ] {
        let said = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "says_what_is_shown_of_addresses", "--nocapture"])
            .env("MILLPOND_TEST_ADDRESS", &address)
            .output()
            .unwrap();
        let text = [said.stdout, said.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(said.status.success() && text.contains("E_") | text.contains("***"), "{text}");
        assert!(text.contains("127.0.0.1") && !text.contains("s3cret"), "{text}");
    }
}
