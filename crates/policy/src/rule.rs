//! One rule: a selector and its value.

use ipnet::IpNet;

use crate::{Domain, EmailAddress, GroupId, TokenRef};

/// A rule of a policy or group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Any service token that is valid.
    AnyValidServiceToken,
    /// One e-mail address.
    Email(EmailAddress),
    /// Every e-mail address of a domain.
    EmailDomain(Domain),
    /// Everybody.
    Everyone,
    /// Whoever a group matches.
    Group(GroupId),
    /// An address range.
    Ip(IpNet),
    /// One service token.
    ServiceToken(TokenRef),
}

impl Rule {
    /// The selector's name in the API.
    #[must_use]
    pub const fn selector(&self) -> &'static str {
        match self {
            Self::AnyValidServiceToken => "any_valid_service_token",
            Self::Email(_) => "email",
            Self::EmailDomain(_) => "email_domain",
            Self::Everyone => "everyone",
            Self::Group(_) => "group",
            Self::Ip(_) => "ip",
            Self::ServiceToken(_) => "service_token",
        }
    }

    /// Whether it asks who signed in, so that it says nothing before a sign-in.
    #[must_use]
    pub const fn needs_identity(&self) -> bool {
        matches!(self, Self::Email(_) | Self::EmailDomain(_))
    }
}
