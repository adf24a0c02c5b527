//! What a browser does with a request of a page: the Fetch standard as Chromium and Firefox carry
//! it out, without a network and without a clock.
//!
//! [`Exchange::begin`] takes a [`Browser`] and a [`FetchRequest`] and says what to send first. The
//! driver sends it (to a real server, to a gateway in the same process, to a recording), hands
//! the [`Answer`] to [`Exchange::receive`], and so on until [`Step::Done`]. Every [`Hop`] is kept,
//! with the check that decided it and the [`Rule`] of the standard.
//!
//! The model is held to what the two engines do, by several hundred scenarios that run in both.
//! Where an engine leaves the standard, [`Engine`] says so in a method of its own.
//!
//! Not modelled: service workers, HTTP caches, HTTP authentication, Content Security Policy,
//! `Cross-Origin-Embedder-Policy`, Local Network Access, Opaque Response Blocking, storage access
//! granted to a frame, and schemes other than `http` and `https`.

mod check;
mod cookies;
mod engine;
mod exchange;
mod fetch_metadata;
mod header_list;
mod hop;
mod outcome;
mod preflight;
mod preflight_cache;
mod redirect;
mod request;
mod resource_policy;
mod rule;
mod sending;
#[cfg(test)]
mod tests;

pub use check::cors_check;
pub use cookies::{Cookie, CookieJar, Partition, SameSite};
pub use engine::{Engine, ThirdPartyCookies};
pub use exchange::{Exchange, Step};
pub use hop::{Answer, Check, Hop, Received, SentKind, SentRequest};
pub use outcome::{Outcome, OutcomeKind, Reason};
pub use preflight::preflight_check;
pub use preflight_cache::PreflightCache;
pub use request::{Credentials, Destination, FetchRequest, Mode, Redirect};
pub use rule::Rule;

use url::Url;

use crate::site::schemelessly_same_site;
use crate::{Origin, RequestOrigin};

/// A browser profile: its engine, its settings, and what it remembers.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Whose rules apply where engines differ.
    pub engine: Engine,
    /// What becomes of cookies of other sites than the one in the address bar.
    pub third_party_cookies: ThirdPartyCookies,
    /// The cookies it has.
    pub cookies: CookieJar,
    /// The preflights it need not send again.
    pub preflights: PreflightCache,
}

impl Browser {
    /// A fresh profile of an engine as it is delivered: Chromium with third-party cookies
    /// allowed, Firefox with third-party cookies partitioned.
    pub fn new(engine: Engine) -> Self {
        let third_party_cookies = match engine {
            Engine::Chromium => ThirdPartyCookies::Allowed,
            Engine::Firefox => ThirdPartyCookies::Partitioned,
        };
        Self {
            engine,
            third_party_cookies,
            cookies: CookieJar::default(),
            preflights: PreflightCache::default(),
        }
    }

    /// The same with another setting for third-party cookies.
    #[must_use]
    pub const fn with_third_party_cookies(mut self, setting: ThirdPartyCookies) -> Self {
        self.third_party_cookies = setting;
        self
    }
}

/// The origin of a URL (URL standard, "origin"); `null` for schemes without one, and for host
/// names that [`Origin`] does not take.
fn origin_of(url: &Url) -> RequestOrigin {
    let port = url.port_or_known_default().unwrap_or(0);
    let tuple = matches!(url.scheme(), "http" | "https")
        .then(|| url.host_str())
        .flatten()
        .and_then(|host| Origin::new(url.scheme(), host, port).ok());
    tuple.map_or(RequestOrigin::Null, RequestOrigin::Tuple)
}

/// Whether two origins are the same tuple; two opaque ones count as different.
fn same_origin(one: &RequestOrigin, other: &RequestOrigin) -> bool {
    one.tuple().is_some() && one == other
}

/// Whether two origins are of one site, as the engine sees it; an opaque one is of none.
fn same_site(engine: Engine, one: &RequestOrigin, other: &RequestOrigin) -> bool {
    match (one.tuple(), other.tuple()) {
        (Some(one), Some(other)) if engine.sites_ignore_schemes() => {
            schemelessly_same_site(one, other)
        }
        (Some(one), Some(other)) => crate::same_site(one, other),
        _ => false,
    }
}
