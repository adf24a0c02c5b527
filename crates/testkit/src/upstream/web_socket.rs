//! A WebSocket that says back what it hears.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// The 101 for a request that asks for a WebSocket.
pub(super) fn accept(request: &mut Request<Incoming>) -> Option<Response<Full<Bytes>>> {
    let key = derive_accept_key(request.headers().get("sec-websocket-key")?.as_bytes());
    let upgraded = hyper::upgrade::on(request);
    tokio::spawn(async move {
        let Ok(upgraded) = upgraded.await else { return };
        echo(WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await)
            .await;
    });
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-accept", key);
    Some(response.body(Full::default()).unwrap())
}

async fn echo(mut socket: WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>) {
    while let Some(Ok(message)) = socket.next().await {
        if !message.is_text() && !message.is_binary() {
            continue;
        }
        if socket.send(message).await.is_err() {
            return;
        }
    }
}
