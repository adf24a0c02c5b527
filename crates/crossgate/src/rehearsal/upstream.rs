//! In place of the applications: answers what it was told to.

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use crossgate_model::{Host, UpstreamScheme, UpstreamUrl};
use tokio::net::TcpListener;

use crate::cli::ExplainOptions;
use crate::exchanges::header;

/// Starts it; it ends with the process.
pub(super) async fn start(options: &ExplainOptions) -> Result<UpstreamUrl> {
    let status = StatusCode::from_u16(options.upstream_status)
        .with_context(|| format!("{} is no status", options.upstream_status))?;
    let mut headers = HeaderMap::new();
    for line in &options.upstream_headers {
        let (name, value) = header(line)?;
        headers.append(name, value);
    }
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .context("cannot listen in place of the upstreams")?;
    let address = listener.local_addr()?;
    let router = Router::new().fallback(move || {
        let headers = headers.clone();
        async move { (status, headers) }
    });
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "what stands in for the upstreams stopped");
        }
    });
    let host = Host::parse("127.0.0.1").context("loopback has an address")?;
    Ok(UpstreamUrl { scheme: UpstreamScheme::Http, host, port: address.port() })
}
