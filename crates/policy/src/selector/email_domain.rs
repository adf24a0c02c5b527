//! `email_domain`: every address of a domain.

use std::fmt;

use crate::certainty::Certainty;
use crate::selector::Values;

/// A domain in lower case, without a leading `@`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Domain(Box<str>);

/// A text that is no domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a domain is written acme.example: letters, digits and hyphens between dots")]
pub struct DomainError;

impl Domain {
    /// Reads `acme.example` or `@acme.example`. Sub-domains are other domains.
    ///
    /// # Errors
    /// Whatever is no host name; wildcards too.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let name = text.strip_prefix('@').unwrap_or(text);
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if name.len() > 253 || !name.split('.').all(label) {
            return Err(DomainError);
        }
        Ok(Self(name.to_ascii_lowercase().into()))
    }

    /// The domain.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Any number of domains.
#[derive(Clone, Debug, Default)]
pub(crate) struct Domains(Values<Box<str>>);

impl Domains {
    pub(crate) fn insert(&mut self, domain: &Domain) {
        self.0.insert(domain.0.clone());
    }

    /// `email` is in lower case and has one `@`.
    pub(crate) fn matches(&self, email: Option<&str>) -> Certainty {
        match email {
            _ if self.0.is_empty() => Certainty::Never,
            Some(email) => {
                let domain = email.split_once('@').map(|(_, domain)| domain);
                Certainty::known(domain.is_some_and(|domain| self.0.contains(domain)))
            }
            None => Certainty::Perhaps,
        }
    }
}
