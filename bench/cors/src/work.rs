//! The requests that are answered.

use http::{Method, Request};

/// A kind of request.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// A preflight for PUT with a JSON body.
    Preflight,
    /// The request that follows it.
    Actual,
}

impl Work {
    pub(crate) fn named(name: &str) -> Self {
        if name == "preflight" { Self::Preflight } else { Self::Actual }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Actual => "actual",
        }
    }

    /// By a page of the last of `origins` origins.
    pub(crate) fn request(self, origins: usize) -> Request<()> {
        let request = Request::builder()
            .uri("https://api.acme.example/orders/17")
            .header("host", "api.acme.example")
            .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36")
            .header("accept", "*/*")
            .header("origin", origin(origins - 1));
        let request = match self {
            Self::Preflight => request
                .method(Method::OPTIONS)
                .header("access-control-request-method", "PUT")
                .header("access-control-request-headers", "content-type,x-requested-with"),
            Self::Actual => request.method(Method::PUT).header("content-type", "application/json"),
        };
        request.body(()).expect("a request")
    }
}

/// The origin with this number.
pub(crate) fn origin(number: usize) -> String {
    format!("https://app{number}.customer.example")
}
