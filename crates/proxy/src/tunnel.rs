//! WebSockets: from an HTTP/1.1 upgrade or an extended CONNECT to an HTTP/1.1 upgrade at the upstream, then bytes both ways.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;
use tokio_util::task::TaskTracker;

use crate::Failure;
use crate::standing::Standing;

/// What the protocol adds to the key (RFC 6455, section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A WebSocket on its way to the upstream.
pub(crate) struct Tunnel {
    visitor: OnUpgrade,
    /// The key that the gateway chose, because an extended CONNECT has none.
    own_key: Option<String>,
}

impl Tunnel {
    /// Prepares the headers of the upstream's request; called after connection headers were removed. `extended`: the visitor came by
    /// extended CONNECT.
    pub(crate) fn prepare(
        visitor: OnUpgrade,
        headers: &mut HeaderMap,
        extended: bool,
    ) -> Result<Self, Failure> {
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        let own_key = if extended { Some(fresh_key()?) } else { None };
        if let Some(key) = own_key.as_deref().and_then(|key| HeaderValue::from_str(key).ok()) {
            headers.insert(SEC_WEBSOCKET_KEY, key);
        }
        Ok(Self { visitor, own_key })
    }

    /// Connects the two sides once the upstream has agreed; the response is what the visitor gets. Nothing is passed on
    /// before that, and the upstream's connection is not used for anything else. It ends with the session that opened it.
    pub(crate) fn open<B>(
        self,
        response: &mut Response<B>,
        tunnels: &TaskTracker,
        standing: Standing,
    ) -> Result<(), Failure> {
        if let Some(key) = &self.own_key {
            let accepted = response.headers().get(SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
            if accepted != Some(accept(key).as_bytes()) {
                return Err(Failure::UpstreamWebSocket);
            }
            *response.status_mut() = StatusCode::OK;
            response.headers_mut().remove(SEC_WEBSOCKET_ACCEPT);
        }
        let upstream = hyper::upgrade::on(&mut *response);
        tunnels.spawn_local(async move {
            let (Ok(visitor), Ok(upstream)) = (self.visitor.await, upstream.await) else { return };
            let (mut visitor, mut upstream) = (TokioIo::new(visitor), TokioIo::new(upstream));
            tokio::select! {
                // Either side may end the tunnel at any time, by any means.
                _ended = copy_bidirectional(&mut visitor, &mut upstream) => {}
                () = standing.is_over() => {}
            }
        });
        Ok(())
    }

    /// Whether the visitor came by an HTTP/1.1 upgrade, so that the answer says 101 and names the protocol.
    pub(crate) const fn is_upgrade(&self) -> bool {
        self.own_key.is_none()
    }
}

fn fresh_key() -> Result<String, Failure> {
    let mut key = [0; 16];
    aws_lc_rs::rand::fill(&mut key).map_err(|_| Failure::UpstreamWebSocket)?;
    Ok(STANDARD.encode(key))
}

fn accept(key: &str) -> String {
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &[key.as_bytes(), GUID].concat()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_accepting_value_is_the_standards_example() {
        assert_eq!(super::accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
