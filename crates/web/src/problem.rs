//! Errors for programs: `application/problem+json` (RFC 9457).

use bytes::Bytes;
use crossgate_login::Ways;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

use crate::page::private;

/// One problem.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Problem<'a> {
    pub(crate) status: StatusCode,
    /// The stable kebab-case code, as in the log line.
    pub(crate) code: &'a str,
    /// What happened, and what to do.
    pub(crate) detail: &'a str,
    pub(crate) request_id: Option<&'a str>,
    /// Where a person can sign in.
    pub(crate) login_url: Option<&'a str>,
    /// How a page can get a session.
    pub(crate) ways: Option<&'a Ways>,
}

impl Problem<'_> {
    /// The answer that says it.
    pub(crate) fn response(&self) -> Response<Bytes> {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("type", "about:blank".into());
        put("title", self.status.canonical_reason().unwrap_or("Error").into());
        put("status", self.status.as_u16().into());
        put("detail", self.detail.into());
        put("code", self.code.into());
        if let Some(id) = self.request_id {
            put("request_id", id.into());
        }
        if let Some(url) = self.login_url {
            put("login_url", url.into());
        }
        let ways = self.ways.map(written).filter(|ways| !ways.is_empty());
        if let Some(ways) = ways {
            put("ways", ways.into());
        }
        let mut response = Response::new(Bytes::from(Value::Object(members).to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        private(headers);
        response
    }
}

/// The URLs of those that there are, by name.
pub(crate) fn written(ways: &Ways) -> Map<String, Value> {
    let Ways { ticket, exchange, frame, popup, status } = ways;
    let all = [
        ("ticket", ticket),
        ("exchange", exchange),
        ("frame", frame),
        ("popup", popup),
        ("status", status),
    ];
    all.into_iter()
        .filter_map(|(name, url)| Some((name.to_owned(), url.as_deref()?.into())))
        .collect()
}
