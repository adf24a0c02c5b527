//! WebSockets: from an HTTP/1.1 upgrade or an extended CONNECT to an HTTP/1.1 upgrade at the upstream, then bytes both ways.

use std::rc::Rc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crossgate_frames::web_socket::{CloseCode, Side};
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, UPGRADE};
use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::Failure;
use crate::body_source::Http1;
use crate::exchange::Connection;
use crate::framed::{Ends, Framed};
use crate::standing::Standing;

/// How long it may take to say why a WebSocket ends.
const LAST_WORD: Duration = Duration::from_millis(500);

/// How long one side may go on after it was told that the other has ended: time to say goodbye, no more.
const HALF_CLOSED: Duration = Duration::from_secs(5);

/// How long it may take to get what the other side said last.
const LAST_BYTES: Duration = Duration::from_secs(60);

/// What the protocol adds to the key (RFC 6455, section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// How a visitor asks for a WebSocket.
#[derive(Debug)]
pub(crate) enum WebSocketRequest {
    /// By an HTTP/1.1 upgrade.
    Upgrade,
    /// By extended CONNECT (RFC 8441), which has no key: the gateway chooses one for the upstream.
    ExtendedConnect { key: String },
}

impl WebSocketRequest {
    pub(crate) fn new(extended: bool) -> Result<Self, Failure> {
        Ok(if extended { Self::ExtendedConnect { key: fresh_key()? } } else { Self::Upgrade })
    }

    /// The key that the visitor does not send.
    pub(crate) fn own_key(&self) -> Option<&str> {
        match self {
            Self::Upgrade => None,
            Self::ExtendedConnect { key } => Some(key),
        }
    }

    /// What the visitor gets once the upstream has agreed. Returns the status.
    pub(crate) fn agree(&self, headers: &mut HeaderMap) -> Result<StatusCode, Failure> {
        match self {
            Self::Upgrade => {
                headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
                headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
                Ok(StatusCode::SWITCHING_PROTOCOLS)
            }
            Self::ExtendedConnect { key } => {
                let accepted = headers.remove(SEC_WEBSOCKET_ACCEPT);
                if accepted.as_ref().map(HeaderValue::as_bytes) != Some(accept(key).as_bytes()) {
                    return Err(Failure::UpstreamWebSocket);
                }
                Ok(StatusCode::OK)
            }
        }
    }
}

/// Connects the two sides until both have ended, or one a while ago, or the session does that opened it, or `cut`; in the last two cases both
/// sides are told, if they are not in the middle of a frame. Bytes that either side has sent already come first.
pub(crate) async fn tunnel<S>(
    visitor: S,
    early: &[u8],
    mut upstream: Box<Connection>,
    standing: Standing,
    cut: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Http1 { stream: upstream, input } = &mut upstream.http1;
    let ends = Rc::<Ends>::default();
    let mut visitor = Framed::new(visitor, Side::Client, &ends);
    let mut upstream = Framed::new(upstream, Side::Server, &ends);
    let both_ways = async {
        visitor.write_all(input.bytes()).await?;
        upstream.write_all(early).await?;
        input.consume(input.bytes().len());
        input.rest();
        copy_bidirectional(&mut visitor, &mut upstream).await
    };
    let code = tokio::select! {
        // Either side may end the tunnel at any time, by any means.
        _ended = both_ways => return,
        () = later(&ends.passed_on, HALF_CLOSED) => return,
        () = later(&ends.came, LAST_BYTES) => return,
        () = standing.is_over() => CloseCode::PolicyViolation,
        () = cut.cancelled() => CloseCode::GoingAway,
    };
    let told = async { tokio::join!(visitor.close(code), upstream.close(code)) };
    // Whoever does not listen is not told.
    let _told = timeout(LAST_WORD, told).await;
}

/// Waits until a while after something was told.
async fn later(told: &Notify, pause: Duration) {
    told.notified().await;
    sleep(pause).await;
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
