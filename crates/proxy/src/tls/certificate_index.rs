//! Certificates of a listener's files by name, found in time that does not grow with their number.

use std::collections::HashMap;

use crossgate_model::CertificateFiles;

use super::TlsError;
use super::certificate::Certificate;

type Names = HashMap<Box<str>, Certificate, foldhash::fast::RandomState>;

/// Certificates under their names.
#[derive(Debug, Default)]
pub(crate) struct CertificateIndex {
    exact: Names,
    /// Under what stands after `*.`.
    wildcards: Names,
    first: Option<Certificate>,
}

impl CertificateIndex {
    /// Reads all files.
    ///
    /// # Errors
    /// A file cannot be used, or two certificates with different keys are for one name.
    pub(crate) fn read(files: &[CertificateFiles]) -> Result<Self, TlsError> {
        let mut index = Self::default();
        for files in files {
            let certificate = Certificate::read(files)?;
            let conflict = |name: &str| TlsError::Conflict {
                file: files.certificate.clone(),
                name: name.to_owned(),
            };
            let names = std::sync::Arc::clone(&certificate.names);
            for name in names.exact() {
                insert(&mut index.exact, name, &certificate).ok_or_else(|| conflict(name))?;
            }
            for parent in names.wildcards() {
                insert(&mut index.wildcards, parent, &certificate)
                    .ok_or_else(|| conflict(&format!("*.{parent}")))?;
            }
            index.first.get_or_insert(certificate);
        }
        Ok(index)
    }

    /// The certificate for exactly this name, in lower case.
    pub(crate) fn exact(&self, name: &str) -> Option<&Certificate> {
        self.exact.get(name)
    }

    /// The certificate whose wildcard stands for the first label of this name.
    pub(crate) fn wildcard(&self, name: &str) -> Option<&Certificate> {
        self.wildcards.get(name.split_once('.')?.1)
    }

    /// The first of the config.
    pub(crate) const fn first(&self) -> Option<&Certificate> {
        self.first.as_ref()
    }
}

/// Nothing where a certificate with another key has the name already.
fn insert(names: &mut Names, name: &str, certificate: &Certificate) -> Option<()> {
    match names.get(name) {
        Some(before) if before.public_key != certificate.public_key => None,
        Some(_) => Some(()),
        None => {
            names.insert(name.into(), certificate.clone());
            Some(())
        }
    }
}
