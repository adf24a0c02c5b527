//! An upstream that records every byte, and believes none: what it cannot read by the letter of RFC 9112 is a stray.

mod read;

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

pub(crate) use read::Request;
use read::{Connection, Stopped};

/// What a request to it says of its visitor.
const CLIENT: &str = "x-forwarded-for";

/// How long bytes that come before their time are waited for.
const EARLY: Duration = Duration::from_millis(100);

/// A listening upstream. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) address: SocketAddr,
    records: Arc<Records>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Records {
    of_client: Mutex<HashMap<IpAddr, Vec<Request>>>,
    strays: Mutex<Vec<String>>,
    /// Whose requests could not be read, as far as that could.
    unreadable: Mutex<HashSet<IpAddr>>,
    /// Requests that have begun and are not whole yet.
    in_flight: AtomicUsize,
}

impl Recorder {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let records = Arc::<Records>::default();
        let server = tokio::spawn(serve(listener, Arc::clone(&records)));
        Self { address, records, server }
    }

    /// What reached it from this visitor, in order.
    pub(crate) fn of(&self, client: IpAddr) -> Vec<Request> {
        self.records.of_client.lock().unwrap().get(&client).cloned().unwrap_or_default()
    }

    /// Whether something of this visitor's reached it that it could not read.
    pub(crate) fn is_unreadable(&self, client: IpAddr) -> bool {
        self.records.unreadable.lock().unwrap().contains(&client)
    }

    /// What reached it and is no request, or of nobody.
    pub(crate) fn strays(&self) -> Vec<String> {
        self.records.strays.lock().unwrap().clone()
    }

    /// The number of requests that have begun and are not whole.
    pub(crate) fn in_flight(&self) -> usize {
        self.records.in_flight.load(Ordering::SeqCst)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, records: Arc<Records>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(talk(stream, Arc::clone(&records)));
    }
}

async fn talk(mut stream: TcpStream, records: Arc<Records>) {
    let mut connection = Connection::default();
    let mut before = String::from("nobody");
    loop {
        let started = connection.wait(&mut stream).await;
        if !started {
            return;
        }
        records.in_flight.fetch_add(1, Ordering::SeqCst);
        let read = connection.read(&mut stream).await;
        let next = match read {
            Ok(request) => {
                before = request.line();
                answer(request, &mut connection, &mut stream, &records).await
            }
            Err(Stopped::BrokenOff(Some(request))) => {
                records.add(*request);
                false
            }
            // A head that never came is nothing that an upstream would act on.
            Err(Stopped::BrokenOff(None)) => false,
            Err(Stopped::NotHttp(why)) => {
                let bytes = String::from_utf8_lossy(&connection.all()).into_owned();
                records.unreadable(&bytes);
                records.stray(format!("after {before}: {why}: {bytes:?}"));
                false
            }
        };
        records.in_flight.fetch_sub(1, Ordering::SeqCst);
        if !next {
            return;
        }
    }
}

/// Answers a request and records it; whether the connection goes on.
async fn answer(
    mut request: Request,
    connection: &mut Connection,
    stream: &mut TcpStream,
    records: &Records,
) -> bool {
    let upgrades = request.has("upgrade") && request.target.starts_with("/upgrade");
    if upgrades {
        request.early = connection.bytes().to_vec();
        let mut early = [0; 1024];
        if let Ok(Ok(length)) = timeout(EARLY, stream.read(&mut early)).await {
            request.early.extend_from_slice(&early[..length]);
        }
        let _gone = stream.write_all(SWITCHING).await;
        let mut tunnel = Vec::new();
        let _ended = stream.read_to_end(&mut tunnel).await;
        request.tunnel = tunnel;
        records.add(request);
        return false;
    }
    let body = if request.method == "HEAD" { String::new() } else { request.line() };
    let length = request.line().len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let ends = request.lists("connection", "close");
    records.add(request);
    stream.write_all(answer.as_bytes()).await.is_ok() && !ends
}

/// The answer to the key of RFC 6455, section 1.3.
const SWITCHING: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

impl Records {
    fn add(&self, request: Request) {
        match request.one(CLIENT).and_then(|client| client.parse().ok()) {
            Some(client) => {
                self.of_client.lock().unwrap().entry(client).or_default().push(request);
            }
            None => self.stray(format!("of nobody: {request:?}")),
        }
    }

    fn unreadable(&self, bytes: &str) {
        let mut fields = bytes.lines().filter_map(|line| line.split_once(':'));
        let client = fields.find(|(name, _)| name.eq_ignore_ascii_case(CLIENT));
        if let Some(client) = client.and_then(|(_, client)| client.trim().parse().ok()) {
            self.unreadable.lock().unwrap().insert(client);
        }
    }

    fn stray(&self, what: String) {
        self.strays.lock().unwrap().push(what);
    }
}
