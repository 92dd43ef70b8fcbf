//! A server of talking pictures: one thread has the model and the renderer and keeps them for all requests; JPEG files go
//! from pooled buffers to sockets without a copy.
//!
//!     cargo run --release --manifest-path crates/millpond/examples/Cargo.toml --bin lipsync_server -- serve 127.0.0.1:8080
//!     cargo run --release --manifest-path crates/millpond/examples/Cargo.toml --bin lipsync_server -- load [REQUESTS]
//!
//! `GET /frame/N` is a frame, `GET /stream/N` that many frames as `multipart/x-mixed-replace`, which browsers show as moving
//! pictures. `load` starts the server, asks for frames from 1, 2, 4, 8, 16 and 32 connections at once, checks what comes and
//! prints the median and the 99th percentile of the time from request to last byte.

use std::convert::Infallible;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use lipsync::{Infer, MEL, Model, Outcome, PICTURE, Renderer, Windows, background, speech};
use millpond::Rational;
use millpond::pool::{BufferPool, Exhausted, PoolConfig, PooledBytes};
use millpond::video::composite::Target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const FACE: Target = Target { x: 860, y: 420, width: 200, height: 200 };
/// Room for a 1080p file of usual length; a longer one makes its buffer grow.
const FILE_BYTES: usize = 2 << 20;
/// Files that may be under way to slow clients; when they all are, rendering waits.
const FILES: usize = 64;
const BOUNDARY: &str = "frame";

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", address] => runtime.block_on(async {
            let listener = TcpListener::bind(address).await?;
            println!("http://{}/stream/250", listener.local_addr()?);
            Ok(axum::serve(listener, router()?).await?)
        }),
        ["load"] => runtime.block_on(load(200)),
        ["load", requests] => runtime.block_on(load(requests.parse()?)),
        _ => Err("usage: lipsync_server serve ADDRESS | load [REQUESTS]".into()),
    }
}

/// A request for a frame, and where its file goes.
struct Job {
    index: u64,
    reply: oneshot::Sender<PooledBytes>,
}

/// The way to the rendering thread.
#[derive(Clone)]
struct Studio(SyncSender<Job>);

impl Studio {
    /// Starts the thread. It ends with the last handle.
    fn start() -> Outcome<Studio> {
        let (jobs, inbox) = sync_channel(FILES);
        let windows = Windows::new(&speech(10), Rational::from(25))?;
        let model = Model::new(1)?;
        let renderer = Renderer::new(&background()?.view(), FACE)?;
        let wait = PoolConfig::fixed(FILES).exhausted(Exhausted::Wait { deadline: None });
        let buffers = BufferPool::new(&[(FILE_BYTES, wait)])?;
        std::thread::spawn(move || {
            if let Err(error) = render(&windows, model, renderer, &buffers, inbox) {
                eprintln!("rendering ended: {error}");
            }
        });
        Ok(Studio(jobs))
    }

    /// A frame's file; `None` if rendering has ended.
    async fn frame(&self, index: u64) -> Option<PooledBytes> {
        let (reply, answer) = oneshot::channel();
        let jobs = self.0.clone();
        // The queue is as long as there are files, so this blocks only when clients are slow.
        match jobs.try_send(Job { index, reply }) {
            Ok(()) => {}
            Err(std::sync::mpsc::TrySendError::Full(job)) => {
                tokio::task::spawn_blocking(move || jobs.send(job)).await.ok()?.ok()?;
            }
            Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return None,
        }
        answer.await.ok()
    }
}

fn render(
    windows: &Windows,
    mut model: impl Infer,
    mut renderer: Renderer,
    buffers: &BufferPool,
    jobs: Receiver<Job>,
) -> Outcome<()> {
    let (mut mel, mut mouth) = (vec![0.0; MEL], vec![0.0; PICTURE]);
    for Job { index, reply } in jobs {
        windows.batch_into(index, &mut mel)?;
        model.infer_batch(&mel, &mut mouth)?;
        let mut file = buffers.acquire(FILE_BYTES)?;
        renderer.render(&mouth, &mut file)?;
        // A client that went away is no error; its buffer comes home.
        let _ = reply.send(file.into());
    }
    Ok(())
}

fn router() -> Outcome<Router> {
    let router = Router::new().route("/frame/{index}", get(frame)).route("/stream/{count}", get(frames));
    Ok(router.with_state(Studio::start()?))
}

async fn frame(State(studio): State<Studio>, Path(index): Path<u64>) -> Response {
    match studio.frame(index).await {
        Some(file) => ([(header::CONTENT_TYPE, "image/jpeg")], Body::from(file.into_bytes())).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn frames(State(studio): State<Studio>, Path(count): Path<u64>) -> Response {
    let content_type = format!("multipart/x-mixed-replace; boundary={BOUNDARY}");
    ([(header::CONTENT_TYPE, content_type)], Body::from_stream(parts(studio, count))).into_response()
}

/// A head and a file for each frame. Only heads are made for the response; a file is its buffer.
fn parts(studio: Studio, count: u64) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold((studio, 0, None), move |(studio, index, file)| async move {
        if let Some(file) = file {
            return Some((Ok(file), (studio, index + 1, None)));
        }
        if index == count {
            return None;
        }
        let file = studio.frame(index).await?.into_bytes();
        let head = format!("--{BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: {}\r\n\r\n", file.len());
        Some((Ok(Bytes::from(head)), (studio, index, Some(file))))
    })
}

/// Asks for frames from several connections at once.
async fn load(requests: usize) -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(axum::serve(listener, router()?).into_future());
    let stream = ask(address, "/stream/3").await?;
    if stream.windows(3).filter(|bytes| bytes == b"\xff\xd8\xff").count() != 3 {
        return Err("three frames were to come".into());
    }
    for connections in [1, 2, 4, 8, 16, 32] {
        let begin = Instant::now();
        let clients: Vec<_> = (0..connections)
            .map(|client| {
                tokio::spawn(async move {
                    let mut times = Vec::new();
                    for index in (client..requests.max(connections)).step_by(connections) {
                        let begin = Instant::now();
                        let answer = ask(address, &format!("/frame/{index}")).await?;
                        times.push(begin.elapsed().as_secs_f64() * 1e3);
                        if !answer.starts_with(b"HTTP/1.1 200") || !answer.ends_with(b"\xff\xd9") {
                            return Err("this is no JPEG file".into());
                        }
                    }
                    Outcome::Ok(times)
                })
            })
            .collect();
        let mut times = Vec::new();
        for client in clients {
            times.extend(client.await??);
        }
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize];
        println!(
            "connections={connections} requests={} per_second={:.1} p50_ms={:.2} p99_ms={:.2}",
            times.len(),
            times.len() as f64 / begin.elapsed().as_secs_f64(),
            at(0.5),
            at(0.99),
        );
    }
    server.abort();
    Ok(())
}

/// A request of its own connection, and all that comes back.
async fn ask(address: std::net::SocketAddr, path: &str) -> Outcome<Vec<u8>> {
    let mut connection = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    Ok(answer)
}
