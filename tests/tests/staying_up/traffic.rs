//! Visitors who come all the time, and to whom nothing may happen.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::APP1;

/// Visitors under way. A visitor to whom anything happens fails the test.
pub(crate) struct Traffic {
    port: u16,
    over: Arc<AtomicBool>,
    requests: Arc<AtomicUsize>,
    visitors: JoinSet<()>,
}

impl Traffic {
    pub(crate) fn start(port: u16) -> Self {
        let mut traffic =
            Self { port, over: Arc::default(), requests: Arc::default(), visitors: JoinSet::new() };
        for _ in 0..4 {
            traffic.visitor(Duration::ZERO, false);
        }
        for pause in [0, 1, 5, 50, 400, 900] {
            traffic.visitor(Duration::from_millis(pause), true);
        }
        traffic
    }

    /// Requests that were answered so far.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Ends it, and fails if anything happened to anybody.
    pub(crate) async fn end(mut self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        while let Some(visitor) = self.visitors.join_next().await {
            visitor.unwrap();
        }
        self.requests()
    }

    fn visitor(&mut self, pause: Duration, keeps_connection: bool) {
        let (port, over) = (self.port, Arc::clone(&self.over));
        let requests = Arc::clone(&self.requests);
        self.visitors.spawn(async move {
            let mut kept = None;
            while !over.load(Ordering::Relaxed) {
                let mut stream = match kept.take() {
                    Some(stream) => stream,
                    None => {
                        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("no refusal")
                    }
                };
                if ask(&mut stream, keeps_connection).await {
                    kept = Some(stream);
                }
                requests.fetch_add(1, Ordering::Relaxed);
                sleep(pause).await;
            }
        });
    }
}

/// One request and its answer. Says whether the connection is kept.
async fn ask(stream: &mut TcpStream, keep: bool) -> bool {
    let close = if keep { "" } else { "connection: close\r\n" };
    let request = format!("GET /public/ HTTP/1.1\r\nhost: {APP1}\r\n{close}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = async {
        while !answer.ends_with(b"\r\n\r\nhello") {
            let count = stream.read_buf(&mut answer).await.unwrap();
            let so_far = String::from_utf8_lossy(&answer);
            assert_ne!(count, 0, "an answer, kept: {keep}; there is {so_far:?}");
        }
    };
    timeout(Duration::from_secs(20), read).await.expect("an answer in time");
    let answer = String::from_utf8(answer).unwrap().to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 200 "), "{answer}");
    keep && !answer.contains("\r\nconnection: close\r\n")
}
