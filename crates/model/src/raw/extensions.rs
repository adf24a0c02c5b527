//! `crossgate` of an application: what Access does not have

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;

/// Settings that Access does not have.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extensions {
    /// What a fetch from an allowed origin gets without a session; `unauthorized` when left out.
    #[serde(default)]
    pub(crate) unauthenticated_fetch: Field<UnauthenticatedFetch>,
    /// Origins that may send credentialed writes and WebSockets where the upstream owns CORS.
    #[serde(default)]
    pub(crate) trusted_origins: Field<Vec<Field<String>>>,
    /// Path prefixes where unsafe cross-site requests pass with the cookie: payment returns, SAML posts.
    #[serde(default)]
    pub(crate) csrf_exempt_paths: Field<Vec<Field<String>>>,
    /// Other sites may load this application's resources without CORS.
    #[serde(default)]
    pub(crate) cross_site_embeds: Field<bool>,
    /// The upstream also gets the assertion in a cookie named `CF_Authorization`.
    #[serde(default)]
    pub(crate) forward_authorization_cookie: Field<bool>,
    /// Encoded slashes pass unchanged, and never separate.
    #[serde(default)]
    pub(crate) preserve_encoded_slashes: Field<bool>,
    /// Who owns the CORS headers of actual responses; `origin` when left out.
    #[serde(default)]
    pub(crate) response_cors: Field<ResponseCors>,
    /// Response headers that pages may read, where the gateway owns the CORS headers of responses.
    #[serde(default)]
    pub(crate) exposed_headers: Field<Vec<Field<String>>>,
    /// A refused preflight is answered so that the browser's console names the real cause.
    #[serde(default)]
    pub(crate) cors_debug: Field<bool>,
    /// The CORS settings are evaluated and reported, and the upstream answers preflights.
    #[serde(default)]
    pub(crate) cors_report_only: Field<bool>,
    /// Dangerous: `null`, the origin of every sandboxed frame, may come with credentials.
    #[serde(default)]
    pub(crate) dangerously_allow_null_origin_with_credentials: Field<bool>,
    /// Dangerous: every page on the web may come with credentials.
    #[serde(default)]
    pub(crate) dangerously_allow_all_origins_with_credentials: Field<bool>,
    /// Dangerous: plain-http origins may come with credentials.
    #[serde(default)]
    pub(crate) dangerously_allow_insecure_origins: Field<bool>,
}

/// What a fetch from an allowed origin gets without a session.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnauthenticatedFetch {
    /// A 401 that the page can read.
    Unauthorized,
    /// A redirect through the login host that ends at the resource.
    Redirect,
}

/// Who owns the CORS headers of actual responses.
#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ResponseCors {
    /// The upstream: they pass byte for byte.
    Origin,
    /// The gateway: it removes the upstream's and writes what `cors_headers` say.
    Gateway,
}
