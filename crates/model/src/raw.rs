//! Resources as the config file spells them. serde reads nothing but these types, and nothing else uses them.
//!
//! Doc comments here are the descriptions in the JSON Schema.

mod application;
mod cors_headers;
mod extensions;
mod field;
mod ingress;
mod listener;
mod mail;
mod organization;
mod policy;
mod provider;
mod secret;
mod selector;
mod service_token;
mod shape;

pub(crate) use application::{Application, PolicyEntry, SameSite};
pub(crate) use cors_headers::CorsHeaders;
pub(crate) use extensions::{Extensions, ResponseCors, UnauthenticatedFetch};
pub(crate) use field::Field;
pub(crate) use ingress::{IngressRule, OriginRequest};
pub(crate) use listener::{Acme, AcmeChallenge, Admin, Listener, Public, PublicScheme};
pub(crate) use mail::{Mail, MailTls};
pub(crate) use organization::Organization;
pub(crate) use policy::{Decision, Group, Policy, Rule};
pub(crate) use provider::IdentityProvider;
pub(crate) use secret::SecretSource;
pub(crate) use service_token::ServiceToken;
pub(crate) use shape::{SHAPE, TextOrList, TextOrMapping};

use schemars::JsonSchema;
use serde::Deserialize;

/// Configuration of a Crossgate gateway.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The organization, and where people sign in.
    pub(crate) organization: Field<Organization>,
    /// Where the gateway listens. The public address of the first is that of redirects and tokens.
    pub(crate) listeners: Field<Vec<Field<Listener>>>,
    /// The listener for operators.
    #[serde(default)]
    pub(crate) admin: Field<Admin>,
    /// What lasts: `sqlite:FILE`, relative to this file. `sqlite:crossgate.db` when left out.
    #[serde(default)]
    pub(crate) store: Field<String>,
    /// Encrypts secrets in the store: 32 bytes as 64 hexadecimal digits or in base64.
    #[serde(default)]
    pub(crate) store_encryption_key: Field<TextOrMapping<SecretSource>>,
    /// How one-time codes are mailed.
    #[serde(default)]
    pub(crate) mail: Field<Mail>,
    /// Addresses and ranges (CIDR) whose `X-Forwarded-For` counts; nobody's when left out.
    #[serde(default)]
    pub(crate) trusted_proxies: Field<Vec<Field<String>>>,
    /// How people sign in.
    #[serde(default)]
    pub(crate) identity_providers: Field<Vec<Field<IdentityProvider>>>,
    /// Which upstream serves which host and path. The first rule that matches counts.
    #[serde(default)]
    pub(crate) ingress: Field<Vec<Field<IngressRule>>>,
    /// Rules under a name, for use in policies.
    #[serde(default)]
    pub(crate) groups: Field<Vec<Field<Group>>>,
    /// Policies that applications refer to.
    #[serde(default)]
    pub(crate) policies: Field<Vec<Field<Policy>>>,
    /// Credentials for machines. Their secrets are made by `crossgate service-token create`.
    #[serde(default)]
    pub(crate) service_tokens: Field<Vec<Field<ServiceToken>>>,
    /// What is protected.
    #[serde(default)]
    pub(crate) applications: Field<Vec<Field<Application>>>,
}
