//! Connections to one upstream, of one thread.
//!
//! An HTTP/1.1 connection goes back to the pool when its response's body is through, and the one that came back last is
//! taken first, so that those which are not needed grow old. A pooled connection may have been closed by the upstream in the
//! meantime: another one is tried where nothing of the request was sent, and a new one where it may be sent twice. A WebSocket gets a
//! connection of its own, which is never used for anything else.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crossgate_http1::BodyLength;
use crossgate_model::{OriginRequest, UpstreamScheme, UpstreamUrl};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ClientConfig;
use tokio::task::unconstrained;
use tokio::time::Instant;

use crate::body_source::{BodySource, Http1};
use crate::byte_stream::ByteStream;
use crate::connect::{Connected, connect};
use crate::exchange::{Connection, Exchange, NoResponse};
use crate::exchange_http2::{Asking, QueuedBody};
use crate::least_request::Load;
use crate::local::LocalExecutor;
use crate::outlier::{EjectionRules, Health};
use crate::patience::Patience;
use crate::retry::{Progress, may_be_repeated};
use crate::tls::client_config;
use crate::upstream_answer::UpstreamAnswer;
use crate::upstream_request::UpstreamRequest;
use crate::{Failure, Limits};

/// What may wait for the visitors of an HTTP/2 connection, and for one of them: some read slowly, or not at all, and those who do are not to
/// wait for them. Servers mostly take 100 to 250 streams at a time, all of which fit. h2 derives from the first, too, how many small pieces
/// may wait before it ends the connection.
const CONNECTION_WINDOW: u32 = 256 << 20;
const STREAM_WINDOW: u32 = 64 << 10;

/// An upstream may repeat in its answer's head what was in the request's, and more.
const HEADER_LIST: u32 = 256 << 10;

/// Streams that visitors have left, and of which something may still come.
const RESET_STREAMS: usize = 4096;

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
    http1: RefCell<VecDeque<Box<Connection>>>,
    http2: RefCell<Option<http2::SendRequest<QueuedBody>>>,
    open: Rc<Cell<usize>>,
    /// What is known of it where there is a choice of upstreams.
    pub(crate) load: Rc<Load>,
}

/// A request that was not answered.
pub(crate) struct Unanswered {
    pub(crate) failure: Failure,
    /// How far it had come.
    pub(crate) progress: Progress,
}

/// A connection that nothing was sent on.
enum Fresh {
    Http1(Box<Connection>),
    Http2(http2::SendRequest<QueuedBody>),
}

/// Counts a connection for as long as it is open.
pub(crate) struct Open(Rc<Cell<usize>>);

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
            load: Rc::new(Load::new(Health::new(EjectionRules::default()))),
        }
    }

    pub(crate) const fn url(&self) -> &UpstreamUrl {
        &self.url
    }

    /// Sends a request and waits for the head of the response. `now` is when that begins.
    pub(crate) async fn ask<S: BodySource>(
        self: &Rc<Self>,
        request: &UpstreamRequest<'_>,
        body: &mut S,
        patience: &mut Patience,
        mut now: Instant,
    ) -> Result<UpstreamAnswer, Unanswered> {
        let own = request.websocket.is_some();
        if !own {
            if let Some(sender) = self.shared() {
                match self.ask_http2(sender, request, body, patience, now).await {
                    Err(Unanswered { progress: Progress::NothingSent, .. }) => {
                        *self.http2.borrow_mut() = None;
                        now = Instant::now();
                    }
                    answered => return answered,
                }
            }
            for _ in 0..LOOKS {
                let Some(connection) = self.pooled(now) else { break };
                let length = body.length();
                match self.ask_http1(connection, request, body, patience, now).await {
                    Ok(answer) => return Ok(answer),
                    Err((Failure::UpstreamBroken, Some(Nothing { untouched: true }))) => {
                        now = Instant::now();
                    }
                    // It may be what the upstream died of: once more, where no connection is too old to be to blame.
                    Err((Failure::UpstreamBroken, Some(Nothing { untouched: false })))
                        if may_be_repeated(request.method, length != BodyLength::None) =>
                    {
                        break;
                    }
                    Err((failure, _)) => {
                        return Err(Unanswered { failure, progress: Progress::Unanswered });
                    }
                }
            }
        }
        let connecting = Box::pin(self.connect(!own && self.origin_request.http2));
        let connected = connecting.await;
        let now = Instant::now();
        match connected {
            Ok(Fresh::Http1(connection)) => {
                let asked = self.ask_http1(connection, request, body, patience, now).await;
                asked.map_err(|(failure, nothing)| {
                    let progress = match nothing {
                        Some(Nothing { untouched: true }) => Progress::NothingSent,
                        Some(Nothing { untouched: false }) => Progress::Sent,
                        None => Progress::Unanswered,
                    };
                    Unanswered { failure, progress }
                })
            }
            Ok(Fresh::Http2(sender)) => self.ask_http2(sender, request, body, patience, now).await,
            Err(failure) => Err(Unanswered { failure, progress: Progress::NothingSent }),
        }
    }

    /// Puts a connection back whose response is through.
    pub(crate) fn put_back(&self, mut connection: Box<Connection>) {
        connection.idle_since = Instant::now();
        self.http1.borrow_mut().push_back(connection);
    }

    /// Closes pooled connections that are old, or closed by the upstream.
    pub(crate) fn sweep(&self) {
        self.http1.borrow_mut().retain_mut(|connection| {
            connection.idle_since.elapsed() < self.limits.upstream_idle && is_open(connection)
        });
    }

    /// The HTTP/2 connection, which all requests share.
    fn shared(&self) -> Option<http2::SendRequest<QueuedBody>> {
        self.http2.borrow().as_ref().filter(|sender| !sender.is_closed()).cloned()
    }

    fn pooled(&self, now: Instant) -> Option<Box<Connection>> {
        let mut pool = self.http1.borrow_mut();
        while let Some(mut connection) = pool.pop_back() {
            if now.saturating_duration_since(connection.idle_since) < self.limits.upstream_idle
                && is_open(&mut connection)
            {
                return Some(connection);
            }
        }
        None
    }

    async fn connect(&self, http2: bool) -> Result<Fresh, Failure> {
        if self.open.get() >= self.limits.upstream_connections {
            return Err(Failure::UpstreamOverloaded);
        }
        let open = Open::count(&self.open);
        let tls = if http2 { &self.tls } else { &self.tls_http1 };
        let connected = connect(&self.url, &self.origin_request, tls.as_ref()).await?;
        let http2 = connected.speaks_http2(http2);
        let stream = match connected {
            Connected::Plain(stream) => ByteStream::Upstream(stream),
            Connected::Tls(stream) => ByteStream::UpstreamTls(stream),
        };
        if !http2 {
            return Ok(Fresh::Http1(Connection::new(Http1::new(stream), open)));
        }
        let mut builder = http2::Builder::new(LocalExecutor);
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(self.limits.upstream_idle))
            .initial_connection_window_size(CONNECTION_WINDOW)
            .initial_stream_window_size(STREAM_WINDOW)
            .max_header_list_size(HEADER_LIST)
            .max_concurrent_reset_streams(RESET_STREAMS)
            // Counted for as long as the connection lives, however many requests it serves.
            .max_local_error_reset_streams(None);
        let handshake = builder.handshake(TokioIo::new(stream));
        let (sender, connection) = handshake.await.map_err(|_| Failure::UpstreamBroken)?;
        tokio::task::spawn_local(async move {
            let _ended = connection.await;
            drop(open);
        });
        *self.http2.borrow_mut() = Some(sender.clone());
        Ok(Fresh::Http2(sender))
    }

    async fn ask_http1<S: BodySource>(
        self: &Rc<Self>,
        connection: Box<Connection>,
        request: &UpstreamRequest<'_>,
        body: &mut S,
        patience: &mut Patience,
        now: Instant,
    ) -> Result<UpstreamAnswer, (Failure, Option<Nothing>)> {
        let length = body.length();
        let framing = request.framing(length);
        let home = request.websocket.is_none().then(|| Rc::clone(self));
        let mut exchange =
            Exchange::begin(connection, home, framing, |head| request.write_http1(head, length));
        let mut clock = self.clock(now);
        let answered = poll_fn(|context| {
            if let Poll::Ready(answered) = exchange.poll_head(request.method, body, context) {
                return Poll::Ready(answered.map_err(|why| {
                    let nothing = matches!(why, NoResponse::Nothing);
                    (why.into(), nothing.then(|| Nothing { untouched: exchange.is_untouched() }))
                }));
            }
            if exchange.is_sent() && body.poll_left(context).is_ready() {
                return Poll::Ready(Err((Failure::VisitorLeft, None)));
            }
            let (for_body, progress) = (exchange.waits_for_body(), exchange.progress());
            clock.poll(patience, for_body, progress, context).map(|failure| Err((failure, None)))
        });
        answered.await.map(|()| UpstreamAnswer::Http1(Box::new(exchange)))
    }

    async fn ask_http2<S: BodySource>(
        &self,
        sender: http2::SendRequest<QueuedBody>,
        request: &UpstreamRequest<'_>,
        body: &mut S,
        patience: &mut Patience,
        now: Instant,
    ) -> Result<UpstreamAnswer, Unanswered> {
        let failed = |failure| Unanswered { failure, progress: Progress::Unanswered };
        let length = body.length();
        let head = request.to_http2(self.url.scheme, length).map_err(failed)?;
        let mut asking = Asking::begin(sender, head, request.framing(length));
        let mut clock = self.clock(now);
        let answered = poll_fn(|context| {
            if let Poll::Ready(answered) = asking.poll_head(body, context) {
                return Poll::Ready(answered);
            }
            if asking.is_sent() && body.poll_left(context).is_ready() {
                return Poll::Ready(Err(failed(Failure::VisitorLeft)));
            }
            let (for_body, progress) = (asking.waits_for_body(), asking.progress());
            clock.poll(patience, for_body, progress, context).map(|failure| Err(failed(failure)))
        });
        let exchange = answered.await?;
        Ok(UpstreamAnswer::Http2(Box::new(exchange)))
    }

    /// Started `now`.
    fn clock(&self, now: Instant) -> Clock {
        Clock {
            since: now,
            starts: true,
            for_body: false,
            progress: 0,
            body_pause: self.limits.body_pause,
            response_timeout: self.origin_request.response_timeout,
        }
    }
}

/// The connection ended before anything came.
struct Nothing {
    untouched: bool,
}

/// Whom a request waits for, and since when: an upstream's time runs only while the visitor's part is done.
struct Clock {
    since: Instant,
    /// It was started just now.
    starts: bool,
    for_body: bool,
    progress: u64,
    body_pause: Duration,
    response_timeout: Duration,
}

impl Clock {
    /// Ready when somebody took too long.
    fn poll(
        &mut self,
        patience: &mut Patience,
        for_body: bool,
        progress: u64,
        context: &mut Context<'_>,
    ) -> Poll<Failure> {
        let now = if std::mem::take(&mut self.starts) { self.since } else { Instant::now() };
        if (for_body, progress) != (self.for_body, self.progress) {
            (self.for_body, self.progress) = (for_body, progress);
            self.since = now;
        }
        let (time, failure) = if for_body {
            (self.body_pause, Failure::BodyTimeout)
        } else {
            (self.response_timeout, Failure::UpstreamResponseTimeout)
        };
        patience.poll_at(now, context, self.since + time).map(|()| failure)
    }
}

/// Whether nothing has come on a connection that nothing should come on, not even its end.
fn is_open(connection: &mut Connection) -> bool {
    if let ByteStream::Upstream(stream) = &connection.http1.stream {
        let mut byte = [0];
        return matches!(stream.try_read(&mut byte), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
    }
    let Http1 { stream, input } = &mut connection.http1;
    // Also of a task that has had its turn: it would be told that nothing is there.
    let looking = pin!(unconstrained(poll_fn(|context| input.poll_fill(stream, context, 1))));
    let quiet = looking.poll(&mut Context::from_waker(Waker::noop())).is_pending();
    input.rest();
    quiet
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
