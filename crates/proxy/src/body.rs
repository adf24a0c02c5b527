//! Bodies on their way through: never buffered, never boxed.

use std::cell::Cell;
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};

use crate::pool::Lease;
use crate::upstream_request::remove_forged_trailers;

/// A request's body on its way to the upstream.
pub(crate) enum RequestBody {
    Empty,
    Streaming {
        body: Incoming,
        pause: Duration,
        timer: Option<Pin<Box<Sleep>>>,
        progress: Progress,
    },
}

/// A response's body on its way to the visitor.
pub(crate) enum ResponseBody {
    Own(Full<Bytes>),
    Upstream(UpstreamBody),
}

/// What an upstream sends, and the connection that it comes on, which is free once it is through.
pub(crate) struct UpstreamBody {
    body: Incoming,
    lease: Option<Lease>,
}

/// Whom a request's body waits for: an upstream's time runs only while the client's part is done.
#[derive(Clone)]
pub(crate) struct Progress(Rc<Cell<Waiting>>);

#[derive(Clone, Copy)]
enum Waiting {
    ForClient,
    ForUpstream { since: Instant },
}

/// Why a request's body ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestBodyError {
    #[error("the request's body paused for too long")]
    Paused,
    #[error("the request's body broke off")]
    Broken(#[source] hyper::Error),
}

impl RequestBody {
    /// A body that may not pause for longer than `pause`.
    pub(crate) fn streaming(body: Incoming, pause: Duration) -> Self {
        if body.is_end_stream() {
            return Self::Empty;
        }
        let progress = Progress(Rc::new(Cell::new(Waiting::ForUpstream { since: Instant::now() })));
        Self::Streaming { body, pause, timer: None, progress }
    }

    /// How it gets on, if there is anything to send.
    pub(crate) fn progress(&self) -> Option<Progress> {
        match self {
            Self::Empty => None,
            Self::Streaming { progress, .. } => Some(progress.clone()),
        }
    }
}

impl Progress {
    /// When the upstream has had `patience`, as things stand.
    pub(crate) fn deadline(&self, patience: Duration) -> Instant {
        match self.0.get() {
            Waiting::ForClient => Instant::now() + patience,
            Waiting::ForUpstream { since } => since + patience,
        }
    }
}

impl UpstreamBody {
    /// Gives the connection back at the end of the body; one that is dropped before is not used again.
    pub(crate) fn new(body: Incoming, lease: Option<Lease>) -> Self {
        let mut this = Self { body, lease };
        this.release_at_end();
        this
    }

    fn release_at_end(&mut self) {
        if self.body.is_end_stream()
            && let Some(lease) = self.lease.take()
        {
            lease.give_back();
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = RequestBodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyError>>> {
        let Self::Streaming { body, pause, timer, progress } = self.get_mut() else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(context) {
            let now = Instant::now();
            progress.0.set(Waiting::ForUpstream { since: now });
            if let Some(timer) = timer {
                timer.as_mut().reset(now + *pause);
            }
            let checked = |frame: Frame<Bytes>| match frame.into_trailers() {
                Ok(trailers) => Frame::trailers(without_forgeries(trailers)),
                Err(data) => data,
            };
            return Poll::Ready(
                frame.map(|frame| frame.map(checked).map_err(RequestBodyError::Broken)),
            );
        }
        progress.0.set(Waiting::ForClient);
        let timer = timer.get_or_insert_with(|| Box::pin(sleep(*pause)));
        match timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err(RequestBodyError::Paused))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Streaming { body, .. } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Streaming { body, .. } => body.size_hint(),
        }
    }
}

fn without_forgeries(mut trailers: HeaderMap) -> HeaderMap {
    remove_forged_trailers(&mut trailers);
    trailers
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.get_mut() {
            Self::Own(body) => {
                Pin::new(body).poll_frame(context).map_err(|never: Infallible| match never {})
            }
            Self::Upstream(upstream) => {
                let frame = Pin::new(&mut upstream.body).poll_frame(context);
                if frame.is_ready() {
                    upstream.release_at_end();
                }
                if let Poll::Ready(None) = &frame
                    && let Some(lease) = upstream.lease.take()
                {
                    lease.give_back();
                }
                frame
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(body) => body.is_end_stream(),
            Self::Upstream(upstream) => upstream.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(body) => body.size_hint(),
            Self::Upstream(upstream) => upstream.body.size_hint(),
        }
    }
}
