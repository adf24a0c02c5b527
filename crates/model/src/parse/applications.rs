//! `applications`

mod cookies;
mod cors;
mod domains;
mod extensions;
mod policies;
mod trust;

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use crossgate_policy::PolicySet;
use http::HeaderName;

use super::Context;
use super::basics::{DAY, MONTH};
use super::groups::Groups;
use super::identity::Provider;
use super::names::Taken;
use super::policies::Policies;
use crate::place::Place;
use crate::report::Finding;
use crate::{ApplicationSettings, Host, PublicAddress, ServiceToken, raw};

/// What applications are checked against.
pub(super) struct Applications<'a, 'c, 't> {
    pub(super) context: &'a Context<'c, 't>,
    pub(super) session_duration: Duration,
    pub(super) auth_domain: Option<&'a Host>,
    pub(super) public: Vec<PublicAddress>,
    pub(super) providers: &'a [Provider],
    pub(super) policies: &'a Policies,
    pub(super) groups: &'a Groups,
    pub(super) tokens: &'a [ServiceToken],
    /// Compiled policies by their names: many applications have the same ones.
    pub(super) compiled: RefCell<HashMap<Vec<String>, PolicySet>>,
}

/// An application, and what later checks need of it.
pub(super) struct Parsed {
    pub(super) settings: ApplicationSettings,
    pub(super) place: Place,
    /// Where its domains stand, in their order.
    pub(super) domain_places: Vec<Place>,
    /// Somebody may get in by signing in.
    pub(super) admits_people: bool,
}

impl Applications<'_, '_, '_> {
    pub(super) fn parse(&self, raw: &raw::Config) -> Vec<Parsed> {
        let place = Place::default().key("applications");
        let mut taken = Taken::default();
        let items = raw.applications.items();
        items
            .filter_map(|(index, item)| self.application(item, place.index(index), &mut taken))
            .collect()
    }

    fn application(
        &self,
        item: &raw::Application,
        place: Place,
        taken: &mut Taken,
    ) -> Option<Parsed> {
        let context = self.context;
        let id = context.id(&item.id, &place, taken);
        let name = context.unique_name(&item.name, &place, taken);
        let (domains, domain_places) = self.domains(item, &place);
        self.identity_providers(item, &place);
        let session_duration = self.session_duration(item, &place);
        let policies = self.application_policies(item, &place);
        let trust = self.trust(item, &domains, &policies, &place);
        let cookies = self.cookies(item, &domains, &trust, &place);
        let custom_deny_message = item.custom_deny_message.text().map(str::to_owned);
        let read_service_tokens_from_header = self.token_header(item, &place);
        let nothing = raw::Extensions::default();
        let extensions = item.crossgate.get().unwrap_or(&nothing);
        let settings = ApplicationSettings {
            id,
            name: name?,
            domains,
            session_duration,
            policies: policies.set?,
            policy_durations: policies.durations,
            cors: trust.cors,
            options_preflight_bypass: item.options_preflight_bypass.or(false),
            cors_debug: extensions.cors_debug.or(false),
            cors_report_only: extensions.cors_report_only.or(false),
            cookies,
            service_auth_401_redirect: item.service_auth_401_redirect.or(false),
            allow_iframe: item.allow_iframe.or(false),
            custom_deny_message,
            read_service_tokens_from_header,
            unauthenticated_fetch: trust.unauthenticated_fetch,
            trusted_origins: trust.origins,
            csrf_exempt_paths: trust.csrf_exempt_paths,
            cross_site_embeds: extensions.cross_site_embeds.or(false),
            forward_authorization_cookie: extensions.forward_authorization_cookie.or(false),
            preserve_encoded_slashes: extensions.preserve_encoded_slashes.or(false),
        };
        Some(Parsed { settings, place, domain_places, admits_people: policies.admits_people })
    }

    fn session_duration(&self, item: &raw::Application, place: &Place) -> Duration {
        let place = place.key("session_duration");
        let range = Duration::ZERO..=MONTH;
        let Some(found) = self.context.duration(&item.session_duration, &place, range) else {
            return DAY;
        };
        if found > self.session_duration {
            let finding = Finding::warning(
                "session-longer-than-global",
                "the application's session is longer than the sign-in that it comes from, which ends it",
                "shorten it, or lengthen `organization.session_duration`",
            );
            self.context
                .report
                .add(&place, finding.value(item.session_duration.text().unwrap_or_default()));
        }
        found
    }

    fn identity_providers(&self, item: &raw::Application, place: &Place) {
        let list = place.key("allowed_idps");
        for (index, reference) in item.allowed_idps.items() {
            let is_it = |provider: &Provider| {
                provider.name == *reference
                    || provider.id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(reference))
            };
            if !self.providers.iter().any(is_it) {
                let message =
                    format!("there is no identity provider with the id or name `{reference}`");
                let names = self.providers.iter().map(|provider| provider.name.as_str());
                let fix = self.context.suggest(reference, names, "`identity_providers`");
                let finding = Finding::error("unknown-identity-provider", message, fix);
                self.context.report.add(&list.index(index), finding.value(reference));
            }
        }
        let allowed = match item.allowed_idps.get() {
            Some(list) if !list.is_empty() => list.len(),
            _ => self.providers.len(),
        };
        if item.auto_redirect_to_identity.or(false) && allowed != 1 {
            let finding = Finding::error(
                "auto-redirect-needs-one-provider",
                format!("the choice of identity providers cannot be skipped: there are {allowed}"),
                "list one in `allowed_idps`, or remove `auto_redirect_to_identity`",
            );
            self.context.report.add(&place.key("auto_redirect_to_identity"), finding.value(true));
        }
    }

    fn token_header(&self, item: &raw::Application, place: &Place) -> Option<HeaderName> {
        let text = item.read_service_tokens_from_header.text()?;
        let place = place.key("read_service_tokens_from_header");
        let (message, fix) = match HeaderName::from_bytes(text.as_bytes()) {
            Ok(name) if !is_taken(&name) => return Some(name),
            Ok(_) => (
                "the header has a meaning of its own",
                "choose another, such as `Authorization` or `X-Service-Token`",
            ),
            Err(_) => ("this is not the name of a header", "write a name such as `Authorization`"),
        };
        let finding = Finding::error("invalid-token-header", message, fix).value(text);
        self.context.report.add(&place, finding);
        None
    }
}

/// Headers that browsers, HTTP or the gateway itself need.
fn is_taken(name: &HeaderName) -> bool {
    let name = name.as_str();
    let prefixes =
        ["access-control-", "cf-access-", "content-", "if-", "proxy-", "sec-", "x-forwarded-"];
    let names = [
        "accept",
        "connection",
        "cookie",
        "date",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "origin",
        "range",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "vary",
        "via",
        "x-request-id",
        "x-requested-with",
    ];
    names.contains(&name) || prefixes.iter().any(|prefix| name.starts_with(prefix))
}
