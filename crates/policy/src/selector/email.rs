//! `email`: one address.

use std::fmt;

use crate::certainty::Certainty;
use crate::selector::Values;

/// An e-mail address in lower case: one `@` with something on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress(Box<str>);

/// Why a text is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// A blank, a control, or a character that no address has unquoted.
    #[error("an e-mail address has no blanks, quotes, commas or brackets")]
    InvalidCharacter,
    /// The domain is no domain.
    #[error("the part after @ is not a domain")]
    InvalidDomain,
    /// No `@`, or nothing before or after it.
    #[error("an e-mail address is written name@domain")]
    NoDomain,
    /// Two of them: readers differ in which one counts.
    #[error("an e-mail address has one @")]
    SeveralAts,
    /// More than 254 bytes.
    #[error("an e-mail address has at most 254 characters")]
    TooLong,
}

impl EmailAddress {
    /// Reads an address. Case does not count.
    ///
    /// # Errors
    /// Everything that two mail systems could read in two ways.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        if text.len() > 254 {
            return Err(EmailError::TooLong);
        }
        let forbidden =
            |c: char| c.is_whitespace() || c.is_control() || "\"(),:;<>[]\\".contains(c);
        if text.contains(forbidden) {
            return Err(EmailError::InvalidCharacter);
        }
        let (name, domain) = text.split_once('@').ok_or(EmailError::NoDomain)?;
        if domain.contains('@') {
            return Err(EmailError::SeveralAts);
        }
        if name.is_empty() || domain.is_empty() {
            return Err(EmailError::NoDomain);
        }
        crate::Domain::parse(domain).map_err(|_| EmailError::InvalidDomain)?;
        Ok(Self(text.to_lowercase().into()))
    }

    /// The address, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Any number of addresses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Emails(Values<Box<str>>);

impl Emails {
    pub(crate) fn insert(&mut self, address: &EmailAddress) {
        self.0.insert(address.0.clone());
    }

    /// `email` is in lower case.
    pub(crate) fn matches(&self, email: Option<&str>) -> Certainty {
        match email {
            _ if self.0.is_empty() => Certainty::Never,
            Some(email) => Certainty::known(self.0.contains(email)),
            None => Certainty::Perhaps,
        }
    }
}
