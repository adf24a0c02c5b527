//! A scenario: a page, what it calls, and what each host on the way answers.

use serde_json::{Value, json};

/// The host of the page.
pub(crate) const OWN: &str = "app.one.localhost";
/// Of the page's site.
pub(crate) const SIBLING: &str = "api.one.localhost";
/// Of the page's site, too.
pub(crate) const LOGIN: &str = "login.one.localhost";
/// Of another site.
pub(crate) const PARTNER: &str = "api.two.localhost";
/// Of the partner's site.
pub(crate) const IDP: &str = "idp.two.localhost";
/// Every host, the page's last.
pub(crate) const HOSTS: [&str; 5] = [SIBLING, LOGIN, PARTNER, IDP, OWN];

#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    /// What it is, in words. Unique.
    pub(crate) name: String,
    /// Whether the calls come from a sandboxed frame of the page.
    pub(crate) sandboxed: bool,
    /// Whether its paths have one segment, so that cookies are for the whole host by default.
    pub(crate) shallow: bool,
    /// One after the other, all to the first stop.
    pub(crate) calls: Vec<Call>,
    /// A redirect leads from each to the next.
    pub(crate) stops: Vec<Stop>,
}

/// What the page does.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Fetch(Fetch),
    /// An element with `src`, and its `crossorigin` attribute.
    Element(&'static str, Option<&'static str>),
}

/// The options of `fetch`.
#[derive(Clone, Debug)]
pub(crate) struct Fetch {
    pub(crate) method: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) mode: &'static str,
    pub(crate) credentials: &'static str,
    pub(crate) redirect: &'static str,
    pub(crate) body: bool,
}

/// A URL that a scenario visits.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) host: &'static str,
    /// Whether it has another scheme than the page.
    pub(crate) across: bool,
    pub(crate) preflight: Reply,
    pub(crate) answer: Reply,
}

/// Where all hosts are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    pub(crate) port: u16,
}

/// A response. In its values `{page}` is the page's origin, `{origin}` the request's `Origin`, `{method}` and `{headers}`
/// what a preflight asks for, `{next}` the URL of the next stop and `{next path}` its path, `{cookie}` a name for a cookie
/// that no other scenario uses, `{scheme}` and `{port}`
/// those of all hosts.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// What is asked for, as far as replies depend on it.
pub(crate) struct Asked<'a> {
    pub(crate) is_preflight: bool,
    pub(crate) origin: &'a str,
    pub(crate) method: &'a str,
    pub(crate) headers: &'a str,
}

/// The name of a scenario's own cookie.
pub(crate) fn cookie_name(index: usize) -> String {
    format!("of-scenario-{index}")
}

impl Scenario {
    pub(crate) fn new(name: impl Into<String>, call: impl Into<Call>, stops: Vec<Stop>) -> Self {
        Self {
            name: name.into(),
            sandboxed: false,
            shallow: false,
            calls: vec![call.into()],
            stops,
        }
    }

    pub(crate) const fn sandboxed(mut self) -> Self {
        self.sandboxed = true;
        self
    }

    pub(crate) const fn shallow(mut self) -> Self {
        self.shallow = true;
        self
    }

    /// Then does this, too.
    pub(crate) fn then(mut self, call: impl Into<Call>) -> Self {
        self.calls.push(call.into());
        self
    }

    /// The URL of a stop.
    pub(crate) fn url(&self, index: usize, stop: usize, at: At) -> String {
        let (host, across) = self.stops.get(stop).map_or((OWN, false), |it| (it.host, it.across));
        let at = if across { at.across() } else { at };
        at.url(host, &self.path(index, stop))
    }

    fn path(&self, index: usize, stop: usize) -> String {
        let slash = if self.shallow { '.' } else { '/' };
        format!("/s{slash}{index}{slash}{stop}")
    }

    /// What is answered at a stop: status and headers.
    pub(crate) fn reply(
        &self,
        index: usize,
        stop: usize,
        place: At,
        asked: &Asked<'_>,
    ) -> (u16, Vec<(String, String)>) {
        let Some(at) = self.stops.get(stop) else { return (404, Vec::new()) };
        let reply = if asked.is_preflight { &at.preflight } else { &at.answer };
        let fill = |value: &String| {
            value
                .replace("{page}", &place.url(OWN, ""))
                .replace("{origin}", asked.origin)
                .replace("{method}", asked.method)
                .replace("{headers}", asked.headers)
                .replace("{next}", &self.url(index, stop + 1, place))
                .replace("{next path}", &self.path(index, stop + 1))
                .replace("{cookie}", &cookie_name(index))
                .replace("{scheme}", place.scheme)
                .replace("{port}", &place.port.to_string())
        };
        let headers = reply.headers.iter();
        (reply.status, headers.map(|(name, value)| ((*name).to_owned(), fill(value))).collect())
    }
}

impl At {
    /// The same with the other scheme; a port has both.
    const fn across(self) -> Self {
        let is_plain = matches!(self.scheme.as_bytes(), b"http");
        Self { scheme: if is_plain { "https" } else { "http" }, ..self }
    }

    /// A URL of a host.
    pub(crate) fn url(self, host: &str, path: &str) -> String {
        format!("{}://{host}:{}{path}", self.scheme, self.port)
    }
}

impl Fetch {
    pub(crate) const fn new(method: &'static str, credentials: &'static str) -> Self {
        Self {
            method,
            headers: Vec::new(),
            mode: "cors",
            credentials,
            redirect: "follow",
            body: false,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a body of this type.
    pub(crate) fn body(mut self, content_type: &'static str) -> Self {
        self.body = true;
        self.header("content-type", content_type)
    }

    pub(crate) const fn mode(mut self, mode: &'static str) -> Self {
        self.mode = mode;
        self
    }

    pub(crate) const fn redirect(mut self, redirect: &'static str) -> Self {
        self.redirect = redirect;
        self
    }
}

impl From<Fetch> for Call {
    fn from(fetch: Fetch) -> Self {
        Self::Fetch(fetch)
    }
}

impl Call {
    /// As the page's script reads it.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Fetch(fetch) => {
                let mut init = json!({
                    "method": fetch.method, "headers": fetch.headers, "mode": fetch.mode,
                    "credentials": fetch.credentials, "redirect": fetch.redirect,
                });
                if fetch.body {
                    init["body"] = json!("[1]");
                }
                json!({ "init": init })
            }
            Self::Element(tag, crossorigin) => json!({ "tag": tag, "crossorigin": crossorigin }),
        }
    }
}

impl Stop {
    /// Answers everything that a page of that origin may want.
    pub(crate) fn new(host: &'static str) -> Self {
        Self { host, across: false, preflight: Reply::consent(), answer: Reply::allow("{origin}") }
    }

    /// With the other scheme than the page: TLS for a page over plain HTTP, and the other way round.
    pub(crate) const fn across(mut self) -> Self {
        self.across = true;
        self
    }

    pub(crate) fn answer(mut self, answer: Reply) -> Self {
        self.answer = answer;
        self
    }

    pub(crate) fn preflight(mut self, preflight: Reply) -> Self {
        self.preflight = preflight;
        self
    }
}

impl Reply {
    pub(crate) const fn new(status: u16) -> Self {
        Self { status, headers: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Without this header.
    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub(crate) const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// 200, readable by an origin, with credentials.
    pub(crate) fn allow(origin: &str) -> Self {
        Self::new(200)
            .header("access-control-allow-origin", origin)
            .header("access-control-allow-credentials", "true")
    }

    /// To a preflight: yes to what is asked, not to be remembered.
    pub(crate) fn consent() -> Self {
        Self::allow("{origin}")
            .status(204)
            .header("access-control-allow-methods", "{method}")
            .header("access-control-allow-headers", "{headers}")
            .header("access-control-max-age", "0")
    }

    /// To the next stop.
    pub(crate) fn redirect(status: u16, origin: &str) -> Self {
        Self::allow(origin).status(status).header("location", "{next}")
    }
}
