//! The origins of a policy.

use std::collections::HashSet;

use super::Allowance;
use crate::{Origin, RequestOrigin};

/// Which origins are allowed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Origins {
    all: bool,
    listed: HashSet<Origin>,
    null: bool,
}

impl Origins {
    pub(crate) fn new(all: bool) -> Self {
        Self { all, listed: HashSet::new(), null: false }
    }

    /// Adds one; false if it is there.
    pub(crate) fn insert(&mut self, origin: RequestOrigin) -> bool {
        match origin {
            RequestOrigin::Null => !std::mem::replace(&mut self.null, true),
            RequestOrigin::Tuple(origin) => self.listed.insert(origin),
        }
    }

    pub(super) fn allowance(&self, origin: &RequestOrigin) -> Allowance {
        match origin {
            RequestOrigin::Null if self.null => Allowance::NullListed,
            RequestOrigin::Tuple(origin) if self.listed.contains(origin) => Allowance::Listed,
            RequestOrigin::Null | RequestOrigin::Tuple(_) if self.all => Allowance::All,
            RequestOrigin::Null | RequestOrigin::Tuple(_) => Allowance::Refused,
        }
    }

    pub(super) fn listed(&self) -> impl Iterator<Item = &Origin> {
        self.listed.iter()
    }

    pub(super) const fn all(&self) -> bool {
        self.all
    }

    pub(super) const fn null(&self) -> bool {
        self.null
    }
}
