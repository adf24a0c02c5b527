//! Fetch, "CORS-preflight cache", as each engine keeps it.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::ACCESS_CONTROL_MAX_AGE;
use url::Url;

use super::preflight::{Grant, Needs};
use super::{Credentials, Engine, header_list};
use crate::Site;

/// Where the server says nothing.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(5);

/// The answers to preflights that a browser remembers, the oldest first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PreflightCache {
    entries: Vec<Entry>,
}

/// What an answer is remembered under.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Key {
    /// The site in the address bar.
    pub(super) partition: Option<Site>,
    /// The origin of the page.
    pub(super) origin: Box<str>,
    /// The URL without its fragment.
    pub(super) url: Url,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Entry {
    key: Key,
    with_credentials: bool,
    methods: Vec<(Box<str>, SystemTime)>,
    headers: Vec<(Box<str>, SystemTime)>,
}

impl PreflightCache {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Whether what is remembered allows a request, so that no preflight is sent. Chromium drops
    /// an answer that does not.
    pub(super) fn covers(
        &mut self,
        engine: Engine,
        key: &Key,
        credentials: Credentials,
        needs: &Needs,
        now: SystemTime,
    ) -> bool {
        let include = credentials == Credentials::Include;
        let Some(at) = self.position(engine, key, include) else { return false };
        let covered = self.entries.get(at).is_some_and(|entry| {
            (entry.with_credentials || !include)
                && needs.remembered_by(engine, credentials, &entry.grant(now))
                && (engine != Engine::Chromium || entry.is_alive(now))
        });
        if !covered && engine == Engine::Chromium {
            self.entries.remove(at);
        }
        covered
    }

    /// Remembers an answer for as long as it says and the engine lets it.
    pub(super) fn remember(
        &mut self,
        engine: Engine,
        key: Key,
        credentials: Credentials,
        grant: Grant,
        headers: &HeaderMap,
        now: SystemTime,
    ) {
        let include = credentials == Credentials::Include;
        let age = max_age(engine, headers);
        let Some(end) = now.checked_add(age).filter(|_| !age.is_zero()) else { return };
        let dated = |names: Vec<Box<str>>| names.into_iter().map(|name| (name, end)).collect();
        let mut fresh = Entry {
            key,
            with_credentials: include,
            methods: dated(grant.methods),
            headers: dated(grant.headers),
        };
        if let Some(at) = self.position(engine, &fresh.key, include) {
            let old = self.entries.remove(at);
            if engine == Engine::Firefox {
                fresh.add(old, now);
            }
        }
        if self.entries.len() >= engine.preflight_cache_size() {
            self.entries.remove(0);
        }
        self.entries.push(fresh);
    }

    /// Forgets what is known of a URL, after a preflight there failed.
    pub(super) fn forget(&mut self, key: &Key) {
        self.entries.retain(|entry| entry.key.origin != key.origin || entry.key.url != key.url);
    }

    /// Firefox keeps answers with and without credentials apart; Chromium keeps the last.
    fn position(&self, engine: Engine, key: &Key, include: bool) -> Option<usize> {
        self.entries.iter().position(|entry| {
            entry.key == *key && (engine == Engine::Chromium || entry.with_credentials == include)
        })
    }
}

impl Entry {
    fn grant(&self, now: SystemTime) -> Grant {
        let alive = |names: &[(Box<str>, SystemTime)]| {
            names.iter().filter(|(_, end)| *end > now).map(|(name, _)| name.clone()).collect()
        };
        Grant { methods: alive(&self.methods), headers: alive(&self.headers) }
    }

    fn is_alive(&self, now: SystemTime) -> bool {
        self.methods.iter().chain(&self.headers).all(|(_, end)| *end > now)
    }

    fn add(&mut self, old: Self, now: SystemTime) {
        for (list, old) in [(&mut self.methods, old.methods), (&mut self.headers, old.headers)] {
            for (name, end) in old {
                if end > now && !list.iter().any(|(known, _)| *known == name) {
                    list.push((name, end));
                }
            }
        }
    }
}

/// How long an answer is good for; zero where it is not to be remembered.
fn max_age(engine: Engine, headers: &HeaderMap) -> Duration {
    let Some(value) = header_list::combined(headers, &ACCESS_CONTROL_MAX_AGE) else {
        return DEFAULT_MAX_AGE;
    };
    let seconds = match engine {
        Engine::Chromium => match value.parse::<i64>() {
            Ok(seconds) => u64::try_from(seconds).unwrap_or(0),
            Err(_) => return DEFAULT_MAX_AGE,
        },
        Engine::Firefox if value.is_empty() => return DEFAULT_MAX_AGE,
        Engine::Firefox if value.bytes().all(|byte| byte.is_ascii_digit()) => {
            value.parse().unwrap_or(u64::MAX)
        }
        Engine::Firefox => 0,
    };
    Duration::from_secs(seconds).min(engine.longest_max_age())
}
