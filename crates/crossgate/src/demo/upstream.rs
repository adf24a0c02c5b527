//! The demo's applications: one server that plays app1, app2 and partner by the host it is called by.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get};
use tokio::net::TcpListener;

/// Public origins of the demo's hosts.
#[derive(Debug)]
pub(super) struct Origins {
    pub(super) app1: String,
    pub(super) app2: String,
    pub(super) partner: String,
    pub(super) mailbox: String,
}

/// Binds the applications to a free port of the loopback.
pub(super) async fn bind() -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .context("cannot listen for the sample applications")?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves the applications until the process ends.
pub(super) async fn serve(listener: TcpListener, origins: Origins) -> Result<()> {
    let router = Router::new()
        .route("/", get(page))
        .route("/short/", get(page))
        .route("/api/hello", get(hello))
        .route("/short/api/hello", get(hello))
        .route("/flow/null-allowed/hello", get(hello))
        .route("/flow/null-refused/hello", get(hello))
        .route("/api/notes", any(hello))
        .route("/others/api/notes", any(hello))
        .route("/api/script.js", get(script))
        .with_state(Arc::new(origins));
    axum::serve(listener, router).await.context("the sample applications stopped")
}

/// The page of app1 with the buttons, or a page that says that the visitor is signed in.
async fn page(State(origins): State<Arc<Origins>>, headers: HeaderMap) -> Html<String> {
    let host = text(&headers, &header::HOST);
    let template = if host.starts_with("app1.") {
        include_str!("panel.html")
    } else {
        include_str!("neighbour.html")
    };
    let email = header::HeaderName::from_static("cf-access-authenticated-user-email");
    Html(
        template
            .replace("@EMAIL@", &escape(text(&headers, &email)))
            .replace("@HOST@", &escape(host))
            .replace("@APP1@", &origins.app1)
            .replace("@APP2@", &origins.app2)
            .replace("@PARTNER@", &origins.partner)
            .replace("@MAILBOX@", &origins.mailbox),
    )
}

async fn hello(
    State(origins): State<Arc<Origins>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let email = header::HeaderName::from_static("cf-access-authenticated-user-email");
    let body = serde_json::json!({
        "hello": text(&headers, &email),
        "from": text(&headers, &header::HOST),
        "your_origin": text(&headers, &header::ORIGIN),
    });
    let mut response = (StatusCode::OK, axum::Json(body)).into_response();
    let allows_null = uri.path().starts_with("/flow/null-allowed/");
    allow(&mut response, &headers, &origins, allows_null);
    response
}

async fn script(State(origins): State<Arc<Origins>>, headers: HeaderMap) -> Response {
    let body = "globalThis.demoScriptRan = true;";
    let mut response = ([(header::CONTENT_TYPE, "text/javascript")], body).into_response();
    allow(&mut response, &headers, &origins, false);
    response
}

/// The CORS headers of an actual response are the upstream's business: this upstream allows app1, and `null` where asked to.
fn allow(response: &mut Response, request: &HeaderMap, origins: &Origins, allows_null: bool) {
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = request.get(header::ORIGIN) else { return };
    if origin == origins.app1.as_str() || (allows_null && origin == "null") {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
