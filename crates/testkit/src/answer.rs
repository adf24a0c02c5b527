//! What a client got.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use url::Url;

use crate::Cookie;

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// A header's value, if it is there. Several are joined by `", "`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all(name).iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let values = values.collect::<Vec<_>>();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The names of its headers that begin with this.
    #[must_use]
    pub fn names(&self, prefix: &str) -> Vec<&str> {
        self.headers
            .keys()
            .map(http::HeaderName::as_str)
            .filter(|name| name.starts_with(prefix))
            .collect()
    }

    /// Its body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Its body as JSON.
    ///
    /// # Panics
    ///
    /// When it is something else.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {}: not JSON: {}", self.url, self.status, self.text()))
    }

    /// Where it redirects to.
    #[must_use]
    pub fn location(&self) -> Option<Url> {
        self.url.join(&self.header("location")?).ok()
    }

    /// The cookies that it sets.
    #[must_use]
    pub fn cookies(&self) -> Vec<Cookie> {
        let values = self.headers.get_all("set-cookie").iter();
        values.filter_map(|value| Cookie::parse(value.to_str().ok()?)).collect()
    }

    /// The cookie of this name that it sets.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<Cookie> {
        self.cookies().into_iter().find(|cookie| cookie.name == name)
    }
}
