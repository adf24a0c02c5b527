//! The certificate that a signing key is published in, for consumers that read keys from PEM.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, Error, KeyUsagePurpose, PKCS_RSA_SHA256,
    PublicKeyData, SignatureAlgorithm, SigningKey,
};
use time::{Duration, OffsetDateTime};

use super::KeyError;

/// The certificate only carries the key; how long the key is used is not its business.
const VALIDITY: Duration = Duration::days(10 * 365);

/// For machines whose clock is behind.
const BACKDATE: Duration = Duration::days(1);

/// Latest time that is written down as such, in Unix seconds: the year 2200.
const LATEST: i64 = 7_258_118_400;

/// A self-signed certificate in PEM, whose subject is the host of the origin `issuer`.
pub(super) fn self_signed(pair: &RsaKeyPair, issuer: &str, now: i64) -> Result<String, KeyError> {
    let begins = OffsetDateTime::from_unix_timestamp(now.clamp(0, LATEST))
        .map_err(|_| KeyError::Certificate)?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, host_of(issuer));
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    params.not_before = begins.saturating_sub(BACKDATE);
    params.not_after = begins.saturating_add(VALIDITY);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let certificate = params.self_signed(&Signer(pair)).map_err(|_| KeyError::Certificate)?;
    Ok(certificate.pem())
}

fn host_of(issuer: &str) -> &str {
    let authority = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    authority.split(['/', ':']).next().unwrap_or(authority)
}

/// Lends the key to the certificate's writer without a second copy of it.
struct Signer<'a>(&'a RsaKeyPair);

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| Error::RemoteKeyError)?;
        Ok(signature)
    }
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn the_subject_is_the_host_alone() {
        for issuer in
            ["https://login.acme.example", "https://login.acme.example:8443", "login.acme.example"]
        {
            assert_eq!(host_of(issuer), "login.acme.example", "{issuer}");
        }
    }
}
