//! A look into certificate files, for the checks of a config.

use std::path::Path;

use crossgate_model::{CertificateFiles, CertificateSummary, TlsFiles};
use rustls::RootCertStore;

use super::TlsError;
use super::certificate::{Certificate, certificates};

/// The files of this machine.
#[derive(Clone, Copy, Debug)]
pub struct TlsFilesOnDisk;

impl TlsFiles for TlsFilesOnDisk {
    fn certificate(&self, files: &CertificateFiles) -> Result<Option<CertificateSummary>, String> {
        let certificate = Certificate::read(files).map_err(|error| error.to_string())?;
        let exact = certificate.names.exact().map(str::to_owned);
        let wildcards = certificate.names.wildcards().map(|parent| format!("*.{parent}"));
        Ok(Some(CertificateSummary {
            names: exact.chain(wildcards).collect(),
            public_key: certificate.public_key.to_vec(),
        }))
    }

    fn authorities(&self, file: &Path) -> Result<(), String> {
        authorities(file).map(|_| ()).map_err(|error| error.to_string())
    }
}

/// The authorities of a file, at least one: nobody is trusted because a file says nothing.
pub(crate) fn authorities(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(certificates(file)?);
    if usable == 0 { Err(TlsError::Unreadable(file.to_owned())) } else { Ok(roots) }
}
