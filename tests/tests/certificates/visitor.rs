//! Somebody who verifies certificates.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossgate_testkit::wait::{PATIENCE, until};
use rustls::client::Resumption;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Trusts some authorities.
#[derive(Clone)]
pub(crate) struct Visitor(Arc<ClientConfig>);

impl Visitor {
    /// Trusts the authorities of a PEM text.
    pub(crate) fn trusting(pem: &str) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let mut config = ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        // Whoever resumes a session is not shown a certificate again.
        config.resumption = Resumption::disabled();
        Self(Arc::new(config))
    }

    /// Offers these protocols.
    pub(crate) fn speaking(&self, protocols: &[&str]) -> Self {
        let mut config = ClientConfig::clone(&self.0);
        config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
        Self(Arc::new(config))
    }

    /// Shakes hands with a name at a port of this machine.
    pub(crate) async fn connect(&self, port: u16, name: &str) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let handshake = TlsConnector::from(Arc::clone(&self.0)).connect(name, stream);
        timeout(PATIENCE, handshake).await.expect("the end of a handshake")
    }

    /// The certificate that a name presents, and its answer to a GET.
    pub(crate) async fn get(
        &self,
        port: u16,
        name: &str,
        path: &str,
    ) -> io::Result<(Vec<u8>, String)> {
        let mut stream = self.connect(port, name).await?;
        let leaf = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        // Some servers end without saying so.
        let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        let _ended = read.expect("the end of an answer");
        Ok((leaf, String::from_utf8_lossy(&answer).into_owned()))
    }

    /// Waits until a name presents a certificate that is trusted and fits.
    pub(crate) async fn certificate(
        &self,
        port: u16,
        name: &str,
        limit: Duration,
        fits: impl Fn(&[u8]) -> bool,
    ) -> Vec<u8> {
        let what = format!("a certificate for {name}");
        until(&what, limit, async || {
            let (leaf, _) = self.get(port, name, "/").await.ok()?;
            fits(&leaf).then_some(leaf)
        })
        .await
    }
}
