//! Which cookies a request may have, and set.

use url::Url;

use super::super::{Browser, Engine, FetchRequest, ThirdPartyCookies, origin_of, same_site};
use super::SameSite;
use crate::{RequestOrigin, Site};

/// What one request may do with cookies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Access {
    engine: Engine,
    relation: Relation,
    /// Whether the common jar is open.
    common: bool,
    /// The jar of the top-level site; nothing where that has none.
    partition: Option<Site>,
    /// Whether cookies without `Partitioned` go to the partition.
    all_partitioned: bool,
}

/// RFC 6265bis, "same-site" and "cross-site" requests.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Relation {
    SameSite,
    /// A cross-site navigation of the tab, by a safe method.
    TopLevelNavigation,
    CrossSite,
}

impl Access {
    /// For a request to `url`, the last of the chain.
    pub(in super::super) fn of(browser: &Browser, request: &FetchRequest, url: &Url) -> Self {
        let target = origin_of(url);
        let top_level_navigation = request.is_top_level_navigation();
        let top_level = if top_level_navigation { &target } else { &request.top_level };
        let third_party = !is_first_party(request, top_level, &target);
        let related = request.initiator.as_ref().is_none_or(|page| same_site(page, &target));
        let relation = if related && !third_party {
            Relation::SameSite
        } else if top_level_navigation && request.method.is_safe() {
            Relation::TopLevelNavigation
        } else {
            Relation::CrossSite
        };
        let setting = browser.third_party_cookies;
        Self {
            engine: browser.engine,
            relation,
            common: !third_party || setting == ThirdPartyCookies::Allowed,
            partition: top_level.tuple().map(Site::of),
            all_partitioned: third_party && setting == ThirdPartyCookies::Partitioned,
        }
    }

    /// Whether cookies of this jar are sent.
    pub(super) fn reads_jar(&self, partition: Option<&Site>) -> bool {
        match partition {
            None => self.common,
            Some(site) => self.partition.as_ref() == Some(site),
        }
    }

    /// The jar that a cookie is written to; nothing where it is not stored.
    pub(super) fn writes_jar(&self, partitioned: bool) -> Option<Option<Site>> {
        if partitioned || self.all_partitioned {
            return self.partition.clone().map(Some);
        }
        self.common.then_some(None)
    }

    /// Whether a cookie with this attribute is sent.
    pub(super) fn sends(&self, same_site: SameSite) -> bool {
        match (self.relation, self.effective(same_site)) {
            (Relation::SameSite, _) | (_, SameSite::None) => true,
            (Relation::TopLevelNavigation, mode) => mode == SameSite::Lax,
            (Relation::CrossSite, _) => false,
        }
    }

    /// Whether a cookie with this attribute is stored.
    pub(super) fn stores(&self, same_site: SameSite, secure: bool) -> bool {
        if same_site == SameSite::None && !secure && self.engine.same_site_none_needs_secure() {
            return false;
        }
        // What the tab itself navigates to is first party, wherever it came from.
        self.relation != Relation::CrossSite || self.effective(same_site) == SameSite::None
    }

    fn effective(&self, same_site: SameSite) -> SameSite {
        match same_site {
            SameSite::Unspecified if self.engine.same_site_is_lax_by_default() => SameSite::Lax,
            SameSite::Unspecified => SameSite::None,
            explicit => explicit,
        }
    }
}

/// Whether page, tab and target are one party. A sandboxed frame is no party's.
fn is_first_party(
    request: &FetchRequest,
    top_level: &RequestOrigin,
    target: &RequestOrigin,
) -> bool {
    let page_is_first_party = request.is_top_level_navigation()
        || request.initiator.as_ref().is_none_or(|page| same_site(page, top_level));
    page_is_first_party && same_site(top_level, target)
}
