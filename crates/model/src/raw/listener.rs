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
    /// Certificates that an authority such as Let's Encrypt issues and renews by itself (ACME), beside those of `tls`.
    #[serde(default)]
    pub(crate) acme: Field<Acme>,
    /// Plain HTTP that sends every visitor on to HTTPS, on any address. It also answers the authority's `http-01` challenges.
    #[serde(default)]
    pub(crate) redirect_https: Field<bool>,
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

/// Certificates that an authority issues and renews by itself (ACME). But for `names`, it says the same on every listener.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acme {
    /// The URL of the authority's directory; Let's Encrypt's when left out.
    #[serde(default)]
    pub(crate) directory: Field<String>,
    /// The e-mail address that the authority may write to.
    #[serde(default)]
    pub(crate) contact: Field<String>,
    /// Whether you agree to the authority's terms of service. It issues nothing otherwise.
    #[serde(default)]
    pub(crate) terms_of_service_agreed: Field<bool>,
    /// How the authority makes sure that a name is yours; `tls-alpn-01` when left out.
    #[serde(default)]
    pub(crate) challenge: Field<AcmeChallenge>,
    /// The names that get a certificate each. When left out: the login host and the hosts of `ingress` that have no `*` and
    /// that no certificate of `tls` covers.
    #[serde(default)]
    pub(crate) names: Field<Vec<Field<String>>>,
    /// PEM file of authorities that the directory's own certificate may stem from; the system's when left out.
    #[serde(default)]
    pub(crate) ca_pool: Field<String>,
}

/// How an authority makes sure that a name is yours.
#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
pub(crate) enum AcmeChallenge {
    /// It connects to port 443 of the name, which must lead to this listener.
    #[serde(rename = "tls-alpn-01")]
    TlsAlpn01,
    /// It asks port 80 of the name, which must lead to a listener without TLS, such as one with `redirect_https`.
    #[serde(rename = "http-01")]
    Http01,
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
