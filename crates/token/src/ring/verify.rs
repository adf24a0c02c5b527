//! Whether a token was signed here. The head of `ring.rs` says what is looked at, and what never is.

use serde::Deserialize;

use super::SigningKey;
use crate::claims::Claims;
use crate::octets;

/// The longest token that is signed or read, in bytes: what browsers keep in one cookie.
pub const MAX_TOKEN_LENGTH: usize = 4096;

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Its header names another algorithm than RS256.
    #[error("the token is not signed with RS256")]
    Algorithm,
    /// It is for another application.
    #[error("the token is for another application")]
    Audience,
    /// A required claim is missing, doubled, or of a wrong type.
    #[error("a claim is missing or of a wrong type")]
    Claims,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Another issuer's.
    #[error("the token is of another issuer")]
    Issuer,
    /// Its form is not that of a token.
    #[error("the token cannot be read")]
    Malformed,
    /// Its time has not begun.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The signature is not by the key that it names.
    #[error("the token's signature is wrong")]
    Signature,
    /// Longer than any token of ours.
    #[error("the token is too long")]
    TooLong,
    /// A sign-in where an application's token belongs, or the other way round.
    #[error("the token is of another type")]
    Type,
    /// It names no key of ours, or one that has been dropped.
    #[error("the token names no known key")]
    UnknownKey,
    /// Found in a place for which it was not made.
    #[error("the token is for another place")]
    Use,
}

/// The members of a header that count. Others are not looked at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

pub(super) fn verify_signature<'k>(
    token: &str,
    mut keys: impl Iterator<Item = &'k SigningKey> + Clone,
) -> Result<Claims, TokenError> {
    if token.len() > MAX_TOKEN_LENGTH {
        return Err(TokenError::TooLong);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(TokenError::Malformed)?;
    // One that a key writes itself need not be read: most tokens have it.
    let key = match keys.clone().find(|key| key.header() == header) {
        Some(key) => key,
        None => {
            let kid = kid(header)?;
            keys.find(|key| key.kid() == kid).ok_or(TokenError::UnknownKey)?
        }
    };
    let mut bytes = [0; MAX_TOKEN_LENGTH / 4 * 3];
    // A signature that is no base64url is no signature either.
    let signature = octets::read_text(signature, &mut bytes).ok_or(TokenError::Signature)?;
    if !key.verifies(message.as_bytes(), signature) {
        return Err(TokenError::Signature);
    }
    let payload = octets::read_text(payload, &mut bytes).ok_or(TokenError::Malformed)?;
    serde_json::from_slice(payload).map_err(|_| TokenError::Claims)
}

fn kid(header: &str) -> Result<String, TokenError> {
    let header = octets::from_text(header).ok_or(TokenError::Malformed)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
    if header.alg != "RS256" {
        return Err(TokenError::Algorithm);
    }
    if header.crit.is_some() || header.typ.is_some_and(|typ| typ != "JWT") {
        return Err(TokenError::Malformed);
    }
    header.kid.ok_or(TokenError::UnknownKey)
}
