//! Connections to one upstream, of one thread.
//!
//! An HTTP/1.1 connection goes back to the pool when its response's body is through ([`Lease`]), and the one that came back last is
//! taken first, so that those which are not needed grow old. A pooled connection may have been closed by the upstream in the
//! meantime: if nothing of the request was sent, another connection is tried. A WebSocket gets a connection of its own, which is
//! never used for anything else.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use crossgate_model::{OriginRequest, UpstreamScheme, UpstreamUrl};
use http::header::{TRANSFER_ENCODING, UPGRADE};
use http::{Request, Response};
use hyper::client::conn::{http1, http2};
use hyper::rt::{Read, Write};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ClientConfig;
use tokio::time::Instant;

use crate::body::{RequestBody, UpstreamBody};
use crate::connect::{Connected, connect};
use crate::exchange::{failure_of, framed, patiently};
use crate::local::LocalExecutor;
use crate::tls::client_config;
use crate::{Failure, Limits};

/// Pooled connections that are looked at before a new one is made.
const LOOKS: usize = 16;

/// An upstream with its connections.
pub(crate) struct Upstream {
    url: UpstreamUrl,
    origin_request: OriginRequest,
    tls: Option<Arc<ClientConfig>>,
    /// The same, for connections that must speak HTTP/1.1.
    tls_http1: Option<Arc<ClientConfig>>,
    limits: Limits,
    /// The one that was used last is at the back.
    http1: RefCell<VecDeque<(http1::SendRequest<RequestBody>, Instant)>>,
    http2: RefCell<Option<http2::SendRequest<RequestBody>>>,
    open: Rc<Cell<usize>>,
}

/// A request that was not answered.
pub(crate) struct Unanswered {
    pub(crate) failure: Failure,
    /// The request, if nothing of it was sent.
    pub(crate) unsent: Option<Request<RequestBody>>,
}

enum Sender {
    Http1(http1::SendRequest<RequestBody>),
    Http2(http2::SendRequest<RequestBody>),
}

/// An HTTP/1.1 connection that a response still comes on.
pub(crate) struct Lease {
    upstream: Rc<Upstream>,
    sender: http1::SendRequest<RequestBody>,
}

/// Counts a connection for as long as it is open.
struct Open(Rc<Cell<usize>>);

impl Upstream {
    pub(crate) fn new(url: &UpstreamUrl, origin_request: &OriginRequest, limits: Limits) -> Self {
        let tls = (url.scheme == UpstreamScheme::Https).then(|| client_config(origin_request));
        let tls = tls.and_then(|config| {
            config
                .inspect_err(
                    |error| tracing::error!(%error, "the upstream's ca_pool cannot be used"),
                )
                .ok()
        });
        let tls_http1 = tls.as_deref().map(|config| {
            let mut config = config.clone();
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            Arc::new(config)
        });
        Self {
            url: url.clone(),
            origin_request: origin_request.clone(),
            tls,
            tls_http1,
            limits,
            http1: RefCell::default(),
            http2: RefCell::default(),
            open: Rc::default(),
        }
    }

    /// Sends a request and waits for the head of the response.
    pub(crate) async fn send(
        self: &Rc<Self>,
        mut request: Request<RequestBody>,
    ) -> Result<Response<UpstreamBody>, Unanswered> {
        let upgrades = request.headers().contains_key(UPGRADE);
        for _ in 0..if upgrades { 0 } else { LOOKS } {
            let Some(sender) = self.pooled() else { break };
            match self.send_on(sender, request, true).await {
                Err(Unanswered { unsent: Some(unsent), .. }) => request = unsent,
                answered => return answered,
            }
        }
        match Box::pin(self.connect(!upgrades && self.origin_request.http2)).await {
            Ok(sender) => self.send_on(sender, request, !upgrades).await,
            Err(failure) => Err(Unanswered { failure, unsent: Some(request) }),
        }
    }

    fn pooled(&self) -> Option<Sender> {
        if let Some(sender) = self.http2.borrow().as_ref().filter(|sender| !sender.is_closed()) {
            return Some(Sender::Http2(sender.clone()));
        }
        let mut pool = self.http1.borrow_mut();
        for _ in 0..LOOKS.min(pool.len()) {
            let (sender, since) = pool.pop_back()?;
            if sender.is_closed() || since.elapsed() > self.limits.upstream_idle {
                continue;
            }
            if sender.is_ready() {
                return Some(Sender::Http1(sender));
            }
            // Its response is through, but its request is not, or it has not been told yet.
            pool.push_front((sender, since));
        }
        None
    }

    async fn connect(&self, http2: bool) -> Result<Sender, Failure> {
        if self.open.get() >= self.limits.upstream_connections {
            return Err(Failure::UpstreamOverloaded);
        }
        let open = Open::count(&self.open);
        let tls = if http2 { &self.tls } else { &self.tls_http1 };
        let connected = connect(&self.url, &self.origin_request, tls.as_ref()).await?;
        let http2 = connected.speaks_http2(http2);
        match connected {
            Connected::Plain(stream) => self.handshake(TokioIo::new(stream), http2, open).await,
            Connected::Tls(stream) => self.handshake(TokioIo::new(stream), http2, open).await,
        }
    }

    async fn handshake<S>(&self, stream: S, http2: bool, open: Open) -> Result<Sender, Failure>
    where
        S: Read + Write + Unpin + Send + 'static,
    {
        if http2 {
            let mut builder = http2::Builder::new(LocalExecutor);
            builder.timer(TokioTimer::new()).keep_alive_interval(Some(self.limits.upstream_idle));
            let (sender, connection) =
                builder.handshake(stream).await.map_err(|_| Failure::UpstreamBroken)?;
            tokio::task::spawn_local(async move {
                let _ended = connection.await;
                drop(open);
            });
            *self.http2.borrow_mut() = Some(sender.clone());
            return Ok(Sender::Http2(sender));
        }
        let (sender, connection) =
            http1::handshake(stream).await.map_err(|_| Failure::UpstreamBroken)?;
        tokio::task::spawn_local(async move {
            let _ended = connection.with_upgrades().await;
            drop(open);
        });
        Ok(Sender::Http1(sender))
    }

    async fn send_on(
        self: &Rc<Self>,
        sender: Sender,
        request: Request<RequestBody>,
        reusable: bool,
    ) -> Result<Response<UpstreamBody>, Unanswered> {
        let patience = self.origin_request.response_timeout;
        let progress = request.body().progress();
        let (answered, sender) = match sender {
            Sender::Http1(mut sender) => {
                let answering = sender.try_send_request(framed(request));
                (patiently(patience, progress, answering).await, Some(sender))
            }
            Sender::Http2(mut sender) => {
                let answering = sender.try_send_request(self.with_authority(request));
                (patiently(patience, progress, answering).await, None)
            }
        };
        match answered {
            Some(Ok(response)) => {
                let upstream = Rc::clone(self);
                let lease = sender.filter(|_| reusable).map(|sender| Lease { upstream, sender });
                Ok(response.map(|body| UpstreamBody::new(body, lease)))
            }
            Some(Err(mut error)) => {
                let unsent = error.take_message();
                let failure = failure_of(error.error());
                Err(Unanswered { failure, unsent })
            }
            None => Err(Unanswered { failure: Failure::UpstreamResponseTimeout, unsent: None }),
        }
    }

    /// HTTP/2 has no Host header of its own: `:authority` says it.
    fn with_authority(&self, mut request: Request<RequestBody>) -> Request<RequestBody> {
        let headers = request.headers_mut();
        let host = headers.remove(http::header::HOST);
        headers.remove(TRANSFER_ENCODING);
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(match self.url.scheme {
            UpstreamScheme::Http => http::uri::Scheme::HTTP,
            UpstreamScheme::Https => http::uri::Scheme::HTTPS,
        });
        parts.authority =
            host.and_then(|host| http::uri::Authority::try_from(host.as_bytes()).ok());
        if let Ok(uri) = http::Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
        *request.version_mut() = http::Version::HTTP_2;
        request
    }
}

impl Lease {
    /// Puts the connection back: the response is through.
    pub(crate) fn give_back(self) {
        let Self { upstream, sender } = self;
        let mut pool = upstream.http1.borrow_mut();
        let old = |(_, since): &(_, Instant)| since.elapsed() > upstream.limits.upstream_idle;
        while pool.front().is_some_and(old) {
            pool.pop_front();
        }
        if !sender.is_closed() {
            pool.push_back((sender, Instant::now()));
        }
    }
}

impl Open {
    fn count(open: &Rc<Cell<usize>>) -> Self {
        open.set(open.get() + 1);
        Self(Rc::clone(open))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}
