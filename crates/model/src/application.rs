//! An application: what is protected, by which policies, and how it answers across origins.

use std::collections::HashSet;
use std::time::Duration;

use crossgate_cors::Origin;
use crossgate_policy::PolicySet;
use http::HeaderName;

use crate::DomainPattern;

/// An application of the [`Snapshot`](crate::Snapshot): its settings and its remembered identity.
#[derive(Debug)]
pub struct Application {
    /// The id, a UUID.
    pub id: String,
    /// The audience tag of its tokens: 64 hex digits that never change.
    pub aud: String,
    /// What its cookies' names end in: nothing, or `-` and the first 8 digits of `aud` where several applications share
    /// a host.
    pub cookie_suffix: String,
    /// Everything the config says of it.
    pub settings: ApplicationSettings,
}

/// What the config says of an application.
#[derive(Clone, Debug)]
pub struct ApplicationSettings {
    /// The id, where the config gives one.
    pub id: Option<String>,
    /// The name, unique.
    pub name: String,
    /// What it covers; the first is its primary domain.
    pub domains: Vec<DomainPattern>,
    /// How long an application token lives.
    pub session_duration: Duration,
    /// Its policies in order.
    pub policies: PolicySet,
    /// Session durations that policies set for those they admit, by index into `policies`.
    pub policy_durations: Vec<Option<Duration>>,
    /// The CORS settings, compiled.
    pub cors: Option<crossgate_cors::Policy>,
    /// Preflights go to the upstream.
    pub options_preflight_bypass: bool,
    /// A refused preflight is answered so that the browser's console names the cause.
    pub cors_debug: bool,
    /// Preflights are judged and go to the upstream, whatever the judgement.
    pub cors_report_only: bool,
    /// How its cookies are set.
    pub cookies: CookieSettings,
    /// 401 instead of 403 where only service auth could let the visitor in.
    pub service_auth_401_redirect: bool,
    /// Other pages may frame it.
    pub allow_iframe: bool,
    /// Shown to somebody whom no policy admits.
    pub custom_deny_message: Option<String>,
    /// The one header that may carry a service token as JSON.
    pub read_service_tokens_from_header: Option<HeaderName>,
    /// What a fetch from an allowed origin gets without a session.
    pub unauthenticated_fetch: UnauthenticatedFetch,
    /// Origins that may send credentialed writes and WebSockets.
    pub trusted_origins: HashSet<Origin>,
    /// Path prefixes, by segment, where unsafe cross-site requests pass with the cookie.
    pub csrf_exempt_paths: Vec<String>,
    /// Other sites may load its resources without CORS.
    pub cross_site_embeds: bool,
    /// The upstream also gets the assertion in a cookie.
    pub forward_authorization_cookie: bool,
    /// Encoded slashes pass unchanged and never separate.
    pub preserve_encoded_slashes: bool,
}

/// How an application's cookies are set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieSettings {
    /// Hidden from scripts.
    pub http_only: bool,
    /// As set, or as the request-path page derives it from origins and sites.
    pub same_site: SameSite,
    /// The path they are scoped to; `/` unless `path_cookie_attribute`.
    pub path: String,
    /// A token cookie counts only beside its binding cookie.
    pub binding: bool,
}

/// The `SameSite` attribute (RFC 6265bis, section 4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Sent with same-site requests and top-level navigations.
    Lax,
    /// Sent with every request.
    None,
    /// Sent with same-site requests only.
    Strict,
}

/// What a fetch from an allowed origin gets without a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnauthenticatedFetch {
    /// A readable 401.
    Unauthorized,
    /// The two-site flow: a redirect that ends at the resource.
    Redirect,
}
