//! The call that a command line describes.

use anyhow::{Context, Result, bail};
use crossgate_cors::browser::{Credentials, FetchRequest};
use crossgate_cors::{Origin, RequestOrigin};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use crate::cli::{CallOptions, CredentialsMode};

/// A call of a page, or, without one, a person who opens a URL.
pub(crate) struct Call {
    pub(crate) url: Url,
    page: Option<RequestOrigin>,
    method: Method,
    headers: HeaderMap,
    credentials: Credentials,
}

impl Call {
    /// Reads it.
    pub(crate) fn read(url: &str, origin: Option<&str>, options: &CallOptions) -> Result<Self> {
        let url = Url::parse(url).with_context(|| format!("{url:?} is no URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            bail!("{url} has the scheme {:?}; only http and https can be called", url.scheme());
        }
        let mut headers = HeaderMap::new();
        for line in &options.headers {
            let (name, value) = header(line)?;
            headers.append(name, value);
        }
        Ok(Self {
            url,
            page: origin.map(page).transpose()?,
            method: Method::from_bytes(options.method.as_bytes())
                .with_context(|| format!("{:?} is no method", options.method))?,
            headers,
            credentials: match options.credentials {
                CredentialsMode::Omit => Credentials::Omit,
                CredentialsMode::SameOrigin => Credentials::SameOrigin,
                CredentialsMode::Include => Credentials::Include,
            },
        })
    }

    /// Adds a header that the page sets.
    pub(crate) fn set(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    /// What a browser is asked to do. A content type stands for a body.
    pub(crate) fn request(&self) -> FetchRequest {
        let url = self.url.clone();
        let plain = match &self.page {
            None => FetchRequest::navigation(None, url),
            Some(page) => FetchRequest {
                credentials: self.credentials,
                ..FetchRequest::fetch(page.clone(), url)
            },
        };
        FetchRequest {
            method: self.method.clone(),
            headers: self.headers.clone(),
            has_body: self.headers.contains_key(CONTENT_TYPE),
            ..plain
        }
    }
}

fn page(text: &str) -> Result<RequestOrigin> {
    Origin::parse(text.as_bytes()).with_context(|| {
        let origin = Url::parse(text).map(|url| url.origin().ascii_serialization());
        match origin {
            Ok(origin) if origin != "null" => format!("{text:?} is no origin; write {origin}"),
            _ => format!(
                "{text:?} is no origin; write scheme, host and port, as in https://app.example.com"
            ),
        }
    })
}

/// `NAME` or `NAME: VALUE`.
pub(crate) fn header(line: &str) -> Result<(HeaderName, HeaderValue)> {
    let (name, value) = match line.split_once(':') {
        Some((name, value)) => (name.trim(), value.trim()),
        None if line.trim().eq_ignore_ascii_case(CONTENT_TYPE.as_str()) => {
            (line.trim(), "application/json")
        }
        None => (line.trim(), "1"),
    };
    let parsed =
        HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(value).ok());
    parsed.with_context(|| format!("{line:?} is no header; write NAME or NAME: VALUE"))
}
