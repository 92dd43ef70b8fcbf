//! What live input costs and leaves behind: no allocation on the Rust heap per packet, and no thread, socket or buffer after
//! it. The figures cover the whole process, so this runs without the test harness and its threads.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod common;

use common::clip;
use common::net::{GENEROUS, Server, fall_silent, http_head, open_sockets, threads, wait_until};
use millpond_core::memory::{self, CountingAllocator};
use millpond_ffmpeg::{
    Access, Cancel, Demuxer, Flow, LiveConfig, LiveInput, Packet, Place, QueueConfig, Received, Reconnect, WhenFull,
};
use std::hint::black_box;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    let path = clip(
        "live-steady.ts",
        "-f lavfi -i testsrc2=s=320x180:r=25:d=20 -f lavfi -i sine=d=20 -pix_fmt yuv420p -c:v libx264 -preset veryfast \
         -g 25 -bf 2 -c:a aac OUT",
    );
    let bytes: Arc<[u8]> = std::fs::read(path).unwrap().into();
    packets_cost_nothing(&bytes);
    nothing_is_left_behind(&bytes);
    println!("test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}

fn access() -> Access {
    Access { protocols: vec!["http".into()], ..Access::default() }
}

fn place(server: &Server) -> Place {
    access().argument(server.url("http").as_ref()).unwrap()
}

fn config() -> LiveConfig {
    LiveConfig { open: GENEROUS, read: GENEROUS, probe: Duration::from_millis(500), ..LiveConfig::default() }
}

fn packets_cost_nothing(bytes: &Arc<[u8]>) {
    // Two connections, the first one cut: reopening counts as opening.
    let all = Arc::clone(bytes);
    let server = Server::start(move |client, before| {
        let length = all.len();
        // The server's own allocations do not count.
        memory::opening(|| http_head(client, &format!("200 OK\r\nContent-Length: {length}")))?;
        client.write_all(if before == 0 { &all[..length / 2] } else { &all })
    });
    let reconnect = Reconnect { attempts: 1, first: Duration::ZERO, ..Reconnect::default() };
    let config = LiveConfig { reconnect, ..config() };
    let queue = QueueConfig { packets: 64, bytes: 1 << 20, when_full: WhenFull::Block };
    for a_packet in 0..2 {
        let mut input = LiveInput::open(&place(&server), &access(), &Cancel::new(), &config, queue).unwrap();
        let (mut packet, mut read, mut before) = (Packet::new(), 0u64, 0);
        while input.receive(&mut packet).unwrap() != Received::Ended {
            read += 1;
            if read == 50 {
                before = memory::counts().steady;
            }
            // What the test itself allocates must show.
            (0..a_packet).for_each(|_| drop(black_box(Box::new(read))));
        }
        let steady = memory::counts().steady - before;
        let stats = input.stats();
        assert_eq!((stats.connections, stats.packets), (2 - a_packet, read), "{stats:?}");
        assert_eq!(steady, a_packet * (read - 49), "{stats:?}");
        assert_eq!((stats.pool.overflow, stats.pool.in_use), (0, 0), "{stats:?}");
    }
    // Nobody reads: almost everything is dropped.
    for when_full in [WhenFull::DropOldest, WhenFull::DropToKeyFrame] {
        let queue = QueueConfig { when_full, ..queue };
        let input = LiveInput::open(&place(&server), &access(), &Cancel::new(), &config, queue).unwrap();
        wait_until("the first packets", || input.stats().packets > 100);
        let before = memory::counts().steady;
        wait_until("most of the stream", || input.stats().packets > 1000);
        let steady = memory::counts().steady - before;
        let stats = input.stats();
        assert!(steady == 0 && stats.dropped > 800 && stats.pool.overflow == 0, "{steady}: {stats:?}");
    }
}

fn nothing_is_left_behind(bytes: &Arc<[u8]>) {
    let half = Arc::clone(bytes);
    let server = Server::start(move |client, before| {
        if before % 3 == 2 {
            return fall_silent(client);
        }
        http_head(client, "200 OK")?;
        client.write_all(&half[..half.len() / 2])?;
        if before % 3 == 1 { fall_silent(client) } else { Ok(()) }
    });
    let round = |silence: Duration| {
        let config = LiveConfig { open: silence, read: silence, ..config() };
        // Read to its end; dropped in the middle, with packets waiting; silent at connect.
        let mut demuxer = Demuxer::open_live(&place(&server), &access(), &Cancel::new(), &config).unwrap();
        let stream = demuxer.video().unwrap();
        let mut packet = Packet::new();
        while demuxer.read_into(&mut packet).unwrap() == Flow::Done {}
        drop(demuxer);
        let mut input =
            LiveInput::open(&place(&server), &access(), &Cancel::new(), &config, QueueConfig::default()).unwrap();
        assert_eq!(input.receive(&mut packet).unwrap(), Received::Packet);
        wait_until("packets to wait", || input.stats().waiting > 50);
        drop(input);
        // What it gave stays good.
        assert!(!packet.data().is_empty());
        let error = Demuxer::open_live(&place(&server), &access(), &Cancel::new(), &config).err().unwrap();
        assert_eq!(error.code(), "E_TIMED_OUT");
        drop(stream);
    };
    let silence = Duration::from_millis(1000);
    round(silence);
    wait_until("the server to be rid of its client", || open_sockets() == 1);
    let before = (open_sockets(), threads());
    (0..3).for_each(|_| round(silence));
    wait_until("every socket to be closed and every thread to end", || (open_sockets(), threads()) == before);
}
