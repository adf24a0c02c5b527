//! `policies`, `groups` and the rules in them

use schemars::JsonSchema;
use serde::Deserialize;

use super::Field;
use super::selector::{
    EmailDomainValue, EmailValue, GroupValue, IpValue, Nothing, ServiceTokenValue,
};

/// Who gets in, or does not.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// A UUID; made and remembered when left out.
    #[serde(default)]
    pub(crate) id: Field<String>,
    /// The name, unique among policies.
    pub(crate) name: Field<String>,
    /// What it means to match.
    pub(crate) decision: Field<Decision>,
    /// One of these must match.
    pub(crate) include: Field<Vec<Field<Rule>>>,
    /// None of these may match.
    #[serde(default)]
    pub(crate) exclude: Field<Vec<Field<Rule>>>,
    /// All of these must match.
    #[serde(default)]
    pub(crate) require: Field<Vec<Field<Rule>>>,
    /// How long an application's session lasts for those it admits, `0s` to `730h`; the application's when left out.
    #[serde(default)]
    pub(crate) session_duration: Field<String>,
}

/// Rules under a name.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    /// A UUID; made and remembered when left out.
    #[serde(default)]
    pub(crate) id: Field<String>,
    /// The name, unique among groups.
    pub(crate) name: Field<String>,
    /// One of these must match.
    pub(crate) include: Field<Vec<Field<Rule>>>,
    /// None of these may match.
    #[serde(default)]
    pub(crate) exclude: Field<Vec<Field<Rule>>>,
    /// All of these must match.
    #[serde(default)]
    pub(crate) require: Field<Vec<Field<Rule>>>,
}

/// What it means to match a policy.
#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    /// Gets in after signing in.
    Allow,
    /// Is refused.
    Deny,
    /// Gets in unchecked.
    Bypass,
    /// Gets in without signing in: service tokens and addresses.
    NonIdentity,
}

/// One condition.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rule {
    /// Everybody.
    Everyone(Nothing),
    /// This e-mail address.
    Email(EmailValue),
    /// E-mail addresses of this domain, not of its subdomains.
    EmailDomain(EmailDomainValue),
    /// Visitors from this address or range.
    Ip(IpValue),
    /// Whoever matches this group.
    Group(GroupValue),
    /// This service token.
    ServiceToken(ServiceTokenValue),
    /// Any service token that is valid.
    AnyValidServiceToken(Nothing),
}
