//! Upstreams that record what reaches them and answer as the test says.

mod tls;
mod web_socket;

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A request as the upstream got it.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its method.
    pub method: String,
    /// Its Host header.
    pub host: String,
    /// Its path.
    pub path: String,
    /// Its query.
    pub query: Option<String>,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Received {
    /// A header's value; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What the upstream answers.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
    held_by: Option<Arc<Semaphore>>,
}

impl Reply {
    /// 200 with this body.
    #[must_use]
    pub fn new(content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status: 200, headers, body: body.into(), held_by: None }
    }

    /// With this status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With this header, too.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sent only when the semaphore has a permit.
    #[must_use]
    pub fn held_by(mut self, semaphore: Arc<Semaphore>) -> Self {
        self.held_by = Some(semaphore);
        self
    }
}

/// What a TLS connection begins with.
const TLS_HANDSHAKE: [u8; 1] = [22];

type Script = dyn Fn(&Received) -> Reply + Send + Sync;

/// A server on the loopback. It echoes WebSocket messages; to everything else it answers by its script.
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    server: JoinHandle<()>,
}

impl Upstream {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// When it cannot listen on the loopback.
    pub async fn start(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, script).await
    }

    /// Starts it over TLS, with a certificate of nobody's for these names that test browsers take. On the same port it
    /// answers plain HTTP, too.
    ///
    /// # Panics
    ///
    /// When it cannot listen on the loopback.
    pub async fn start_over_tls(
        names: &[&str],
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(tls::acceptor(names)), script).await
    }

    async fn listen(
        tls: Option<TlsAcceptor>,
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::default();
        let server = tokio::spawn(serve(listener, tls, Arc::new(script), Arc::clone(&received)));
        Self { address, received, server }
    }

    /// Everything that reached it, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// What reached it on this path.
    #[must_use]
    pub fn received_at(&self, path: &str) -> Vec<Received> {
        self.received().into_iter().filter(|request| request.path == path).collect()
    }

    /// Forgets what reached it.
    pub fn forget(&self) {
        self.received.lock().unwrap().clear();
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Upstream({})", self.address)
    }
}

async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    script: Arc<Script>,
    received: Arc<Mutex<Vec<Received>>>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let (script, received) = (Arc::clone(&script), Arc::clone(&received));
        let tls = tls.clone();
        tokio::spawn(async move {
            let Some(tls) = tls else { return talk(stream, script, received).await };
            let mut first = [0];
            if stream.peek(&mut first).await.is_ok() && first != TLS_HANDSHAKE {
                talk(stream, script, received).await;
            } else if let Ok(stream) = tls.accept(stream).await {
                talk(stream, script, received).await;
            }
        });
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    script: Arc<Script>,
    received: Arc<Mutex<Vec<Received>>>,
) {
    let service =
        service_fn(move |request| answer(request, Arc::clone(&script), Arc::clone(&received)));
    let server = auto::Builder::new(TokioExecutor::new());
    // A visitor may go at any time.
    let _ended = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
}

async fn answer(
    mut request: Request<Incoming>,
    script: Arc<Script>,
    received: Arc<Mutex<Vec<Received>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let web_socket = web_socket::accept(&mut request);
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let host = head.headers.get("host").and_then(|value| value.to_str().ok());
    let authority = || head.uri.authority().map(http::uri::Authority::as_str);
    let host = host.or_else(authority).unwrap_or_default();
    let record = Received {
        method: head.method.to_string(),
        host: host.to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body,
    };
    received.lock().unwrap().push(record.clone());
    if let Some(response) = web_socket {
        return Ok(response);
    }
    let reply = script(&record);
    if let Some(semaphore) = reply.held_by {
        let _permit = semaphore.acquire().await;
    }
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap());
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::new(reply.body)).unwrap())
}
