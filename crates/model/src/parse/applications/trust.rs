//! Whom an application trusts across origins, and what is odd about it

use std::collections::HashSet;

use crossgate_cors::{Origin, Policy, same_site};

use super::Applications;
use super::policies::ApplicationPolicies;
use crate::place::Place;
use crate::report::Finding;
use crate::{DomainPattern, PublicAddress, UnauthenticatedFetch, raw};

/// Whom an application trusts.
pub(super) struct Trust {
    pub(super) cors: Option<Policy>,
    pub(super) unauthenticated_fetch: UnauthenticatedFetch,
    pub(super) origins: HashSet<Origin>,
    pub(super) csrf_exempt_paths: Vec<String>,
    /// A trusted origin on another site than one of the application's hosts, and where it stands. All origins and
    /// `null` are on other sites.
    pub(super) cross_site: Vec<(String, Place)>,
    /// With `redirect`: the login host is on another site.
    pub(super) cross_site_login: bool,
}

impl Applications<'_, '_, '_> {
    pub(super) fn trust(
        &self,
        item: &raw::Application,
        domains: &[DomainPattern],
        policies: &ApplicationPolicies,
        place: &Place,
    ) -> Trust {
        let nothing = raw::Extensions::default();
        let extensions = item.crossgate.get().unwrap_or(&nothing);
        let cors = self.cors(item, place);
        let listed = self.trusted_origins(extensions, place);
        let unauthenticated_fetch = match extensions.unauthenticated_fetch.get() {
            Some(raw::UnauthenticatedFetch::Redirect) => UnauthenticatedFetch::Redirect,
            Some(raw::UnauthenticatedFetch::Unauthorized) | None => {
                UnauthenticatedFetch::Unauthorized
            }
        };
        if let Some(cors) = &cors {
            self.own_origins(item, domains, place);
            if !cors.allows_credentials() && policies.admits_people && !policies.is_open {
                self.context.report.add(&place.key("cors_headers"), without_credentials());
            }
        }
        let own = self.own_sites(domains);
        let is_elsewhere = |origin: &Origin| own.iter().any(|own| !same_site(own, origin));
        let mut cross_site = listed
            .iter()
            .filter(|(origin, _)| is_elsewhere(origin))
            .map(|(origin, place)| (origin.to_string(), place.clone()))
            .collect::<Vec<_>>();
        let csrf_exempt_paths = self.csrf_exempt_paths(extensions, place);
        let place = place.key("cors_headers");
        if let Some(cors) = cors.as_ref().filter(|cors| cors.allows_credentials()) {
            let origins = cors.origins().filter(|origin| is_elsewhere(origin.example()));
            cross_site
                .extend(origins.map(|it| (it.to_string(), place_of(item, it.as_str(), &place))));
            if cors.lists_null() {
                cross_site.push(("null".to_owned(), place_of(item, "null", &place)));
            }
            if cors.allows_all_origins() {
                cross_site.push(("all origins".to_owned(), place.key("allow_all_origins")));
            }
        }
        let login = self.auth_domain.and_then(|host| origin_at(self.public.first(), host.as_str()));
        let is_redirect = unauthenticated_fetch == UnauthenticatedFetch::Redirect;
        Trust {
            cors,
            unauthenticated_fetch,
            origins: listed.into_iter().map(|(origin, _)| origin).collect(),
            csrf_exempt_paths,
            cross_site,
            cross_site_login: is_redirect && login.as_ref().is_some_and(is_elsewhere),
        }
    }

    /// The origins of the application's hosts, a letter standing for each `*`.
    fn own_sites(&self, domains: &[DomainPattern]) -> Vec<Origin> {
        domains.iter().filter_map(|it| origin_at(self.public.first(), &it.host.example())).collect()
    }

    fn own_origins(&self, item: &raw::Application, domains: &[DomainPattern], place: &Place) {
        let Some(cors) = item.cors_headers.get() else { return };
        let exact = domains.iter().filter(|domain| domain.host.is_exact());
        let own = exact
            .flat_map(|domain| {
                self.public.iter().map(|it| origin_at(Some(it), domain.host.as_str()))
            })
            .flatten()
            .collect::<HashSet<_>>();
        let place = place.key("cors_headers").key("allowed_origins");
        for (index, text) in cors.allowed_origins.items() {
            if own.contains(text.as_bytes()) {
                let finding = Finding::warning(
                    "own-origin",
                    "this is the application's own origin, whose pages need no CORS",
                    "remove it",
                );
                self.context.report.add(&place.index(index), finding.value(text));
            }
        }
    }
}

fn origin_at(public: Option<&PublicAddress>, host: &str) -> Option<Origin> {
    let (scheme, port) =
        public.map_or(("https", 443), |public| (public.scheme.as_str(), public.port));
    Origin::new(scheme, host, port).ok()
}

/// Where an origin is listed.
fn place_of(item: &raw::Application, origin: &str, cors_headers: &Place) -> Place {
    let place = cors_headers.key("allowed_origins");
    let cors = item.cors_headers.get();
    let listed =
        cors.and_then(|cors| cors.allowed_origins.items().find(|(_, text)| *text == origin));
    listed.map_or_else(|| place.clone(), |(index, _)| place.index(index))
}

fn without_credentials() -> Finding {
    Finding::warning(
        "cors-without-credentials",
        "without `allow_credentials` no signed-in call can work: preflights are answered, and then the request comes \
         without its session",
        "add `allow_credentials: true`",
    )
}
