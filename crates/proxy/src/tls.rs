//! TLS on both sides: certificates by SNI for visitors, verification for upstreams.

mod certificate;
mod certificate_index;
mod expiry;
mod issued;
mod listener_tls;
mod on_disk;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crossgate_model::OriginRequest;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{ClientConfig, RootCertStore};

pub use expiry::expiries;
pub use issued::{ChainAndKey, HttpChallenge, Issued};
pub use listener_tls::ListenerTls;
pub use on_disk::TlsFilesOnDisk;

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
    /// What is in the file is no certificate.
    #[error("{}: the certificate cannot be read", .0.display())]
    Unreadable(PathBuf),
    /// A certificate for no name: browsers take none of it.
    #[error("{}: the certificate is for no name (it has no subject alternative name)", .0.display())]
    Nameless(PathBuf),
    /// Key and certificate don't belong together, or are of a kind that is not supported.
    #[error("{}: {source}", file.display())]
    Key {
        /// The certificate's file.
        file: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
    /// Two certificates with different keys for one name.
    #[error("{}: another certificate of the listener is for {name}, too, with another key", file.display())]
    Conflict {
        /// The later one's file.
        file: PathBuf,
        /// The name.
        name: String,
    },
}

/// The configuration for an upstream: its certificate is verified against `ca_pool`, or the system's authorities.
///
/// # Errors
/// `ca_pool` cannot be read.
pub(crate) fn client_config(origin_request: &OriginRequest) -> Result<Arc<ClientConfig>, TlsError> {
    let roots = match &origin_request.ca_pool {
        Some(file) => Arc::new(on_disk::authorities(file)?),
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
