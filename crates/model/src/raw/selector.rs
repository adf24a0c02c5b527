//! What the selectors of rules are given

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;

/// Nothing: `{}`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// An e-mail address.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailValue {
    /// The address, in any case.
    pub(crate) email: Field<String>,
}

/// A domain of e-mail addresses.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailDomainValue {
    /// The domain, `acme.example`.
    pub(crate) domain: Field<String>,
}

/// Addresses of visitors.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IpValue {
    /// An address, or a range in CIDR notation.
    pub(crate) ip: Field<String>,
}

/// A group.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupValue {
    /// Its id or name.
    pub(crate) id: Field<String>,
}

/// A service token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceTokenValue {
    /// Its id or name.
    pub(crate) token_id: Field<String>,
}
