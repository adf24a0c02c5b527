//! Service tokens: the credentials of machines, a client id and a secret.

mod presented;
mod secret;

#[cfg(test)]
mod tests;

pub use presented::{
    CLIENT_ID, CLIENT_SECRET, MalformedCredentials, Presented, ServiceCredentials,
};
pub use secret::{ClientSecret, SecretHash};

/// A client id: 32 lower-case hexadecimal digits and `.access`. No secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(String);

impl ClientId {
    const SUFFIX: &str = ".access";
    const HEX: usize = 32;

    /// Makes one from 16 random bytes.
    #[must_use]
    pub fn from_random(random: [u8; 16]) -> Self {
        let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(hex + Self::SUFFIX)
    }

    /// Reads one; `None` if it has another form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_suffix(Self::SUFFIX)?;
        let well_formed = hex.len() == Self::HEX
            && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
