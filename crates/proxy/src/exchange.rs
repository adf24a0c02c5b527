//! One request and its response on a connection: how the body is framed, how long is waited, whose fault a failure was.

use std::pin::pin;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderValue, Request};
use http_body::Body;
use tokio::time::{Instant, timeout, timeout_at};

use crate::Failure;
use crate::body::{Progress, RequestBody, RequestBodyError};

/// Says how the body ends where its length is not known: left to itself, the client side of HTTP/1.1 takes it that a GET has none.
pub(crate) fn framed(mut request: Request<RequestBody>) -> Request<RequestBody> {
    if request.body().size_hint().exact().is_none() {
        let headers = request.headers_mut();
        headers.remove(CONTENT_LENGTH);
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    request
}

/// Waits for an upstream, whose time does not run while the client has yet to send. `None`: it took too long.
pub(crate) async fn patiently<F: Future>(
    patience: Duration,
    progress: Option<Progress>,
    answering: F,
) -> Option<F::Output> {
    let Some(progress) = progress else { return timeout(patience, answering).await.ok() };
    let mut answering = pin!(answering);
    loop {
        if let Ok(answered) = timeout_at(progress.deadline(patience), answering.as_mut()).await {
            return Some(answered);
        }
        if progress.deadline(patience) <= Instant::now() {
            return None;
        }
    }
}

/// Whose fault it was: the client's body, or the upstream.
pub(crate) fn failure_of(error: &hyper::Error) -> Failure {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        match cause.downcast_ref::<RequestBodyError>() {
            Some(RequestBodyError::Paused) => return Failure::BodyTimeout,
            Some(RequestBodyError::Broken(_)) => return Failure::BodyBroken,
            None => source = cause.source(),
        }
    }
    tracing::warn!(%error, "the upstream's answer is broken");
    Failure::UpstreamBroken
}
