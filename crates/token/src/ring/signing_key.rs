//! One RSA key: made, loaded, and signing.
//!
//! The one place with randomness of its own: RSA keys are made by the library's generator.

mod certificate;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use serde_json::json;
use zeroize::Zeroizing;

use super::MAX_TOKEN_LENGTH;
use crate::claims::Claims;
use crate::octets;

/// A key that signs tokens. Has no `Debug`; the private half is overwritten when dropped.
pub struct SigningKey {
    kid: String,
    /// The header of its tokens, as text.
    header: String,
    modulus: String,
    exponent: String,
    pair: RsaKeyPair,
    /// Ready to verify: what the library derives from a key takes longer than to verify with it.
    public: ParsedPublicKey,
    pkcs8: Zeroizing<Vec<u8>>,
    certificate: String,
    created_at: i64,
}

/// Why a key is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The certificate could not be made.
    #[error("no certificate could be made for the signing key")]
    Certificate,
    /// No key could be made.
    #[error("no signing key could be made")]
    Generate,
    /// The bytes are no RSA key in PKCS #8 of 2048 bits or more.
    #[error("the bytes are no usable signing key")]
    Invalid,
    /// The key does not sign.
    #[error("the signing key does not sign")]
    Sign,
    /// The claims make a longer token than is accepted.
    #[error("the claims do not fit into a token")]
    TokenTooLong,
}

impl SigningKey {
    /// Makes a key of 2048 bits and its self-signed certificate, whose subject is the host of the origin `issuer`.
    /// Takes up to a second: not for a thread that serves requests.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn generate(issuer: &str, now: i64) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?;
        let pkcs8 =
            Zeroizing::new(pair.as_der().map_err(|_| KeyError::Generate)?.as_ref().to_vec());
        let certificate = certificate::self_signed(&pair, issuer, now)?;
        Self::of(pair, pkcs8, certificate, now).ok_or(KeyError::Generate)
    }

    /// Loads a key from what [`Self::pkcs8`], [`Self::certificate`] and [`Self::created_at`] gave. The key id follows
    /// from the key.
    ///
    /// # Errors
    /// [`KeyError::Invalid`].
    pub fn from_parts(
        pkcs8: &[u8],
        certificate: String,
        created_at: i64,
    ) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::Invalid)?;
        if pair.public_modulus_len() < 256 {
            return Err(KeyError::Invalid);
        }
        let pkcs8 = Zeroizing::new(pkcs8.to_vec());
        Self::of(pair, pkcs8, certificate, created_at).ok_or(KeyError::Invalid)
    }

    /// The key id: SHA-256 thumbprint (RFC 7638) in 64 hexadecimal digits.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The private key in PKCS #8 DER. For storage only.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The certificate in PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// When it was made, in Unix seconds.
    #[must_use]
    pub const fn created_at(&self) -> i64 {
        self.created_at
    }

    pub(super) fn modulus(&self) -> &str {
        &self.modulus
    }

    pub(super) fn exponent(&self) -> &str {
        &self.exponent
    }

    /// The header of the tokens that it signs, as text: a token that begins with it names this key and nothing that matters besides.
    pub(super) fn header(&self) -> &str {
        &self.header
    }

    /// Whether it has signed a message: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3).
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }

    /// Signs in the compact form (RFC 7515 section 3.1).
    pub(super) fn sign(&self, claims: &Claims) -> Result<String, KeyError> {
        let payload = serde_json::to_vec(claims).map_err(|_| KeyError::Sign)?;
        let mut token = format!("{}.{}", self.header, octets::to_text(&payload));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .map_err(|_| KeyError::Sign)?;
        token.push('.');
        token.push_str(&octets::to_text(&signature));
        if token.len() > MAX_TOKEN_LENGTH { Err(KeyError::TokenTooLong) } else { Ok(token) }
    }

    fn of(
        pair: RsaKeyPair,
        pkcs8: Zeroizing<Vec<u8>>,
        certificate: String,
        created_at: i64,
    ) -> Option<Self> {
        let components = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let (modulus, exponent) = (octets::to_text(&components.n), octets::to_text(&components.e));
        let public = pair.public_key().as_ref();
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).ok()?;
        let kid = thumbprint(&modulus, &exponent);
        let header = json!({ "alg": "RS256", "kid": kid, "typ": "JWT" }).to_string();
        let header = octets::to_text(header.as_bytes());
        Some(Self { kid, header, modulus, exponent, pair, public, pkcs8, certificate, created_at })
    }
}

/// RFC 7638 section 3: the required members only, in alphabetical order, without space.
fn thumbprint(modulus: &str, exponent: &str) -> String {
    let canonical = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
    digest(&SHA256, canonical.as_bytes())
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::thumbprint;
    use crate::octets;

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638_section_3_1() {
        let modulus = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let expected =
            octets::from_text("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs").unwrap_or_default();
        let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(thumbprint(modulus, "AQAB"), expected);
    }
}
