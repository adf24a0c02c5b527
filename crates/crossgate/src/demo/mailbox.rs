//! The demo's mailbox: a page on the admin listener that shows the mails of the mail directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use mail_parser::MessageParser;

/// `/mailbox`, to be put behind the admin listener's guards.
pub(super) fn router(folder: PathBuf) -> Router {
    Router::new().route("/mailbox", get(page)).with_state(Arc::new(folder))
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Page {
    mails: Vec<Mail>,
}

struct Mail {
    name: String,
    to: String,
    subject: String,
    text: String,
}

async fn page(State(folder): State<Arc<PathBuf>>) -> Response {
    let mails =
        tokio::task::spawn_blocking(move || newest_first(&folder)).await.unwrap_or_default();
    match (Page { mails }).render() {
        Ok(html) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
                (
                    header::CONTENT_SECURITY_POLICY,
                    "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
                ),
            ];
            (headers, html).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The last 20 mails.
fn newest_first(folder: &Path) -> Vec<Mail> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files = entries.map(|entry| entry.path()).collect::<Vec<_>>();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
    files.sort_by_key(|file| {
        std::cmp::Reverse(file.metadata().and_then(|data| data.modified()).ok())
    });
    files.iter().take(20).filter_map(|file| read(file)).collect()
}

fn read(file: &Path) -> Option<Mail> {
    let bytes = std::fs::read(file).ok()?;
    let message = MessageParser::default().parse(&bytes)?;
    Some(Mail {
        name: file.file_stem()?.to_string_lossy().into_owned(),
        to: message.to()?.first()?.address()?.to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
    })
}
