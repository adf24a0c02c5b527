//! The origins of a policy, compiled: how long it takes to look one up does not depend on how many there are.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::Allowance;
use crate::{Origin, OriginPattern, RequestOrigin};

/// Which origins are allowed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Origins {
    all: bool,
    null: Null,
    /// As they are listed.
    entries: Vec<OriginPattern>,
    exact: HashSet<Origin, RandomState>,
    /// Entries with a wildcard, by the host that they name or the domain below which they name all.
    patterns: HashMap<Box<str>, Vec<Pattern>, RandomState>,
}

/// What `null` means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Null {
    /// It is not listed.
    Refused,
    /// It is an origin as any other.
    Listed,
    /// It is allowed to the gateway's own redirects alone.
    Bound,
}

/// What else must fit where the host does.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Pattern {
    subdomains: bool,
    scheme: Box<str>,
    /// `None` is any.
    port: Option<u16>,
}

impl Origins {
    pub(crate) fn new(all: bool) -> Self {
        Self {
            all,
            null: Null::Refused,
            entries: Vec::new(),
            exact: HashSet::default(),
            patterns: HashMap::default(),
        }
    }

    /// Adds `null`, for anybody or bound; false if it is there.
    pub(crate) fn insert_null(&mut self, bound: bool) -> bool {
        let null = if bound { Null::Bound } else { Null::Listed };
        std::mem::replace(&mut self.null, null) == Null::Refused
    }

    /// Adds an entry; false if it is there.
    pub(crate) fn insert(&mut self, entry: OriginPattern) -> bool {
        let is_new = match entry.exact() {
            Some(origin) => self.exact.insert(origin.clone()),
            None => {
                let pattern = Pattern {
                    subdomains: entry.domain().is_some(),
                    scheme: entry.example().scheme().into(),
                    port: (!entry.any_port()).then(|| entry.example().port()),
                };
                let host = entry.domain().unwrap_or_else(|| entry.example().host());
                let listed = self.patterns.entry(host.into()).or_default();
                let is_new = !listed.contains(&pattern);
                if is_new {
                    listed.push(pattern);
                }
                is_new
            }
        };
        if is_new {
            self.entries.push(entry);
        }
        is_new
    }

    pub(super) fn allowance(&self, origin: &RequestOrigin) -> Allowance {
        match origin {
            RequestOrigin::Null if self.null == Null::Listed => Allowance::NullListed,
            RequestOrigin::Tuple(origin) if self.exact.contains(origin) => Allowance::Listed,
            RequestOrigin::Tuple(origin) if self.fits_pattern(origin) => Allowance::Listed,
            RequestOrigin::Null | RequestOrigin::Tuple(_) if self.all => Allowance::All,
            RequestOrigin::Null | RequestOrigin::Tuple(_) => Allowance::Refused,
        }
    }

    /// Looks up the host, then each domain that it is below: as many look-ups as it has labels.
    fn fits_pattern(&self, origin: &Origin) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let host = origin.host();
        let domains = host.match_indices('.').filter_map(|(dot, _)| host.get(dot + 1..));
        std::iter::once((host, false)).chain(domains.map(|domain| (domain, true))).any(
            |(name, is_below)| {
                self.patterns.get(name).is_some_and(|patterns| {
                    patterns.iter().any(|pattern| pattern.fits(origin, is_below))
                })
            },
        )
    }

    pub(super) fn listed(&self) -> impl Iterator<Item = &OriginPattern> {
        self.entries.iter()
    }

    pub(super) const fn all(&self) -> bool {
        self.all
    }

    pub(super) const fn null(&self) -> Null {
        self.null
    }
}

impl Pattern {
    fn fits(&self, origin: &Origin, is_below: bool) -> bool {
        self.subdomains == is_below
            && *self.scheme == *origin.scheme()
            && self.port.is_none_or(|port| port == origin.port())
    }
}
