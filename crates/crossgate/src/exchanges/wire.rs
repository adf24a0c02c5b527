//! One request over HTTP/1.1, and the head of its response.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use crossgate_cors::browser::{Received, SentRequest};
use http::header::{CONNECTION, HOST, HeaderName, HeaderValue, USER_AGENT};
use http::{Request, Uri};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

/// Where a request goes, whatever its URL says, and what it says besides.
pub(crate) struct Connection {
    /// Name or address, and port.
    pub(crate) to: (String, u16),
    /// Whether TLS is spoken.
    pub(crate) tls: bool,
    /// Headers beside those of the request.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Longest wait for the connection, and for the answer.
    pub(crate) patience: Duration,
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// Longer than the patience.
    #[error("there was nothing within {} seconds", .0.as_secs())]
    Timeout(Duration),
    /// The name is not known, the port is closed, the certificate is bad.
    #[error("no connection: {0}")]
    Connect(#[from] std::io::Error),
    /// Certificates of the system.
    #[error("TLS cannot be spoken: {0}")]
    Tls(#[from] rustls::Error),
    /// A host that TLS has no name for.
    #[error("{0:?} is no name that a certificate could have")]
    Name(String),
    /// It is not HTTP.
    #[error("the answer is broken: {0}")]
    Http(#[from] hyper::Error),
    /// The request cannot be written.
    #[error("the request cannot be written: {0}")]
    Request(#[from] http::Error),
}

impl Connection {
    /// To where a URL leads.
    pub(crate) fn to(url: &Url, patience: Duration) -> Self {
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        // Browsers know these names themselves; not every system does (RFC 6761, section 6.3).
        let host = if host.ends_with(".localhost") { "localhost" } else { host };
        Self {
            to: (host.to_owned(), url.port_or_known_default().unwrap_or_default()),
            tls: url.scheme() == "https",
            headers: Vec::new(),
            patience,
        }
    }

    /// Sends a request; the response's body is left unread.
    ///
    /// # Errors
    /// There is no response.
    pub(crate) async fn send(&self, sent: &SentRequest) -> Result<Received, WireError> {
        let dial = async {
            let stream = TcpStream::connect((self.to.0.as_str(), self.to.1)).await?;
            if !self.tls {
                return Ok::<Box<dyn Stream>, WireError>(Box::new(stream));
            }
            let name = ServerName::try_from(self.to.0.clone())
                .map_err(|_| WireError::Name(self.to.0.clone()))?;
            let tls = TlsConnector::from(Arc::new(client_config()?));
            Ok(Box::new(tls.connect(name, stream).await?))
        };
        let stream = timeout(self.patience, dial).await.map_err(|_| self.impatient())??;
        let answer = self.exchange(stream, self.request(sent)?);
        timeout(self.patience, answer).await.map_err(|_| self.impatient())?
    }

    async fn exchange(
        &self,
        stream: Box<dyn Stream>,
        request: Request<Full<Bytes>>,
    ) -> Result<Received, WireError> {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await?;
        let (head, _) = response.into_parts();
        connection.abort();
        Ok(Received { status: head.status.as_u16(), headers: head.headers })
    }

    fn request(&self, sent: &SentRequest) -> Result<Request<Full<Bytes>>, WireError> {
        let path = &sent.url[url::Position::BeforePath..url::Position::AfterQuery];
        let body = if sent.has_body { Bytes::from_static(b"{}") } else { Bytes::new() };
        let mut request = Request::builder()
            .method(sent.method.clone())
            .uri(Uri::try_from(path).map_err(http::Error::from)?)
            .body(Full::new(body))?;
        let headers = request.headers_mut();
        headers.extend(sent.headers.clone());
        let host = &sent.url[url::Position::BeforeHost..url::Position::AfterPort];
        headers.insert(HOST, HeaderValue::try_from(host).map_err(http::Error::from)?);
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        let agent = concat!("crossgate/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        headers.extend(self.headers.iter().cloned());
        Ok(request)
    }

    const fn impatient(&self) -> WireError {
        WireError::Timeout(self.patience)
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

fn client_config() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let builder = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
