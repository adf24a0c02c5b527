//! The value of `__Host-CF_AppSession`: what ties the way back to the browser that started.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use subtle::ConstantTimeEq as _;

use crossgate_token::cookie;

use crate::hash::sha256;

/// A random value that one browser holds for one host. Starts in parallel share it.
#[derive(Clone, PartialEq, Eq)]
pub struct AppSession(String);

impl AppSession {
    /// Characters of a value: 32 bytes in base64url.
    const LENGTH: usize = 43;

    /// A fresh one, from 32 random bytes.
    #[must_use]
    pub fn fresh(random: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The one that the browser holds already. Its name's prefix keeps sibling hosts from planting one.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        Self::all(headers).next()
    }

    /// Whether the browser holds the one with this hash.
    #[must_use]
    pub fn is_held(headers: &HeaderMap, hash: &[u8; 32]) -> bool {
        Self::all(headers).any(|session| session.hash().ct_eq(hash).into())
    }

    /// The cookie's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What signed state says of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(&[b"app session", self.0.as_bytes()])
    }

    fn all(headers: &HeaderMap) -> impl Iterator<Item = Self> {
        cookie::values_of(headers, cookie::APP_SESSION).filter_map(|value| {
            let well_formed = value.len() == Self::LENGTH
                && value
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            let text = std::str::from_utf8(value).ok().filter(|_| well_formed)?;
            Some(Self(text.to_owned()))
        })
    }
}
