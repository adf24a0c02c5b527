//! HAR files as the browsers shape them, without a browser: Safari's and the rest are synthetic.

use serde_json::{Value, json};

/// Whose export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Chrome,
    ChromeSanitised,
    Firefox,
    Safari,
}

pub(crate) const SHAPES: [Shape; 4] =
    [Shape::Chrome, Shape::ChromeSanitised, Shape::Firefox, Shape::Safari];

/// One exchange.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    method: String,
    url: String,
    request: Vec<(String, String)>,
    status: u16,
    response: Vec<(String, String)>,
    body: (String, String),
    kind: String,
    is_blocked: bool,
    error: Option<String>,
}

pub(crate) fn call(method: &str, url: &str, origin: &str) -> Exchange {
    Exchange {
        method: method.to_owned(),
        url: url.to_owned(),
        request: vec![("Accept".into(), "*/*".into())],
        status: 200,
        response: vec![("content-type".into(), "application/json".into())],
        body: ("application/json".into(), "{}".into()),
        kind: "fetch".into(),
        is_blocked: false,
        error: None,
    }
    .sends("Origin", origin)
    .sends("Sec-Fetch-Mode", "cors")
    .sends("Sec-Fetch-Dest", "empty")
}

/// A preflight for a method and headers.
pub(crate) fn preflight(url: &str, origin: &str, method: &str, headers: &str) -> Exchange {
    let mut it = call("OPTIONS", url, origin).sends("Access-Control-Request-Method", method);
    it.kind = "preflight".into();
    if headers.is_empty() { it } else { it.sends("Access-Control-Request-Headers", headers) }
}

impl Exchange {
    pub(crate) fn sends(mut self, name: &str, value: &str) -> Self {
        self.request.retain(|(known, _)| known != name);
        self.request.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.request.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn gets(mut self, status: u16, headers: &[(&str, &str)]) -> Self {
        self.status = status;
        self.response.extend(headers.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        self
    }

    pub(crate) fn body(mut self, mime: &str, text: &str) -> Self {
        self.response.retain(|(name, _)| name != "content-type");
        self.response.push(("content-type".into(), mime.into()));
        self.body = (mime.into(), text.into());
        self
    }

    pub(crate) fn kind(mut self, kind: &str, mode: &str, dest: &str) -> Self {
        self.kind = kind.into();
        self.sends("Sec-Fetch-Mode", mode).sends("Sec-Fetch-Dest", dest)
    }

    /// The browser keeps the answer from the page.
    pub(crate) fn blocked(mut self) -> Self {
        self.is_blocked = true;
        self
    }

    /// No answer comes.
    pub(crate) fn fails(mut self, error: &str) -> Self {
        self.status = 0;
        self.response.clear();
        self.error = Some(error.into());
        self
    }

    fn entry(&self, shape: Shape, number: usize) -> Value {
        let secret = |name: &str| {
            shape == Shape::ChromeSanitised
                && ["cookie", "set-cookie", "authorization"]
                    .contains(&name.to_ascii_lowercase().as_str())
        };
        let pairs = |headers: &[(String, String)]| {
            let kept = headers.iter().filter(|(name, _)| !secret(name));
            kept.map(|(name, value)| json!({ "name": name, "value": value })).collect::<Vec<_>>()
        };
        let location =
            self.response.iter().find(|(name, _)| name == "location").map(|(_, it)| it.clone());
        let is_chrome = matches!(shape, Shape::Chrome | Shape::ChromeSanitised);
        let status = if self.is_blocked && shape != Shape::Firefox { 0 } else { self.status };
        // What DevTools knows of a blocked answer beyond its status is from the network stack.
        let shown = if self.is_blocked && is_chrome { self.status } else { status };
        let error = match (&self.error, self.is_blocked) {
            (Some(error), _) if is_chrome => Some(error.clone()),
            (_, true) if is_chrome => Some("net::ERR_FAILED".into()),
            (_, true) if shape == Shape::Safari => Some("Load failed".into()),
            (Some(_), _) if shape == Shape::Safari => {
                Some("A server with the specified hostname could not be found.".into())
            }
            _ => None,
        };
        let response =
            if self.is_blocked && shape == Shape::Safari { vec![] } else { pairs(&self.response) };
        let mut entry = json!({
            "pageref": "page_1",
            "startedDateTime": format!("2026-11-20T10:00:{:02}.{:03}Z", number / 10, number % 10 * 100),
            "time": 12.5,
            "request": {
                "method": self.method, "url": self.url, "httpVersion": "HTTP/2",
                "headers": pairs(&self.request), "cookies": [], "queryString": [{ "name": "token", "value": "SECRET" }],
                "postData": { "mimeType": "application/json", "text": "{\"password\":\"SECRET\"}" },
            },
            "response": {
                "status": shown, "statusText": "", "headers": response, "cookies": [],
                "content": { "size": 2, "mimeType": self.body.0, "text": self.body.1 },
                "redirectURL": if self.is_blocked { String::new() } else { location.unwrap_or_default() },
            },
            "cache": {}, "timings": { "send": 0, "wait": 1, "receive": 1 },
        });
        if is_chrome {
            entry["_resourceType"] = json!(self.kind);
            entry["_initiator"] = json!({ "type": if self.kind == "preflight" { "preflight" } else { "script" }, "stack": { "callFrames": [{ "url": "https://cdn.example/app.js" }], "parent": { "callFrames": [] } } });
        }
        if shape == Shape::Safari {
            entry["_fetchType"] = json!("Network Load");
        }
        if let Some(error) = error {
            entry["response"]["_error"] = json!(error);
        }
        entry
    }
}

/// The file.
pub(crate) fn har(shape: Shape, page: &str, exchanges: &[Exchange]) -> String {
    let (creator, title) = match shape {
        Shape::Chrome | Shape::ChromeSanitised => {
            ("WebInspector", format!("{page}/?session=SECRET"))
        }
        Shape::Firefox => ("Firefox", "A page".to_owned()),
        Shape::Safari => ("WebKit Web Inspector", format!("{page}/")),
    };
    let kept = exchanges.iter().enumerate();
    // Safari's export has neither preflights nor the hops of a redirect but the last.
    let kept = kept.filter(|(number, it)| {
        let is_hop = it.response.iter().any(|(name, _)| name == "location")
            && exchanges
                .get(number + 1)
                .is_some_and(|next| next.kind != "preflight" && !it.is_blocked);
        shape != Shape::Safari || (it.kind != "preflight" && !is_hop)
    });
    let entries = kept.map(|(number, it)| it.entry(shape, number)).collect::<Vec<_>>();
    json!({ "log": {
        "version": "1.2", "creator": { "name": creator, "version": "1.0" },
        "pages": [{ "id": "page_1", "title": title, "startedDateTime": "2026-11-20T10:00:00.000Z", "pageTimings": {} }],
        "entries": entries,
    }})
    .to_string()
}

/// The console's text for one failure: Chrome's words after "CORS policy: ", Firefox's reason, Safari's line.
pub(crate) fn console(shape: Shape, url: &str, page: &str, words: (&str, &str, &str)) -> String {
    let (chrome, firefox, safari) = words;
    match shape {
        Shape::Chrome | Shape::ChromeSanitised if chrome.is_empty() => String::new(),
        Shape::Chrome | Shape::ChromeSanitised if chrome.contains(url) => chrome.to_owned(),
        Shape::Chrome | Shape::ChromeSanitised => format!(
            "Access to fetch at '{url}' from origin '{page}' has been blocked by CORS policy: {chrome}\napp.js:1  GET {url} net::ERR_FAILED\n"
        ),
        Shape::Firefox if firefox.is_empty() => String::new(),
        Shape::Firefox if firefox.contains(url) => firefox.to_owned(),
        Shape::Firefox => format!(
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at {url}. (Reason: {firefox}.\n"
        ),
        Shape::Safari if safari.is_empty() => String::new(),
        Shape::Safari => format!(
            "[Error] {safari}\n[Error] Fetch API cannot load {url} due to access control checks.\n"
        ),
    }
}
