//! The admin listener's guards and pages.

mod guard;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use crossgate_model::Admin;
use futures_util::future::BoxFuture;

/// What the admin listener shows.
pub struct AdminPages {
    /// Whether the gateway can serve: its store answers, it has keys and a config.
    pub ready: Box<dyn Fn() -> BoxFuture<'static, Result<(), NotReady>> + Send + Sync>,
    /// The metrics, in the text format of OpenMetrics.
    pub metrics: Box<dyn Fn() -> String + Send + Sync>,
    /// More pages behind the same guards, such as the demo's mailbox.
    pub more: Option<Router>,
}

/// What keeps the gateway from serving.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotReady(
    /// In words, for whoever probes.
    pub String,
);

/// The admin listener's router: `/healthz`, `/readyz`, `/metrics`, and more.
///
/// Every request must name the listener by its own address or a listed name (421), and must not come from another
/// site's page, but for a top-level GET (403).
pub fn admin_router(admin: &Admin, pages: AdminPages) -> Router {
    let names = Arc::new(guard::Names::new(admin));
    let AdminPages { ready, metrics, more } = pages;
    Router::new()
        .route("/healthz", get(|| async { text(StatusCode::OK, "ok\n".to_owned()) }))
        .route("/readyz", get(readyz).with_state(Arc::new(ready)))
        .route("/metrics", get(show_metrics).with_state(Arc::new(metrics)))
        .merge(more.unwrap_or_default())
        .fallback(|| async { text(StatusCode::NOT_FOUND, "there is nothing here\n".to_owned()) })
        .layer(middleware::from_fn_with_state(names, guard::guard))
}

type Ready = Box<dyn Fn() -> BoxFuture<'static, Result<(), NotReady>> + Send + Sync>;

async fn readyz(State(ready): State<Arc<Ready>>) -> Response {
    match ready().await {
        Ok(()) => text(StatusCode::OK, "ready\n".to_owned()),
        Err(reason) => text(StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {reason}\n")),
    }
}

async fn show_metrics(
    State(metrics): State<Arc<Box<dyn Fn() -> String + Send + Sync>>>,
) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], metrics()).into_response()
}

fn text(status: StatusCode, text: String) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}
