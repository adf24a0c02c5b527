//! What a listener with TLS presents to whom.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crossgate_model::{AcmeChallenge, Host, Listener};
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificate::Certificate;
use super::certificate_index::CertificateIndex;
use super::{Issued, TlsError};
use crate::authority_check::Presented;

/// The protocol of a `tls-alpn-01` challenge (RFC 8737, section 6.2).
const CHALLENGE: &[u8] = b"acme-tls/1";

/// TLS of a listener: 1.3 and 1.2, HTTP/2 and HTTP/1.1, the certificate chosen by SNI.
///
/// A name that no certificate is for ends the handshake. Without SNI (or with an address for a name, RFC 6066, section 3) the
/// first certificate of the config's files is presented. There is no 0-RTT. Sessions resume by tickets, for the name that they
/// began with and until the certificates are read again.
#[derive(Clone, Debug)]
pub struct ListenerTls {
    config: Arc<ServerConfig>,
    certificates: Arc<Certificates>,
}

impl ListenerTls {
    /// Reads a listener's certificates; those that an authority issues come and go in `issued`.
    ///
    /// # Errors
    /// A certificate or key cannot be read or used, or two are for one name.
    pub fn read(listener: &Listener, issued: &Arc<Issued>) -> Result<Self, TlsError> {
        let failed = |source| TlsError::Key { file: PathBuf::new(), source };
        let files = CertificateIndex::read(&listener.tls)?;
        let acme = listener.acme.as_ref();
        let certificates = Arc::new(Certificates {
            files,
            issued: Arc::clone(issued),
            names: acme.map(|acme| acme.names.iter().cloned().collect()).unwrap_or_default(),
            challenges: acme.is_some_and(|it| it.authority.challenge == AcmeChallenge::TlsAlpn01),
        });
        if let Some(name) =
            certificates.names.iter().find(|it| certificates.files.exact(it.as_str()).is_some())
        {
            let file =
                listener.tls.first().map(|files| files.certificate.clone()).unwrap_or_default();
            return Err(TlsError::Conflict { file, name: name.to_string() });
        }
        let resolver = Arc::clone(&certificates) as Arc<dyn ResolvesServerCert>;
        let mut config = ServerConfig::builder_with_provider(default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(failed)?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        if certificates.challenges {
            config.alpn_protocols.push(CHALLENGE.to_vec());
        }
        config.ticketer = Ticketer::new().map_err(failed)?;
        // What the library does by itself, said here because so much depends on it: nothing is read before the handshake is over.
        config.max_early_data_size = 0;
        Ok(Self { config: Arc::new(config), certificates })
    }

    /// Shakes hands with a visitor. Returns nothing where an authority came for a challenge, which the handshake has answered.
    ///
    /// # Errors
    /// The handshake failed.
    pub(crate) async fn accept<S>(&self, stream: S) -> io::Result<Option<(TlsStream<S>, Presented)>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let stream = TlsAcceptor::from(Arc::clone(&self.config)).accept(stream).await?;
        let connection: &ServerConnection = stream.get_ref().1;
        if connection.alpn_protocol() == Some(CHALLENGE) {
            return Ok(None);
        }
        let presented = self.certificates.presented(connection.server_name());
        Ok(Some((stream, presented)))
    }

    /// The library's configuration.
    #[must_use]
    pub const fn config(&self) -> &Arc<ServerConfig> {
        &self.config
    }
}

#[derive(Debug)]
struct Certificates {
    files: CertificateIndex,
    issued: Arc<Issued>,
    /// Names whose certificates are in `issued`.
    names: HashSet<Host>,
    /// Whether challenges are answered in the handshake.
    challenges: bool,
}

impl Certificates {
    /// The certificate for a name: its own, or a wildcard that covers it.
    fn find(&self, name: Option<&str>) -> Option<Certificate> {
        let Some(name) = name else { return self.files.first().cloned() };
        let name = Host::parse(name).ok()?;
        let own = self.files.exact(name.as_str()).cloned();
        let own =
            own.or_else(|| self.names.contains(&name).then(|| self.issued.certificate(&name))?);
        own.or_else(|| self.files.wildcard(name.as_str()).cloned())
    }

    /// What a visitor who asked for this name was shown.
    fn presented(&self, name: Option<&str>) -> Presented {
        // A certificate that went away since the handshake covers nothing any more.
        Presented::Certificate(self.find(name).map(|it| it.names).unwrap_or_default())
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name();
        // The one protocol that is asked for: whoever also speaks another is a visitor.
        let mut protocols = hello.alpn().into_iter().flatten();
        if protocols.next() == Some(CHALLENGE) && protocols.next().is_none() {
            let name = Host::parse(name?)
                .ok()
                .filter(|name| self.challenges && self.names.contains(name))?;
            return self.issued.handshake(&name);
        }
        self.find(name).map(|certificate| certificate.key)
    }
}
