//! Policies and groups as validated data.

use std::time::Duration;

use crate::Rule;

/// What a policy does with those that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// People who signed in pass.
    Allow,
    /// The gateway is switched off.
    Bypass,
    /// People are refused.
    Deny,
    /// Service auth: passes without identity.
    NonIdentity,
}

impl Decision {
    /// Reads the API's word for it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "allow" => Some(Self::Allow),
            "bypass" => Some(Self::Bypass),
            "deny" => Some(Self::Deny),
            "non_identity" => Some(Self::NonIdentity),
            _ => None,
        }
    }

    /// The API's word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Bypass => "bypass",
            Self::Deny => "deny",
            Self::NonIdentity => "non_identity",
        }
    }

    /// Whether it is judged before anybody signs in.
    #[must_use]
    pub const fn precedes_identity(self) -> bool {
        matches!(self, Self::Bypass | Self::NonIdentity)
    }
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its id, if it has one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub decision: Decision,
    /// One must match.
    pub include: Vec<Rule>,
    /// None may match.
    pub exclude: Vec<Rule>,
    /// Every one must match.
    pub require: Vec<Rule>,
    /// How long sessions last that it admits, if not as the application says.
    pub session_duration: Option<Duration>,
}

/// A group of rules that policies and other groups name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// One must match.
    pub include: Vec<Rule>,
    /// None may match.
    pub exclude: Vec<Rule>,
    /// Every one must match.
    pub require: Vec<Rule>,
}
