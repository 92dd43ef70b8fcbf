//! Live sources from real servers and publishers on loopback: nginx with its RTMP module, gst-rtsp-server, the `ffmpeg`
//! command publishing, SRT. Publishers are stopped, killed, restarted and change their resolution.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use common::net::{GENEROUS, Nginx, Program, free_port, free_udp_port, wait_until};
use millpond_ffmpeg::{
    Access, Cancel, Demuxer, Error, Flow, LiveConfig, LiveInput, Packet, QueueConfig, Received, Reconnect, Transport,
};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Six seconds of pictures with a key frame every half second, and sound.
fn source() -> PathBuf {
    clip(
        "published.mp4",
        "-f lavfi -i testsrc2=s=320x180:r=25:d=6 -f lavfi -i sine=d=6 -pix_fmt yuv420p -c:v libx264 -preset veryfast \
         -g 12 -bf 0 -c:a aac OUT",
    )
}

fn larger() -> PathBuf {
    clip(
        "published-larger.mp4",
        "-f lavfi -i testsrc2=s=640x360:r=25:d=6 -f lavfi -i sine=d=6 -pix_fmt yuv420p -c:v libx264 -preset veryfast \
         -g 12 -bf 0 -c:a aac OUT",
    )
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Publishes a file at the pace of its clock, `times` times over.
fn publish(file: &Path, times: i32, to: &str) -> Program {
    let format = if to.starts_with("rtmp") {
        "-f flv"
    } else if to.starts_with("rtsp") {
        "-f rtsp -rtsp_transport tcp"
    } else {
        "-f mpegts -muxdelay 0"
    };
    let words = format!("-re -stream_loop {} -i {} -c copy {format} {to}", times - 1, file.display());
    Program::ffmpeg(&words, folder())
}

fn access() -> Access {
    let protocols = ["http", "rtmp", "rtsp", "srt", "udp"].map(str::to_owned).to_vec();
    Access { protocols, ..Access::default() }
}

fn patient() -> LiveConfig {
    LiveConfig { open: GENEROUS, read: GENEROUS, probe: Duration::from_secs(1), ..LiveConfig::default() }
}

fn reconnecting(read: Duration) -> LiveConfig {
    let reconnect = Reconnect {
        attempts: 100,
        first: Duration::from_millis(50),
        longest: Duration::from_millis(200),
        after_end: true,
    };
    LiveConfig { open: Duration::from_secs(8), read, reconnect, ..patient() }
}

fn open(address: &str, config: &LiveConfig) -> Result<Demuxer, Error> {
    let place = access().argument(address.as_ref())?;
    Demuxer::open_live(&place, &access(), &Cancel::new(), config)
}

fn live(address: &str, config: &LiveConfig) -> LiveInput {
    let place = access().argument(address.as_ref()).unwrap();
    LiveInput::open(&place, &access(), &Cancel::new(), config, QueueConfig::default()).unwrap()
}

/// Pictures and packets of sound that come before the end.
#[derive(Debug, Default)]
struct Heard {
    pictures: u64,
    sounds: u64,
    starts_with_key: bool,
}

impl Heard {
    fn note(&mut self, packet: &Packet, video: usize) {
        if packet.stream() == video {
            self.starts_with_key |= self.pictures == 0 && packet.is_key();
            self.pictures += 1;
        } else {
            self.sounds += 1;
        }
    }
}

fn read_until(demuxer: &mut Demuxer, mut enough: impl FnMut(&Heard) -> bool) -> (Heard, Result<Flow, Error>) {
    let video = demuxer.video().unwrap().index();
    let (mut heard, mut packet, mut last) = (Heard::default(), Packet::new(), [None; 8]);
    loop {
        match demuxer.read_into(&mut packet) {
            Ok(Flow::Done) => {
                // RTSP does not know the decoding times of the first pictures.
                let last = &mut last[packet.stream()];
                let time = packet.dts();
                assert!(time > *last || (time.is_none() && last.is_none()), "{time:?} after {last:?}");
                *last = time;
                heard.note(&packet, video);
            }
            end => return (heard, end),
        }
        if enough(&heard) {
            return (heard, Ok(Flow::Done));
        }
    }
}

#[test]
fn rtmp_from_a_server_whose_publisher_comes_and_goes() {
    let nginx = Nginx::start("nginx-comes-and-goes", free_port());
    let publisher = publish(&source(), 100, &nginx.url());
    let mut input = live(&nginx.url(), &reconnecting(Duration::from_secs(2)));
    let mut video = input.video().unwrap().index();
    let (mut heard, mut packet, mut changes) = (Heard::default(), Packet::new(), 0);
    let mut read = |input: &mut LiveInput, until: &mut dyn FnMut(&LiveInput, &Heard) -> bool| {
        while !until(input, &heard) {
            match input.receive(&mut packet).unwrap() {
                Received::Packet => heard.note(&packet, video),
                Received::Changed => {
                    changes += 1;
                    video = input.video().unwrap().index();
                }
                Received::Ended => panic!("it ended: {:?}", input.stats()),
            }
        }
        heard.pictures
    };
    let pictures = read(&mut input, &mut |_, heard| heard.pictures >= 25);
    // Killed: the server says nothing about it, so it is the deadline that tells.
    drop(publisher);
    let publisher = publish(&source(), 100, &nginx.url());
    let pictures = read(&mut input, &mut |_, heard| heard.pictures >= pictures + 50);
    publisher.stop();
    // Another one with larger pictures takes its place.
    let publisher = publish(&larger(), 100, &nginx.url());
    read(&mut input, &mut |input, heard| heard.pictures >= pictures + 50 && input.stats().changes > 0);
    // The server itself goes and comes again.
    let port = nginx.port;
    let connections = input.stats().connections;
    drop(publisher);
    drop(nginx);
    let nginx = Nginx::start("nginx-comes-and-goes", port);
    let publisher = publish(&larger(), 100, &nginx.url());
    let pictures = read(&mut input, &mut |input, _| input.stats().connections > connections);
    read(&mut input, &mut |_, heard| heard.pictures >= pictures + 25);
    let stats = input.stats();
    assert!(heard.starts_with_key && heard.sounds > 25 && changes >= 1, "{stats:?}");
    assert!(stats.dropped == 0 && stats.damaged == 0, "{stats:?}");
    drop(publisher);
}

#[test]
fn rtmp_from_a_server_without_publisher_ends_within_the_deadline() {
    let nginx = Nginx::start("nginx-silent", free_port());
    let config = LiveConfig { open: Duration::from_secs(1), ..patient() };
    let error = open(&nginx.url(), &config).err().unwrap();
    assert_eq!((error.code(), error.exit_code()), ("E_TIMED_OUT", 75), "{error}");
}

#[test]
fn rtmp_from_a_publisher_who_connects() {
    let address = format!("rtmp://127.0.0.1:{}/live/stream", free_port());
    let file = source();
    let config = LiveConfig { listen: true, ..patient() };
    // Nobody listens yet when it starts, so it tries again until somebody does.
    let publisher = Persistent::publish(file, address.clone());
    let mut demuxer = open(&address, &config).unwrap();
    let (heard, end) = read_until(&mut demuxer, |_| false);
    drop(publisher);
    assert_eq!(end.unwrap(), Flow::Ended);
    assert_eq!(heard.pictures, 150, "{heard:?}");
    assert!(heard.starts_with_key && heard.sounds > 250, "{heard:?}");
}

/// Publishes a file once to somebody who may not listen yet: refused, it tries again. Dropped, it stops.
struct Persistent {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Persistent {
    fn publish(file: PathBuf, to: String) -> Persistent {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            let mut publisher = publish(&file, 1, &to);
            while !over.load(Ordering::Acquire) {
                match publisher.0.try_wait().unwrap() {
                    Some(status) if status.success() => break,
                    Some(_) => publisher = publish(&file, 1, &to),
                    None => {}
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        Persistent { is_over, thread: Some(thread) }
    }
}

impl Drop for Persistent {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[test]
fn srt_both_ways_round() {
    for we_listen in [true, false] {
        let port = free_udp_port();
        let ours = format!("srt://127.0.0.1:{port}");
        let theirs = format!("srt://127.0.0.1:{port}?mode={}", if we_listen { "caller" } else { "listener" });
        let publisher = Persistent::publish(source(), theirs);
        let reconnect = Reconnect { attempts: 100, longest: Duration::from_millis(200), ..Reconnect::default() };
        let config = LiveConfig { listen: we_listen, reconnect, read: Duration::from_secs(3), ..patient() };
        let mut demuxer = open(&ours, &config).unwrap();
        let (heard, end) = read_until(&mut demuxer, |heard| heard.pictures >= 120 && heard.sounds > 200);
        drop(demuxer);
        drop(publisher);
        assert!(heard.starts_with_key && heard.pictures >= 120 && heard.sounds > 200, "{heard:?} {end:?}");
    }
}

#[test]
fn udp_is_silent_when_its_sender_goes() {
    let port = free_udp_port();
    let address = format!("udp://127.0.0.1:{port}");
    let publisher = publish(&source(), 100, &format!("{address}?pkt_size=1316"));
    let config = LiveConfig { read: Duration::from_secs(1), ..patient() };
    let mut demuxer = open(&address, &config).unwrap();
    let (heard, _) = read_until(&mut demuxer, |heard| heard.pictures >= 40);
    assert!(heard.starts_with_key && heard.sounds > 25, "{heard:?}");
    drop(publisher);
    let (_, end) = read_until(&mut demuxer, |_| false);
    assert_eq!(end.unwrap_err().code(), "E_TIMED_OUT");
}

/// A server of gst-rtsp-server that gives a test picture and tone.
fn rtsp_server(port: u16) -> Program {
    let script = format!(
        "import gi\n\
         gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0')\n\
         from gi.repository import Gst, GstRtspServer, GLib\n\
         Gst.init(None)\n\
         server = GstRtspServer.RTSPServer(); server.set_address('127.0.0.1'); server.set_service('{port}')\n\
         factory = GstRtspServer.RTSPMediaFactory(); factory.set_shared(True)\n\
         factory.set_launch('( filesrc location={file} ! qtdemux name=d d.video_0 ! queue ! h264parse ! rtph264pay name=pay0 \
         pt=96 config-interval=1 d.audio_0 ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )')\n\
         server.get_mount_points().add_factory('/x', factory); server.attach(None); GLib.MainLoop().run()\n",
        file = source().display(),
    );
    // Debian's own, which has the bindings.
    let mut command = Command::new("/usr/bin/python3");
    command.args(["-c", &script]).stderr(Stdio::inherit());
    let program = Program::start(&mut command);
    wait_until("the RTSP server", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    program
}

#[test]
fn rtsp_over_tcp_and_udp() {
    let port = free_port();
    let address = format!("rtsp://127.0.0.1:{port}/x");
    for transport in [Transport::Tcp, Transport::Udp] {
        let server = rtsp_server(port);
        let config = LiveConfig { transport, read: Duration::from_secs(5), ..patient() };
        let mut demuxer = open(&address, &config).unwrap();
        let (heard, end) = read_until(&mut demuxer, |heard| heard.pictures >= 75);
        assert_eq!(end.unwrap(), Flow::Done, "{transport:?}");
        assert!(heard.starts_with_key && heard.sounds > 75, "{transport:?}: {heard:?}");
        // The server is killed.
        drop(server);
        let (_, end) = read_until(&mut demuxer, |_| false);
        match end {
            Ok(flow) => assert_eq!(flow, Flow::Ended),
            Err(error) => assert_eq!(error.exit_code(), 75, "{error}"),
        }
    }
}

#[test]
fn rtsp_from_a_publisher_who_connects() {
    let port = free_port();
    let address = format!("rtsp://127.0.0.1:{port}/live");
    let publisher = Persistent::publish(source(), address.clone());
    let config = LiveConfig { listen: true, read: Duration::from_secs(5), ..patient() };
    let mut demuxer = open(&address, &config).unwrap();
    let (heard, _) = read_until(&mut demuxer, |heard| heard.pictures >= 140);
    drop(demuxer);
    assert!(heard.starts_with_key && heard.pictures >= 100 && heard.sounds > 100, "{heard:?}");
    drop(publisher);
}

#[test]
fn http_from_a_publisher_who_posts() {
    let port = free_port();
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
    let address = format!("http://127.0.0.1:{port}/stream");
    let publisher = Persistent::publish(source(), address.clone());
    let config = LiveConfig { listen: true, ..patient() };
    let mut demuxer = open(&address, &config).unwrap();
    let (heard, end) = read_until(&mut demuxer, |_| false);
    assert_eq!(end.unwrap(), Flow::Ended);
    assert_eq!(heard.pictures, 150);
    drop(demuxer);
    drop(publisher);
}
