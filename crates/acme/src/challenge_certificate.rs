//! The certificate that answers a `tls-alpn-01` challenge (RFC 8737, section 3).

use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Makes it: signed by itself, for the name alone, with the digest of what the authority wants to hear.
///
/// # Errors
/// The name cannot be in a certificate.
pub(crate) fn challenge_certificate(
    name: &str,
    key_authorization: &str,
) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let mut params = CertificateParams::new([name.to_owned()])?;
    let digest = digest(&SHA256, key_authorization.as_bytes());
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest.as_ref())];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((certificate.der().clone(), key.into()))
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;

    #[test]
    fn the_authority_finds_the_digest_in_a_critical_extension_of_a_certificate_for_the_name_alone()
    {
        let (certificate, _) = challenge_certificate("app.acme.example", "token.thumb").unwrap();
        let (_, certificate) = X509Certificate::from_der(&certificate).unwrap();
        let names = certificate.subject_alternative_name().unwrap().unwrap();
        assert_eq!(format!("{:?}", names.value.general_names), r#"[DNSName("app.acme.example")]"#);
        let is_it = |extension: &&x509_parser::extensions::X509Extension<'_>| {
            extension.oid.to_id_string() == "1.3.6.1.5.5.7.1.31"
        };
        let extension = certificate.extensions().iter().find(is_it).unwrap();
        assert!(extension.critical);
        let octets = [&[4, 32], digest(&SHA256, b"token.thumb").as_ref()].concat();
        assert_eq!(extension.value, octets);
    }
}
