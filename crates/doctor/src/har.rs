//! HAR files (HAR 1.2): read as a stream, in bounded memory, without their secrets.

mod body;
mod cookies;
mod entry;
mod headers;
mod lenient;
mod raw;
mod read;
mod source;

use std::collections::HashMap;

use crossgate_cors::Origin;
use serde::Serialize;

pub(crate) use body::Body;
pub(crate) use cookies::{SameSite, SentCookie, SetCookie};
pub(crate) use entry::Entry;
pub(crate) use headers::Headers;
pub use read::ReadError;

/// Whose rules decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Chrome, Chromium, Edge.
    Chromium,
    /// Firefox.
    Firefox,
    /// Safari.
    Webkit,
    /// A proxy's recording, or a browser that does not say.
    #[default]
    Unknown,
}

/// A recording: what a diagnosis needs of it. There are no cookie values, tokens, queries or bodies in it.
#[derive(Debug, Default)]
pub struct Har {
    pub(crate) engine: Engine,
    pub(crate) creator: String,
    pub(crate) entries: Vec<Entry>,
    /// The origins of the pages, by their ids.
    pub(crate) pages: HashMap<String, Origin>,
    pub(crate) notes: Vec<String>,
}

impl Har {
    /// The browser that recorded it.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// The program that wrote it, with its version.
    pub fn creator(&self) -> &str {
        &self.creator
    }

    /// How many exchanges were read.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether cookies can be seen in it. Chrome leaves them out unless told otherwise, and then the absence of a cookie means
    /// nothing.
    pub fn shows_cookies(&self) -> bool {
        let is_seen = |entry: &Entry| {
            !entry.sent_cookies.is_empty()
                || !entry.set_cookies.is_empty()
                || entry.request.has("authorization")
        };
        self.engine == Engine::Firefox || self.entries.iter().any(is_seen)
    }
}
