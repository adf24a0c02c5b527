//! A new connection to an upstream.

use std::sync::Arc;

use crossgate_model::{OriginRequest, UpstreamScheme, UpstreamUrl};
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Failure;

/// A connection that nothing was sent on yet.
pub(crate) enum Connected {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connected {
    /// Whether HTTP/2 is to be spoken: as negotiated, or, without TLS, as it is `wanted`.
    pub(crate) fn speaks_http2(&self, wanted: bool) -> bool {
        match self {
            Self::Plain(_) => wanted,
            Self::Tls(stream) => stream.get_ref().1.alpn_protocol() == Some(b"h2"),
        }
    }
}

/// Connects, TLS included, within the time that the rule allows.
pub(crate) async fn connect(
    url: &UpstreamUrl,
    origin_request: &OriginRequest,
    tls: Option<&Arc<ClientConfig>>,
) -> Result<Connected, Failure> {
    let connecting = async {
        let stream = dial(url).await?;
        match (url.scheme, tls) {
            (UpstreamScheme::Http, _) => Ok(Connected::Plain(stream)),
            (UpstreamScheme::Https, Some(tls)) => handshake(stream, url, origin_request, tls).await,
            (UpstreamScheme::Https, None) => Err(Failure::UpstreamTls),
        }
    };
    match timeout(origin_request.connect_timeout, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(Failure::UpstreamConnectTimeout),
    }
}

/// Tries each address of the host in turn.
async fn dial(url: &UpstreamUrl) -> Result<TcpStream, Failure> {
    let unreachable = |error: std::io::Error| {
        tracing::warn!(upstream = %url.host, port = url.port, %error, "the upstream cannot be reached");
        Failure::UpstreamUnreachable
    };
    let host = url.host.as_str().trim_start_matches('[').trim_end_matches(']');
    let mut last = None;
    for address in lookup_host((host, url.port)).await.map_err(unreachable)? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Latency only; a socket without it works as well.
                let _kept_as_it_is = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or(Failure::UpstreamUnreachable, unreachable))
}

async fn handshake(
    stream: TcpStream,
    url: &UpstreamUrl,
    origin_request: &OriginRequest,
    tls: &Arc<ClientConfig>,
) -> Result<Connected, Failure> {
    let host = url.host.as_str().trim_start_matches('[').trim_end_matches(']');
    let name = origin_request.server_name.as_deref().unwrap_or(host).to_owned();
    let name = ServerName::try_from(name).map_err(|_| Failure::UpstreamTls)?;
    let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await.map_err(|error| {
        tracing::warn!(upstream = %url.host, port = url.port, %error, "the upstream's TLS failed");
        Failure::UpstreamTls
    })?;
    Ok(Connected::Tls(Box::new(stream)))
}
