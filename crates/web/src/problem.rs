//! Errors for programs: `application/problem+json` (RFC 9457).

use bytes::Bytes;
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
        let mut response = Response::new(Bytes::from(Value::Object(members).to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        private(headers);
        response
    }
}
