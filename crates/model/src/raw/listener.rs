//! `listeners` and `admin`

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;

/// A listener for visitors.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    /// Address and port, `[::]:443`.
    pub(crate) address: Field<String>,
    /// Certificates, chosen by the name that the browser asks for. Plain HTTP when left out: on loopback only, or with
    /// `public`.
    #[serde(default)]
    pub(crate) tls: Field<Vec<Field<Tls>>>,
    /// What browsers see, when a TLS proxy stands in front. Needs `trusted_proxies`.
    #[serde(default)]
    pub(crate) public: Field<Public>,
}

/// A certificate and its key. Paths are relative to the config.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// The certificate chain, PEM, leaf first.
    pub(crate) certificate: Field<String>,
    /// Its private key, PEM.
    pub(crate) private_key: Field<String>,
}

/// What browsers see of a listener.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Public {
    /// The scheme of public URLs.
    pub(crate) scheme: Field<PublicScheme>,
    /// Their port; the scheme's own when left out.
    #[serde(default)]
    pub(crate) port: Field<u16>,
}

/// The scheme of public URLs.
#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PublicScheme {
    /// Plain HTTP: for `localhost` names only.
    Http,
    /// HTTPS.
    Https,
}

/// The listener for operators.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Admin {
    /// Address and port; `127.0.0.1:8444` when left out.
    #[serde(default)]
    pub(crate) address: Field<String>,
    /// Other names that it may be called by.
    #[serde(default)]
    pub(crate) hostnames: Field<Vec<Field<String>>>,
}
