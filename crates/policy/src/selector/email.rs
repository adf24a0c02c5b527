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
    /// A blank, a control, or a character that some mail servers read as something else than a part of a name.
    #[error("an e-mail address has letters, digits and . _ - + ' ~ # & * ^ only")]
    InvalidCharacter,
    /// A dot where none may be, or a dash that looks like an option.
    #[error("the part before @ begins with a dash or has a dot at an end or two together")]
    InvalidName,
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
        // `%`, `!`, `/` and `=?` lead to other addresses on some mail servers.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "#&'*+-._~^@".contains(c);
        if !text.chars().all(is_plain) {
            return Err(EmailError::InvalidCharacter);
        }
        let (name, domain) = text.split_once('@').ok_or(EmailError::NoDomain)?;
        if domain.contains('@') {
            return Err(EmailError::SeveralAts);
        }
        if name.is_empty() || domain.is_empty() {
            return Err(EmailError::NoDomain);
        }
        if name.starts_with(['-', '.']) || name.ends_with('.') || name.contains("..") {
            return Err(EmailError::InvalidName);
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

#[cfg(test)]
mod tests {
    use super::{EmailAddress, EmailError as Mistake};

    #[test]
    fn addresses_as_people_have_them_are_read() {
        for text in [
            "a@acme.example",
            "first.last+tag@acme.example",
            "o'brien_x-1@acme.example",
            "A~B@Acme.example",
        ] {
            assert!(EmailAddress::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn addresses_that_some_mail_servers_read_otherwise_are_none() {
        for (text, mistake) in [
            ("evil%e.example@acme.example", Mistake::InvalidCharacter),
            ("e.example!evil@acme.example", Mistake::InvalidCharacter),
            ("=?utf-8?q?evil=40e.example=3e?=@acme.example", Mistake::InvalidCharacter),
            ("a/b@acme.example", Mistake::InvalidCharacter),
            ("|cat@acme.example", Mistake::InvalidCharacter),
            ("ä@acme.example", Mistake::InvalidCharacter),
            ("\"a b\"@acme.example", Mistake::InvalidCharacter),
            ("-oQ/tmp@acme.example", Mistake::InvalidCharacter),
            ("-a@acme.example", Mistake::InvalidName),
            (".a@acme.example", Mistake::InvalidName),
            ("a.@acme.example", Mistake::InvalidName),
            ("a..b@acme.example", Mistake::InvalidName),
            ("a@b@acme.example", Mistake::SeveralAts),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap_err(), mistake, "{text}");
        }
    }
}
