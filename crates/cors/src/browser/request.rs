//! What a page asks for (Fetch, "request").

use http::{HeaderMap, Method};
use url::Url;

use crate::RequestOrigin;

/// A request as a page makes it, before the browser adds anything.
#[derive(Clone, Debug)]
pub struct FetchRequest {
    /// The origin of the page or frame; `Null` for a sandboxed one. Nothing for a person: a URL
    /// typed or a bookmark, which only a navigation can come from.
    pub initiator: Option<RequestOrigin>,
    /// The origin in the address bar of the tab that the page or frame is in. Of no account for
    /// a navigation of the tab itself.
    pub top_level: RequestOrigin,
    /// What is asked for.
    pub url: Url,
    /// In the case in which the page wrote it.
    pub method: Method,
    /// The headers that the page set, `Content-Type` of a body included.
    pub headers: HeaderMap,
    /// Mode.
    pub mode: Mode,
    /// Credentials mode.
    pub credentials: Credentials,
    /// Redirect mode.
    pub redirect: Redirect,
    /// Destination.
    pub destination: Destination,
    /// Whether there is a body.
    pub has_body: bool,
    /// Whether a preflight is wanted even for a safelisted request: an `XMLHttpRequest` with
    /// listeners on its upload ("use-CORS-preflight flag").
    pub use_cors_preflight: bool,
}

impl FetchRequest {
    /// A call of `fetch(url)` without options, by a page that is alone in its tab.
    pub fn fetch(page: RequestOrigin, url: Url) -> Self {
        Self {
            initiator: Some(page.clone()),
            top_level: page,
            url,
            method: Method::GET,
            headers: HeaderMap::new(),
            mode: Mode::Cors,
            credentials: Credentials::SameOrigin,
            redirect: Redirect::Follow,
            destination: Destination::Empty,
            has_body: false,
            use_cors_preflight: false,
        }
    }

    /// A navigation of the tab, by a link on a page or, without an initiator, by a person.
    pub fn navigation(initiator: Option<RequestOrigin>, url: Url) -> Self {
        Self {
            mode: Mode::Navigate,
            credentials: Credentials::Include,
            destination: Destination::Document,
            initiator: initiator.clone(),
            ..Self::fetch(initiator.unwrap_or(RequestOrigin::Null), url)
        }
    }

    /// What an element that loads something asks for. `crossorigin` is the value of its attribute
    /// of that name, as credentials: nothing where there is no such attribute.
    pub fn element(
        page: RequestOrigin,
        url: Url,
        destination: Destination,
        crossorigin: Option<Credentials>,
    ) -> Self {
        Self {
            mode: if crossorigin.is_some() { Mode::Cors } else { Mode::NoCors },
            credentials: crossorigin.unwrap_or(Credentials::Include),
            destination,
            ..Self::fetch(page, url)
        }
    }

    /// Whether this replaces what the tab shows.
    pub(super) const fn is_top_level_navigation(&self) -> bool {
        matches!((self.mode, self.destination), (Mode::Navigate, Destination::Document))
    }
}

/// Fetch, "mode".
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Mode {
    /// `cors`: what `fetch` does.
    Cors,
    /// `navigate`
    Navigate,
    /// `no-cors`: what plain elements do.
    NoCors,
    /// `same-origin`
    SameOrigin,
}

/// Fetch, "credentials mode".
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Credentials {
    /// `include`
    Include,
    /// `omit`
    Omit,
    /// `same-origin`: what `fetch` does.
    SameOrigin,
}

/// Fetch, "redirect mode".
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Redirect {
    /// `error`
    Error,
    /// `follow`: what `fetch` does.
    Follow,
    /// `manual`
    Manual,
}

/// Fetch, "destination": what the response is to be used as.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Destination {
    /// A page in a tab.
    Document,
    /// `fetch`, `XMLHttpRequest`, `EventSource`, beacons.
    Empty,
    /// A font.
    Font,
    /// A page in a frame.
    Iframe,
    /// A picture.
    Image,
    /// A web application manifest.
    Manifest,
    /// A script.
    Script,
    /// A style sheet.
    Style,
    /// Sound or video.
    Video,
}

impl Mode {
    /// As in `Sec-Fetch-Mode`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cors => "cors",
            Self::Navigate => "navigate",
            Self::NoCors => "no-cors",
            Self::SameOrigin => "same-origin",
        }
    }
}

impl Destination {
    /// As in `Sec-Fetch-Dest`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Empty => "empty",
            Self::Font => "font",
            Self::Iframe => "iframe",
            Self::Image => "image",
            Self::Manifest => "manifest",
            Self::Script => "script",
            Self::Style => "style",
            Self::Video => "video",
        }
    }
}
