//! What is in certificate files, as far as a config can be wrong about it.

use std::path::Path;

use crate::CertificateFiles;

/// A look into certificate files.
pub trait TlsFiles {
    /// What a certificate is for. Nothing where nobody looks.
    ///
    /// # Errors
    /// Why it cannot be used, as a sentence.
    fn certificate(&self, files: &CertificateFiles) -> Result<Option<CertificateSummary>, String>;

    /// Makes sure that a file holds certificates of authorities.
    ///
    /// # Errors
    /// Why it cannot be used, as a sentence.
    fn authorities(&self, file: &Path) -> Result<(), String>;
}

/// What matters of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateSummary {
    /// The DNS names that it is for, lower-case; `*.` in front of some.
    pub names: Vec<String>,
    /// Its public key (DER of `SubjectPublicKeyInfo`).
    pub public_key: Vec<u8>,
}

impl CertificateSummary {
    /// Whether it is for a host: by its name, or by a wildcard that stands for the first label (RFC 9525, section 6.3).
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let wildcard = host.split_once('.').map(|(_, parent)| parent);
        self.names.iter().any(|name| {
            name == host || name.strip_prefix("*.").is_some_and(|parent| Some(parent) == wildcard)
        })
    }
}

/// Where nobody looks: every file is taken to be in order.
#[derive(Clone, Copy, Debug)]
pub struct UnreadTlsFiles;

impl TlsFiles for UnreadTlsFiles {
    fn certificate(&self, _: &CertificateFiles) -> Result<Option<CertificateSummary>, String> {
        Ok(None)
    }

    fn authorities(&self, _: &Path) -> Result<(), String> {
        Ok(())
    }
}
