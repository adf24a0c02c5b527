//! TLS on both sides: certificates by SNI for visitors, verification for upstreams.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crossgate_model::{CertificateFiles, OriginRequest};
use rustls::client::verify_server_name;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file holds no certificate, or one that is damaged.
    #[error("{}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: rustls_pki_types::pem::Error,
    },
    /// There is no certificate in the file.
    #[error("{}: no certificate in it", .0.display())]
    Empty(PathBuf),
    /// Key and certificate don't belong together, or are of a kind that is not supported.
    #[error("{}: {source}", file.display())]
    Key {
        /// The certificate's file.
        file: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

/// The configuration of a listener: TLS 1.3 and 1.2, HTTP/2 and HTTP/1.1, the certificate chosen by SNI.
///
/// A name that no certificate is for ends the handshake; without SNI the first certificate is used. No 0-RTT.
///
/// # Errors
/// A certificate or key cannot be read or used.
pub fn server_config(files: &[CertificateFiles]) -> Result<Arc<ServerConfig>, TlsError> {
    let keys = files.iter().map(certified_key).collect::<Result<Vec<_>, _>>()?;
    let builder = ServerConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|source| TlsError::Key { file: PathBuf::new(), source })?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::new(BySni(keys)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[derive(Debug)]
struct BySni(Vec<Arc<CertifiedKey>>);

impl ResolvesServerCert for BySni {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let Some(name) = hello.server_name() else { return self.0.first().cloned() };
        let name = ServerName::try_from(name).ok()?;
        self.0.iter().find(|key| is_for(key, &name)).cloned()
    }
}

fn is_for(key: &CertifiedKey, name: &ServerName<'_>) -> bool {
    let leaf = key.cert.first().and_then(|leaf| ParsedCertificate::try_from(leaf).ok());
    leaf.is_some_and(|leaf| verify_server_name(&leaf, name).is_ok())
}

fn certified_key(files: &CertificateFiles) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.private_key)
        .map_err(|source| TlsError::File { file: files.private_key.clone(), source })?;
    CertifiedKey::from_der(chain, key, &default_provider())
        .map(Arc::new)
        .map_err(|source| TlsError::Key { file: files.certificate.clone(), source })
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |source| TlsError::File { file: file.to_owned(), source };
    let found = CertificateDer::pem_file_iter(file)
        .map_err(failed)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    if found.is_empty() { Err(TlsError::Empty(file.to_owned())) } else { Ok(found) }
}

/// The configuration for an upstream: its certificate is verified against `ca_pool`, or the system's authorities.
///
/// # Errors
/// `ca_pool` cannot be read.
pub(crate) fn client_config(origin_request: &OriginRequest) -> Result<Arc<ClientConfig>, TlsError> {
    let roots = match &origin_request.ca_pool {
        Some(file) => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(certificates(file)?);
            Arc::new(roots)
        }
        None => system_roots(),
    };
    let builder = ClientConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|source| TlsError::Key { file: PathBuf::new(), source })?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = match origin_request.http2 {
        true => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        false => vec![b"http/1.1".to_vec()],
    };
    Ok(Arc::new(config))
}

fn system_roots() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let load = || {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    };
    Arc::clone(ROOTS.get_or_init(load))
}
