//! One request and its response on a connection: how the body is framed, how long is waited, whose fault a failure was.

use std::pin::pin;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderValue, Request};
use http_body::Body;
use tokio::time::{Instant, timeout, timeout_at};

use crate::Failure;
use crate::body::{Progress, RequestBody, RequestBodyError};

/// Says how the body that is sent ends, whatever the client said of the one that it sent: a length without its body would make the
/// upstream take the next request on the connection for it. Where the length is not known it is said, too: left to itself, the client side
/// of HTTP/1.1 takes it that a GET has no body.
pub(crate) fn framed(mut request: Request<RequestBody>) -> Request<RequestBody> {
    let length = request.body().size_hint().exact();
    let headers = request.headers_mut();
    headers.remove(TRANSFER_ENCODING);
    let said = headers.remove(CONTENT_LENGTH);
    match length {
        None => {
            headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        Some(0) if said.is_none() => {}
        Some(length) => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
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

#[cfg(test)]
mod tests {
    use http::Request;
    use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};

    use super::framed;
    use crate::body::RequestBody;

    #[test]
    fn what_is_said_of_a_body_is_what_is_sent() {
        for (row, said, expected) in [
            ("nothing of none", None, None),
            ("no length of none", Some("0"), Some("0")),
            ("sec-C5-S1: a length of none", Some("1373"), Some("0")),
        ] {
            let mut request = Request::new(RequestBody::Empty);
            if let Some(said) = said {
                request.headers_mut().insert(CONTENT_LENGTH, said.parse().unwrap());
            }
            request.headers_mut().insert(TRANSFER_ENCODING, "chunked".parse().unwrap());
            let request = framed(request);
            let length = request.headers().get(CONTENT_LENGTH).map(|it| it.to_str().unwrap());
            assert_eq!(length, expected, "{row}");
            assert!(!request.headers().contains_key(TRANSFER_ENCODING), "{row}");
        }
    }
}
