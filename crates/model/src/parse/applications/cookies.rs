//! How an application's cookies are set

use super::Applications;
use super::trust::Trust;
use crate::place::Place;
use crate::report::Finding;
use crate::{CookieSettings, DomainPattern, SameSite, raw};

impl Applications<'_, '_, '_> {
    pub(super) fn cookies(
        &self,
        item: &raw::Application,
        domains: &[DomainPattern],
        trust: &Trust,
        place: &Place,
    ) -> CookieSettings {
        CookieSettings {
            http_only: item.http_only_cookie_attribute.or(true),
            same_site: self.same_site(item, trust, place),
            path: self.cookie_path(item, domains, place),
            binding: item.enable_binding_cookie.or(true),
        }
    }

    fn same_site(&self, item: &raw::Application, trust: &Trust, place: &Place) -> SameSite {
        if trust.cross_site_login {
            let finding = Finding::warning(
                "login-host-cross-site",
                "the login host is on another site than the application, so the flow of `redirect` fails wherever \
                 browsers block third-party cookies",
                "use an `auth_domain` below the application's registrable domain, or `unauthorized`",
            );
            let place = place.key("crossgate").key("unauthenticated_fetch");
            self.context.report.add(&place, finding.value("redirect"));
        }
        let written = match item.same_site_cookie_attribute.get() {
            Some(raw::SameSite::None) => return SameSite::None,
            Some(raw::SameSite::Lax) => SameSite::Lax,
            Some(raw::SameSite::Strict) => SameSite::Strict,
            None => return derived(item, trust),
        };
        for (origin, place) in &trust.cross_site {
            let finding = Finding::warning(
                "same-site-cookie",
                format!(
                    "{origin} is on another site than the application, and `same_site_cookie_attribute` keeps the \
                         session from going along with its calls"
                ),
                "remove `same_site_cookie_attribute`: it is derived from what is trusted",
            );
            self.context.report.add(place, finding.value(origin));
        }
        written
    }

    fn cookie_path(
        &self,
        item: &raw::Application,
        domains: &[DomainPattern],
        place: &Place,
    ) -> String {
        let root = "/".to_owned();
        if !item.path_cookie_attribute.or(false) {
            return root;
        }
        let Some(first) = domains.first() else { return root };
        let is_same = domains.iter().all(|domain| domain.path == first.path);
        let message = match first.path.as_str() {
            "" if is_same => return root,
            path if is_same && !path.contains('*') => return path.to_owned(),
            _ if is_same => "a cookie's path has no `*`",
            _ => "a cookie has one path, and the application covers several",
        };
        let fix = "remove `path_cookie_attribute`, or give the application one path without `*`";
        let finding = Finding::error("cookie-path-ambiguous", message, fix);
        self.context.report.add(&place.key("path_cookie_attribute"), finding.value(true));
        root
    }
}

/// `none` where something that is trusted would otherwise fail, else `lax`.
fn derived(item: &raw::Application, trust: &Trust) -> SameSite {
    let embeds =
        item.crossgate.get().is_some_and(|extensions| extensions.cross_site_embeds.or(false));
    let crosses = embeds
        || trust.cross_site_login
        || !trust.cross_site.is_empty()
        || !trust.csrf_exempt_paths.is_empty();
    if crosses { SameSite::None } else { SameSite::Lax }
}
