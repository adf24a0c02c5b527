//! Who may speak to the admin listener: a name of its own keeps DNS rebinding out, Fetch Metadata other sites' pages.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use crossgate_cors::{FetchMetadata, SecFetchDest, SecFetchMode, SecFetchSite};
use crossgate_model::{Admin, Host};

use super::text;

/// What the admin listener may be called.
pub(super) struct Names {
    ip: IpAddr,
    names: Vec<Host>,
}

impl Names {
    pub(super) fn new(admin: &Admin) -> Self {
        Self { ip: admin.address.ip(), names: admin.hostnames.clone() }
    }

    /// Its own address counts (any address where it binds all of them), `localhost` on loopback, and what is listed.
    fn include(&self, host: &Host) -> bool {
        let by_address = match host.ip() {
            Some(ip) => ip.to_canonical() == self.ip.to_canonical() || self.ip.is_unspecified(),
            None => host.as_str() == "localhost" && self.ip.is_loopback(),
        };
        by_address || self.names.contains(host)
    }
}

pub(super) async fn guard(
    State(names): State<Arc<Names>>,
    request: Request,
    next: Next,
) -> Response {
    let host = requested_host(&request);
    if !host.is_some_and(|host| names.include(&host)) {
        return text(
            StatusCode::MISDIRECTED_REQUEST,
            "this listener has no such name\n".to_owned(),
        );
    }
    if !is_welcome(request.method(), request.headers()) {
        return text(StatusCode::FORBIDDEN, "not from another site\n".to_owned());
    }
    next.run(request).await
}

/// The one host that a request names.
fn requested_host(request: &Request) -> Option<Host> {
    let mut headers = request.headers().get_all(header::HOST).iter();
    let text = match (request.uri().authority(), headers.next(), headers.next()) {
        (_, _, Some(_)) | (None, None, _) => return None,
        (Some(authority), None, None) => authority.as_str(),
        (None, Some(header), None) => header.to_str().ok()?,
        (Some(authority), Some(header), None) => {
            header.to_str().ok().filter(|text| *text == authority.as_str())?
        }
    };
    Host::parse(without_port(text)).ok()
}

fn without_port(text: &str) -> &str {
    match text.rsplit_once(':') {
        Some((host, port))
            if !port.contains(']') && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            host
        }
        _ => text,
    }
}

fn is_welcome(method: &Method, headers: &HeaderMap) -> bool {
    let fetch = FetchMetadata::from_headers(headers);
    let elsewhere = matches!(
        fetch.site,
        Some(SecFetchSite::CrossSite | SecFetchSite::SameSite | SecFetchSite::Unknown)
    );
    let top_level = *method == Method::GET
        && fetch.mode == Some(SecFetchMode::Navigate)
        && matches!(fetch.dest, None | Some(SecFetchDest::Document));
    !elsewhere || top_level
}
