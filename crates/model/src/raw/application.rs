//! `applications`

use schemars::JsonSchema;
use serde::Deserialize;

use super::{CorsHeaders, Decision, Extensions, Field, Rule, TextOrMapping};

/// What is protected.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    /// A UUID; made and remembered when left out. Give it to rename an application without its tokens changing.
    #[serde(default)]
    pub(crate) id: Field<String>,
    /// The name, unique among applications.
    pub(crate) name: Field<String>,
    /// Its kind; `self_hosted` when left out.
    #[serde(default, rename = "type")]
    #[expect(dead_code, reason = "read so that other kinds are reported")]
    pub(crate) kind: Field<ApplicationType>,
    /// Its primary host and path: `api.acme.example/v1`.
    #[serde(default)]
    pub(crate) domain: Field<String>,
    /// Further hosts and paths.
    #[serde(default)]
    pub(crate) destinations: Field<Vec<Field<Destination>>>,
    /// How long a session lasts, `0s` to `730h`; `24h` when left out.
    #[serde(default)]
    pub(crate) session_duration: Field<String>,
    /// Identity providers, by id or name, that may be used; all when left out.
    #[serde(default)]
    pub(crate) allowed_idps: Field<Vec<Field<String>>>,
    /// Skip the choice of identity providers. Needs exactly one.
    #[serde(default)]
    pub(crate) auto_redirect_to_identity: Field<bool>,
    /// Policies by id or name, or written out.
    #[serde(default)]
    pub(crate) policies: Field<Vec<Field<TextOrMapping<PolicyEntry>>>>,
    /// Which pages of other origins may call it.
    #[serde(default)]
    pub(crate) cors_headers: Field<CorsHeaders>,
    /// Preflights go to the upstream.
    #[serde(default)]
    pub(crate) options_preflight_bypass: Field<bool>,
    /// Its cookies are hidden from scripts; on when left out.
    #[serde(default)]
    pub(crate) http_only_cookie_attribute: Field<bool>,
    /// With which requests of other sites its cookies go; derived from what is trusted when left out.
    #[serde(default)]
    pub(crate) same_site_cookie_attribute: Field<SameSite>,
    /// Its cookies are scoped to its path.
    #[serde(default)]
    pub(crate) path_cookie_attribute: Field<bool>,
    /// A session counts only in the browser that it was made for; on when left out.
    #[serde(default)]
    pub(crate) enable_binding_cookie: Field<bool>,
    /// 401 instead of 403 where only service tokens could get in.
    #[serde(default)]
    pub(crate) service_auth_401_redirect: Field<bool>,
    /// Other pages may frame it.
    #[serde(default)]
    pub(crate) allow_iframe: Field<bool>,
    /// Shown to somebody whom no policy admits.
    #[serde(default)]
    pub(crate) custom_deny_message: Field<String>,
    /// The one header that may carry a service token, as JSON.
    #[serde(default)]
    pub(crate) read_service_tokens_from_header: Field<String>,
    /// Settings that Access does not have.
    #[serde(default)]
    pub(crate) crossgate: Field<Extensions>,
}

/// The kinds of applications.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ApplicationType {
    /// A web application behind the gateway.
    SelfHosted,
}

/// A host and path of an application.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Destination {
    /// Its kind; `public` when left out.
    #[serde(default, rename = "type")]
    #[expect(dead_code, reason = "read so that other kinds are reported")]
    pub(crate) kind: Field<DestinationType>,
    /// Host and path.
    pub(crate) uri: Field<String>,
}

/// The kinds of destinations.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DestinationType {
    /// A public host and path.
    Public,
}

/// With which requests of other sites a cookie goes.
#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SameSite {
    /// With all.
    None,
    /// With top-level navigations.
    Lax,
    /// With none.
    Strict,
}

/// A policy of an application: `id` alone, or a policy written out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "ApplicationPolicy")]
pub(crate) struct PolicyEntry {
    /// The id or name of a policy under `policies`; or, of one written out, its UUID.
    #[serde(default)]
    pub(crate) id: Field<String>,
    /// Its place among the application's policies, from 1; on all of them or on none.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub(crate) precedence: Field<i64>,
    /// Written out: the name.
    #[serde(default)]
    pub(crate) name: Field<String>,
    /// Written out: what it means to match.
    #[serde(default)]
    pub(crate) decision: Field<Decision>,
    /// Written out: one of these must match.
    #[serde(default)]
    pub(crate) include: Field<Vec<Field<Rule>>>,
    /// Written out: none of these may match.
    #[serde(default)]
    pub(crate) exclude: Field<Vec<Field<Rule>>>,
    /// Written out: all of these must match.
    #[serde(default)]
    pub(crate) require: Field<Vec<Field<Rule>>>,
    /// Written out: how long an application's session lasts for those it admits.
    #[serde(default)]
    pub(crate) session_duration: Field<String>,
}
