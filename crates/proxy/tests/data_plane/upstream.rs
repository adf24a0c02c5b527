//! Upstreams: one that says what it got, and ones that speak bytes.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::Future;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// An upstream that answers with the request as it got it.
pub(crate) struct Echo {
    pub(crate) address: SocketAddr,
    pub(crate) connections: Arc<AtomicUsize>,
}

impl Echo {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    // A visitor may go at any time.
                    let mut server = auto::Builder::new(TokioExecutor::new());
                    server.http2().max_header_list_size(1 << 20);
                    let _ended =
                        server.serve_connection(TokioIo::new(stream), service_fn(echo)).await;
                });
            }
        });
        Self { address, connections }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// The request line and headers as lines in lower case, an empty line, the body, and its trailers as lines. `/trailers` answers with a trailer,
/// `/moved` with a location that has the query twice.
async fn echo(
    request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, Infallible>>, Infallible> {
    let (head, body) = request.into_parts();
    let version = head.version;
    let mut text = format!("{} {} {version:?}\n", head.method, head.uri);
    for (name, value) in &head.headers {
        writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
    }
    if let Ok(collected) = body.collect().await {
        let trailers = collected.trailers().cloned().unwrap_or_default();
        writeln!(text, "\n{}", String::from_utf8_lossy(&collected.to_bytes())).unwrap();
        for (name, value) in &trailers {
            writeln!(text, "trailer {name}: {}", value.to_str().unwrap()).unwrap();
        }
    }
    let body = if head.uri.path() == "/trailers" {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        let frames = [Frame::data(Bytes::from(text)), Frame::trailers(trailers)];
        BodyExt::boxed(StreamBody::new(futures_util::stream::iter(frames.map(Ok))))
    } else {
        Full::new(Bytes::from(text)).boxed()
    };
    let mut response = Response::new(body);
    if let Some(query) = head.uri.query().filter(|_| head.uri.path() == "/moved") {
        let location = format!("/moved/?{query}&{query}").parse().unwrap();
        response.headers_mut().insert("location", location);
    }
    if head.uri.path() == "/trailers" {
        response.headers_mut().insert("trailer", HeaderValue::from_static("grpc-status"));
    }
    Ok(response)
}

/// An upstream in bytes: each connection is handed to `serve`.
pub(crate) async fn in_bytes<F, S>(serve: S) -> SocketAddr
where
    S: Fn(TcpStream) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// An upstream that answers the requests of each connection with these bytes in turn, and then closes it.
pub(crate) async fn answering(answers: &'static [&'static str]) -> SocketAddr {
    in_bytes(move |mut stream| async move {
        let mut answers = answers.iter().collect::<VecDeque<_>>();
        while let Some(answer) = answers.pop_front() {
            read_head(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await
}

/// A request's head; what follows it may be read along.
pub(crate) async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await.unwrap_or_default() == 0 {
            break;
        }
    }
    String::from_utf8(head).unwrap()
}

/// An address that nobody listens on.
pub(crate) async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}
