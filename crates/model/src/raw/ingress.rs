//! `ingress`

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Field, TextOrList};

/// Which upstream serves a host and path.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IngressRule {
    /// The host, `*` for any run of characters within a label; every host when left out.
    #[serde(default)]
    pub(crate) hostname: Field<String>,
    /// A path prefix, by whole segments; every path when left out.
    #[serde(default)]
    pub(crate) path: Field<String>,
    /// The upstream, `http://127.0.0.1:9001`, or several.
    pub(crate) service: Field<TextOrList>,
    /// How upstreams are spoken to.
    #[serde(default)]
    pub(crate) origin_request: Field<OriginRequest>,
}

/// How upstreams are spoken to.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OriginRequest {
    /// Certificate authorities to trust instead of the system's: a PEM file, relative to the config.
    #[serde(default)]
    pub(crate) ca_pool: Field<String>,
    /// The name expected in the upstream's certificate; the host of the URL when left out.
    #[serde(default)]
    pub(crate) server_name: Field<String>,
    /// The Host header sent to the upstream; the visitor's when left out.
    #[serde(default)]
    pub(crate) host_header: Field<String>,
    /// Speak HTTP/2 to the upstream.
    #[serde(default)]
    pub(crate) http2: Field<bool>,
    /// Longest wait for a connection; `5s` when left out.
    #[serde(default)]
    pub(crate) connect_timeout: Field<String>,
    /// Longest wait for a response to begin; `60s` when left out.
    #[serde(default)]
    pub(crate) response_timeout: Field<String>,
}
