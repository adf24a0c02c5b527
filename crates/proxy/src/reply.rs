//! What a request is answered with, before it is written in the words of a protocol.

use std::borrow::Cow;

use bytes::Bytes;
use crossgate_gate::Stamp;
use http::header::{CACHE_CONTROL, HeaderName};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::exchange::Connection;
use crate::standing::Standing;
use crate::upstream_answer::UpstreamAnswer;

/// The request's number, for people who report a problem.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request is answered with.
pub(crate) enum Reply {
    /// The gateway's own answer.
    Own(Response<Bytes>),
    /// The upstream's, with these headers, or, without, as they were sent but for what stays.
    Upstream { answer: UpstreamAnswer, headers: Option<HeaderMap> },
    /// The upstream has switched protocols.
    Tunnel { status: StatusCode, headers: HeaderMap, upstream: Box<Connection>, standing: Standing },
}

impl Reply {
    /// The gateway's own answer, stamped: the one point that all of them pass. It has CORS headers, `no-store` and the request's number.
    pub(crate) fn stamped(mut response: Response<Bytes>, stamp: &Stamp, request_id: &str) -> Self {
        let headers = response.headers_mut();
        stamp.write(headers);
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert(X_REQUEST_ID, id);
        }
        Self::Own(response)
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Own(response) => response.status(),
            Self::Upstream { answer, .. } => answer.status(),
            Self::Tunnel { status, .. } => *status,
        }
    }

    /// The headers.
    pub(crate) fn headers(&self) -> Cow<'_, HeaderMap> {
        match self {
            Self::Own(response) => Cow::Borrowed(response.headers()),
            Self::Tunnel { headers, .. } | Self::Upstream { headers: Some(headers), .. } => {
                Cow::Borrowed(headers)
            }
            Self::Upstream { answer, headers: None } => Cow::Owned(answer.headers()),
        }
    }

    /// The headers, to be changed. Those of an upstream's answer become a map.
    pub(crate) fn headers_mut(&mut self) -> &mut HeaderMap {
        match self {
            Self::Own(response) => response.headers_mut(),
            Self::Tunnel { headers, .. } => headers,
            Self::Upstream { answer, headers } => headers.get_or_insert_with(|| answer.headers()),
        }
    }
}
