//! HTTP/2 on either side.

use bytes::Bytes;
use crossgate_proxy::Limits;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body::Frame;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::client::conn::http2::{self, SendRequest};
use hyper::ext::Protocol;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::upstream::{Echo, answering, in_bytes, read_head};
use crate::web_socket::echo;
use crate::world::World;

type Body = BoxBody<Bytes, std::convert::Infallible>;

async fn client(world: &World) -> SendRequest<Body> {
    client_with(world, |_| {}).await
}

async fn client_with(
    world: &World,
    settings: impl FnOnce(&mut http2::Builder<TokioExecutor>),
) -> SendRequest<Body> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    settings(&mut builder);
    let io = TokioIo::new(world.connect().await);
    let (sender, connection) = builder.handshake(io).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn request(method: Method, uri: &str) -> http::request::Builder {
    Request::builder().method(method).uri(uri)
}

async fn text(response: hyper::Response<hyper::body::Incoming>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_reaches_an_upstream_that_speaks_http_1() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let mut client = client(&world).await;
    let request = request(Method::POST, "https://open.acme.example/a?b")
        .header("cookie", "a=1")
        .header("cookie", "CF_Authorization=secret")
        .header("cookie", "b=2")
        .body(Full::new(Bytes::from("abc")).boxed())
        .unwrap();
    let response = client.send_request(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers().get("connection").is_none());
    let text = text(response).await;
    assert!(text.starts_with("POST /a?b HTTP/1.1\n"), "{text}");
    for line in ["host: open.acme.example", "cookie: a=1; b=2", "content-length: 3"] {
        assert!(text.contains(&format!("\n{line}\n")), "{line} in {text}");
    }
    assert!(text.ends_with("\n\nabc\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn grpc_passes_from_end_to_end() {
    let upstream = Echo::start().await;
    let rule =
        format!("service: \"http://{}\", origin_request: {{ http2: true }}", upstream.address);
    let world = World::open_by(rule, Limits::default()).await;
    let mut client = client(&world).await;
    for _ in 0..3 {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-sum", HeaderValue::from_static("1"));
        trailers.insert("cf-access-token", HeaderValue::from_static("forged"));
        let frames = [Frame::data(Bytes::from("abc")), Frame::trailers(trailers)];
        let body = StreamBody::new(futures_util::stream::iter(frames.map(Ok)));
        let request = request(Method::POST, "https://open.acme.example/trailers")
            .header("te", "trailers")
            .header("content-type", "application/grpc")
            .body(BodyExt::boxed(body))
            .unwrap();
        let response = client.send_request(request).await.unwrap();
        let collected = response.into_body().collect().await.unwrap();
        assert_eq!(collected.trailers().unwrap()["grpc-status"], "0");
        let text = String::from_utf8(collected.to_bytes().to_vec()).unwrap();
        assert!(text.starts_with("POST http://open.acme.example/trailers HTTP/2.0\n"), "{text}");
        assert!(text.contains("\nte: trailers\n"), "{text}");
        assert!(!text.contains("transfer-encoding"), "{text}");
        assert!(text.ends_with("\n\nabc\ntrailer x-sum: 1\n"), "{text}");
    }
    assert_eq!(upstream.connections(), 1, "one connection carries them all");
}

/// sec-C5-S13
#[tokio::test(flavor = "multi_thread")]
async fn visitors_who_do_not_read_keep_nothing_from_others_of_the_same_upstream() {
    let upstream = Echo::start().await;
    let rule =
        format!("service: \"http://{}\", origin_request: {{ http2: true }}", upstream.address);
    let world = World::open_by(rule, Limits::default()).await;
    let no_room = |builder: &mut http2::Builder<_>| {
        builder.initial_stream_window_size(0);
    };
    let mut not_reading = client_with(&world, no_room).await;
    let mut unread = Vec::new();
    for _ in 0..8 {
        let body = Full::new(Bytes::from(vec![b'x'; 3 << 20])).boxed();
        let asked = request(Method::POST, "https://open.acme.example/").body(body).unwrap();
        unread.push(not_reading.send_request(asked).await.unwrap());
    }
    let mut reading = client(&world).await;
    let body = Full::new(Bytes::from(vec![b'y'; 1 << 20])).boxed();
    let asked = request(Method::POST, "https://open.acme.example/").body(body).unwrap();
    let answer = async { text(reading.send_request(asked).await.unwrap()).await };
    let answer = tokio::time::timeout(std::time::Duration::from_secs(20), answer).await;
    assert!(answer.expect("an answer in time").len() > 1 << 20);
    assert_eq!(upstream.connections(), 1, "one connection carries them all");
    assert!(unread.iter().all(|response| response.status() == StatusCode::OK));
}

/// What an upstream repeats of a long request is no failure of the upstream's.
#[tokio::test(flavor = "multi_thread")]
async fn an_answers_head_may_be_longer_than_the_requests() {
    for http2 in [false, true] {
        let upstream = Echo::start().await;
        let rule = format!(
            "service: \"http://{}\", origin_request: {{ http2: {http2} }}",
            upstream.address
        );
        let world = World::open_by(rule, Limits::default()).await;
        let any_length = |builder: &mut http2::Builder<_>| {
            builder.max_header_list_size(1 << 20);
        };
        let mut client = client_with(&world, any_length).await;
        let query = "a".repeat(40_000);
        let asked = request(Method::GET, &format!("https://open.acme.example/moved?{query}"));
        let answer = client.send_request(asked.body(Empty::new().boxed()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "HTTP/2: {http2}");
        assert_eq!(answer.headers()["location"], format!("/moved/?{query}&{query}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_socket_by_extended_connect_becomes_an_upgrade() {
    let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let upstream = in_bytes(move |mut stream| {
        let heard = heard.clone();
        async move {
            let head = read_head(&mut stream).await;
            let key = head.lines().find_map(|line| line.strip_prefix("sec-websocket-key: "));
            let accept = accept(key.unwrap());
            heard.send(head.clone()).unwrap();
            let agreed = format!("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accept}\r\nsec-websocket-protocol: chat\r\n\r\n");
            stream.write_all(agreed.as_bytes()).await.unwrap();
            echo(&mut stream).await;
        }
    })
    .await;
    let world = World::of(upstream).await;
    let mut client = client(&world).await;
    let response = client.send_request(connect("websocket")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["sec-websocket-protocol"], "chat");
    assert!(response.headers().get("sec-websocket-accept").is_none());
    let head = hears.recv().await.unwrap();
    assert!(head.starts_with("GET /chat HTTP/1.1\r\n"), "{head}");
    let mut tunnel = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
    tunnel.write_all(b"there and back").await.unwrap();
    let mut back = [0; 14];
    tunnel.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"there and back");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_that_agrees_to_nothing_that_was_asked_is_broken() {
    let upstream = in_bytes(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(crate::web_socket::AGREED.as_bytes()).await.unwrap();
    })
    .await;
    let world = World::of(upstream).await;
    let response = client(&world).await.send_request(connect("websocket")).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(text(response).await, "upstream-websocket");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_protocols_get_no_tunnel() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let response = client(&world).await.send_request(connect("connect-udp")).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(upstream.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_must_not_contradict_the_host() {
    let upstream = Echo::start().await;
    let world = World::of(upstream.address).await;
    let request = request(Method::GET, "https://open.acme.example/")
        .header("host", "app.acme.example")
        .body(Empty::new().boxed())
        .unwrap();
    let response = client(&world).await.send_request(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST, "sec-C2-H4");
}

/// sec-C5-S11
#[tokio::test(flavor = "multi_thread")]
async fn there_may_be_as_many_fields_as_over_http_1_and_cookies_in_lines_of_their_own() {
    const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let world = World::of(answering(&[OK, OK]).await).await;
    let mut client = client(&world).await;
    for (name, count, expected) in [
        ("x-many", 128, StatusCode::OK),
        ("x-many", 129, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        ("cookie", 180, StatusCode::OK),
    ] {
        let mut request = request(Method::GET, "https://open.acme.example/");
        for number in 0..count {
            request = request.header(name, format!("a{number}=b"));
        }
        let request = request.body(Empty::new().boxed()).unwrap();
        let response = client.send_request(request).await.unwrap();
        assert_eq!(response.status(), expected, "{count} of {name}");
    }
}

fn connect(protocol: &'static str) -> Request<Body> {
    request(Method::CONNECT, "https://open.acme.example/chat")
        .extension(Protocol::from_static(protocol))
        .header("sec-websocket-version", "13")
        .body(Empty::new().boxed())
        .unwrap()
}

fn accept(key: &str) -> String {
    use base64::Engine as _;
    let text = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let hash =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(hash)
}
