//! `mail`

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Field, SecretSource, TextOrMapping};

/// How one-time codes are mailed: by `smtp`, or into a `directory`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mail {
    /// The server: `smtp://HOST:587` (STARTTLS) or `smtps://HOST:465`.
    #[serde(default)]
    pub(crate) smtp: Field<TextOrMapping<SecretSource>>,
    /// Instead of a server: a directory that gets one `.eml` file a message, relative to the config.
    #[serde(default)]
    pub(crate) directory: Field<String>,
    /// The sender: an address, with a name in front perhaps.
    pub(crate) from: Field<String>,
    /// How `smtp://` is protected: `starttls` when left out, but to loopback, where it is `none`.
    #[serde(default)]
    pub(crate) tls: Field<MailTls>,
    /// What the server wants to know of us, if it does not stand in the URL.
    #[serde(default)]
    pub(crate) credentials: Field<Credentials>,
}

/// Protection of an SMTP connection.
#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MailTls {
    /// Not protected. Codes can be read on the way.
    None,
    /// STARTTLS, required.
    StartTls,
}

/// User name and password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The user name.
    pub(crate) username: Field<String>,
    /// The password.
    pub(crate) password: Field<TextOrMapping<SecretSource>>,
}
