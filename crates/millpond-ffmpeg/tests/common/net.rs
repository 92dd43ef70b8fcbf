//! Servers and publishers on loopback, each ended when it is dropped, and waiting for conditions.

#![allow(dead_code, reason = "each test program uses its share")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Far beyond what anything here takes, even on a slow machine.
pub(crate) const GENEROUS: Duration = Duration::from_secs(40);

/// Waits until `is_so`, for a generous while.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < GENEROUS, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A TCP port that nobody uses.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A UDP port that nobody uses.
pub(crate) fn free_udp_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A program that is killed when it is dropped.
pub(crate) struct Program(pub(crate) Child);

impl Program {
    pub(crate) fn start(command: &mut Command) -> Program {
        Program(command.stdin(Stdio::null()).spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// The `ffmpeg` command with these words.
    pub(crate) fn ffmpeg(words: &str, folder: &Path) -> Program {
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin"]).args(words.split_whitespace());
        Program::start(command.current_dir(folder).stderr(Stdio::null()))
    }

    /// Asks it to end as Ctrl-C does, and waits.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap();
        assert!(asked.success());
        self.0.wait().unwrap();
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// nginx with its RTMP module, for one test, in a folder of its own.
pub(crate) struct Nginx {
    pub(crate) program: Program,
    pub(crate) port: u16,
}

impl Nginx {
    pub(crate) fn start(name: &str, port: u16) -> Nginx {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(folder.join("logs")).unwrap();
        let configuration = format!(
            "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;\n\
             daemon off; master_process off; worker_processes 1;\n\
             pid {0}/nginx.pid; error_log {0}/logs/error.log info;\n\
             events {{ worker_connections 64; }}\n\
             rtmp {{ server {{ listen 127.0.0.1:{port}; chunk_size 4096; application live {{ live on; record off; }} }} }}\n",
            folder.display()
        );
        let path = folder.join("nginx.conf");
        std::fs::write(&path, configuration).unwrap();
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-p").arg(&folder).arg("-c").arg(&path).stderr(Stdio::null());
        let program = Program::start(&mut command);
        wait_until("nginx", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Nginx { program, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("rtmp://127.0.0.1:{}/live/stream", self.port)
    }
}

/// A TCP server in this process: a thread accepts, `answer` speaks to one client after the other and is told how many came
/// before.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) clients: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&mut TcpStream, usize) -> std::io::Result<()> + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (clients, is_over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, over) = (Arc::clone(&clients), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || {
            for client in listener.incoming() {
                if over.load(Ordering::Acquire) {
                    break;
                }
                let Ok(mut client) = client else { continue };
                client.set_write_timeout(Some(GENEROUS)).unwrap();
                client.set_read_timeout(Some(GENEROUS)).unwrap();
                let before = count.fetch_add(1, Ordering::AcqRel);
                // A client that goes away is no failure of the server.
                let _ = answer(&mut client, before);
            }
        });
        Server { address, clients, is_over, thread: Some(thread) }
    }

    pub(crate) fn url(&self, protocol: &str) -> String {
        format!("{protocol}://{}/live/stream", self.address)
    }

    pub(crate) fn clients(&self) -> usize {
        self.clients.load(Ordering::Acquire)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // Wakes it up.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reads the head of an HTTP request and answers with this status and header.
pub(crate) fn http_head(client: &mut TcpStream, head: &str) -> std::io::Result<()> {
    let (mut request, mut byte) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte)? == 0 {
            return Ok(());
        }
        request.push(byte[0]);
    }
    client.write_all(format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").as_bytes())
}

/// Says nothing until the other side goes.
pub(crate) fn fall_silent(client: &mut TcpStream) -> std::io::Result<()> {
    let mut byte = [0; 256];
    while client.read(&mut byte)? > 0 {}
    Ok(())
}

/// Open file descriptors of this process that are sockets or pipes.
pub(crate) fn open_sockets() -> usize {
    let links = std::fs::read_dir("/proc/self/fd").unwrap();
    let targets = links.filter_map(|link| std::fs::read_link(link.ok()?.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

/// Threads of this process.
pub(crate) fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}
