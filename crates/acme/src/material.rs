//! What the store holds for the listeners.

use crossgate_model::Host;
use crossgate_store::{AcmeCertificate, Store, StoreError};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::Wanted;
use crate::challenge_certificate::challenge_certificate;

/// Everything that listeners present and answer right now.
#[derive(Debug, Default)]
pub struct Material {
    /// Certificates for visitors.
    pub certificates: Vec<NamedKey>,
    /// Certificates that answer `tls-alpn-01`.
    pub handshakes: Vec<NamedKey>,
    /// Answers to `http-01`.
    pub requests: Vec<HttpAnswer>,
}

/// A chain and its key.
#[derive(Debug)]
pub struct NamedKey {
    /// The name that it is for.
    pub name: Host,
    /// The chain, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
}

/// An answer to `http-01` (RFC 8555, section 8.3).
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    /// The name that is to be shown to be ours.
    pub name: Host,
    /// What the authority asks for.
    pub token: String,
    /// What it wants to read.
    pub key_authorization: String,
}

/// What the store holds at `now` for those who want it.
///
/// # Errors
/// The store cannot be used.
pub async fn material(
    store: &Store,
    wanted: Option<&Wanted>,
    now: i64,
) -> Result<Material, StoreError> {
    let Some(wanted) = wanted else { return Ok(Material::default()) };
    let wants = |name: &str| wanted.names.iter().find(|wanted| wanted.as_str() == name).cloned();
    let mut material = Material::default();
    let directory = &wanted.authority.directory;
    let mut kept = store.acme_certificates(directory).await?;
    // Whoever changes to another authority goes on with what the last one issued, until there is something new.
    kept.extend(store.acme_certificates_of_others(directory, now).await?);
    for certificate in kept {
        let Some(name) = wants(&certificate.name) else { continue };
        if !material.certificates.iter().any(|known| known.name == name) {
            material.certificates.extend(named_key(&certificate, name));
        }
    }
    for challenge in store.acme_challenges(now).await? {
        let Some(name) = wants(&challenge.name) else { continue };
        let (token, key_authorization) = (challenge.token, challenge.key_authorization);
        if challenge.kind == "http-01" {
            material.requests.push(HttpAnswer { name, token, key_authorization });
        } else if let Ok((leaf, key)) = challenge_certificate(name.as_str(), &key_authorization) {
            material.handshakes.push(NamedKey { name, chain: vec![leaf], key });
        }
    }
    Ok(material)
}

fn named_key(certificate: &AcmeCertificate, name: Host) -> Option<NamedKey> {
    let chain = CertificateDer::pem_slice_iter(certificate.chain_pem.as_bytes());
    let chain = chain.collect::<Result<Vec<_>, _>>().ok()?;
    let key = PrivatePkcs8KeyDer::from(certificate.key.to_vec());
    Some(NamedKey { name, chain, key: key.into() })
}
