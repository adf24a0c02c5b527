//! A certificate that can be presented, and what it is for.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use crossgate_model::CertificateFiles;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::TlsError;
use crate::authority_check::CoveredNames;

/// A certificate with its key.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(crate) key: Arc<CertifiedKey>,
    pub(crate) names: Arc<CoveredNames>,
    /// The key's public half, DER.
    pub(crate) public_key: Arc<[u8]>,
    /// The last second in which it is good, in unix time.
    pub(crate) not_after: i64,
}

impl Certificate {
    /// Reads a chain and its key from files.
    pub(crate) fn read(files: &CertificateFiles) -> Result<Self, TlsError> {
        let chain = certificates(&files.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&files.private_key)
            .map_err(|source| TlsError::File { file: files.private_key.clone(), source })?;
        Self::new(chain, key).map_err(|mistake| mistake.of(&files.certificate))
    }

    /// Takes a chain, leaf first, and its key.
    pub(crate) fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, Mistake> {
        let leaf = chain.first().ok_or(Mistake::Empty)?;
        let (_, leaf) = X509Certificate::from_der(leaf).map_err(|_| Mistake::Unreadable)?;
        let names = names(&leaf);
        if names == CoveredNames::default() {
            return Err(Mistake::Nameless);
        }
        let public_key = leaf.public_key().raw.into();
        let not_after = leaf.validity().not_after.timestamp();
        let key = CertifiedKey::from_der(chain, key, &default_provider()).map_err(Mistake::Key)?;
        Ok(Self { key: Arc::new(key), names: Arc::new(names), public_key, not_after })
    }
}

/// Why a certificate cannot be used.
#[derive(Debug)]
pub(crate) enum Mistake {
    Empty,
    Unreadable,
    Nameless,
    Key(rustls::Error),
}

impl Mistake {
    pub(crate) fn of(self, file: &Path) -> TlsError {
        let file = file.to_owned();
        match self {
            Self::Empty => TlsError::Empty(file),
            Self::Unreadable => TlsError::Unreadable(file),
            Self::Nameless => TlsError::Nameless(file),
            Self::Key(source) => TlsError::Key { file, source },
        }
    }
}

/// The certificates of a file, at least one.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |source| TlsError::File { file: file.to_owned(), source };
    let found = CertificateDer::pem_file_iter(file)
        .map_err(failed)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    if found.is_empty() { Err(TlsError::Empty(file.to_owned())) } else { Ok(found) }
}

/// What visitors verify: the subject's alternative names. A common name counts for nobody any more (RFC 9525, section 2).
fn names(leaf: &X509Certificate<'_>) -> CoveredNames {
    let names = leaf.subject_alternative_name().ok().flatten();
    let names = names.map(|extension| extension.value.general_names.as_slice()).unwrap_or_default();
    let dns = names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(*name),
        _ => None,
    });
    let addresses = names.iter().filter_map(|name| match name {
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    });
    CoveredNames::new(dns, addresses.collect())
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}
