//! The gateway's own pages and endpoints: signing in and out, the keys, who is signed in, errors, and the admin
//! listener's pages.
//!
//! What is decided about a sign-in is decided in `crossgate-login`; here is what that needs of the world: the store, mail,
//! randomness, cookies and HTML.
//!
//! Invariants: pages need no scripts and allow none but the two documents of `scripted.rs`, which show nothing or end
//! a window; every page forbids framing, and that one frame names who may; no page of the login host has CORS
//! headers; a code is used up on disk before it is acted on; nothing that is secret is logged.
//!
//! Entry points: [`Web::answer`] for decided requests, [`Web::endpoint`] for `/cdn-cgi/access/*`, [`Web::failure`] for
//! what broke, [`admin_router`], and [`Outbox`] with its [`Postman`] for mail.

mod admin;
mod answer;
mod authorized;
mod certs;
mod client;
mod cookies;
mod endpoint;
mod exchange;
mod frame;
mod identity;
mod mail;
mod page;
mod popup;
mod problem;
mod random;
mod scripted;
mod sign_in;
mod sign_out;
mod status;
#[cfg(test)]
mod testing;
mod throttled;
mod ticket;
mod words;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use crossgate_login::throttle::{Throttle, TooMany};
use crossgate_session::Sessions;

pub use admin::{AdminPages, NotReady, admin_router};
pub use cookies::team as team_cookie;
pub use mail::{Letter, MailError, Outbox, Postman};

/// The pages and endpoints of one gateway. Cheap to share behind an `Arc`.
pub struct Web {
    sessions: Arc<Sessions>,
    outbox: Outbox,
    brand: ArcSwap<String>,
    throttle: Mutex<Throttle>,
}

impl Web {
    /// The pages of the organization of this name, over these sessions, mailing through this outbox.
    #[must_use]
    pub fn new(sessions: Arc<Sessions>, outbox: Outbox, organization: &str) -> Self {
        let brand = ArcSwap::from_pointee(organization.to_owned());
        Self { sessions, outbox, brand, throttle: Mutex::default() }
    }

    /// Changes the organization's name, at a reload of the config.
    pub fn rename(&self, organization: &str) {
        self.brand.store(Arc::new(organization.to_owned()));
    }

    /// Counts a step of a sign-in.
    pub(crate) fn step_of_sign_in(&self, client: IpAddr, now: i64) -> Result<(), TooMany> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner).step(client, now)
    }

    pub(crate) const fn sessions(&self) -> &Arc<Sessions> {
        &self.sessions
    }

    pub(crate) fn brand(&self) -> Arc<String> {
        self.brand.load_full()
    }
}
