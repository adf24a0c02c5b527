//! The original GET of a fetch whose `null` is bound, served in the answer of `authorized`.
//!
//! A browser that was redirected across origins says `Origin: null`, as every sandboxed frame does. Here the gateway has just made sure
//! that it redirected this very request itself, so it answers at once instead of sending the browser on to where anybody could be
//! `null`. The request goes through the whole request path again, with the session that it has just been given.

use std::sync::Arc;

use bytes::Bytes;
use crossgate_gate::{Action, Gate, Head, ServeOriginal, Stamp};
use crossgate_http1::RequestTarget;
use crossgate_session::Credentials;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN,
    SET_COOKIE, TRAILER, TRANSFER_ENCODING,
};
use http::{HeaderMap, HeaderValue, Response};
use tokio::time::Instant;

use crate::Failure;
use crate::account::Account;
use crate::body_source::NoBody;
use crate::forward::{Forwarding, forward};
use crate::patience::Patience;
use crate::reply::Reply;
use crate::serve_request::{Asked, Visit, decide};
use crate::server::Worker;

/// Serves what was asked for before the redirects. `asked` is the request to `authorized`, `granted` is the answer that opened
/// the session.
pub(crate) async fn serve_original(
    worker: &Worker,
    gate: &Arc<Gate>,
    visit: &Visit<'_>,
    asked: &Asked<'_>,
    granted: &Response<Bytes>,
    original: &ServeOriginal,
) -> Reply {
    let started = Instant::now();
    let opened = granted.headers().get_all(SET_COOKIE);
    let mut headers = asked.headers.clone();
    add_cookies(&mut headers, opened.iter());
    headers.insert(ORIGIN, original.initiator.header_value());
    // What was said of a body that has been read, and that the original request did not have.
    for name in [CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRAILER, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    let (path, query) = match original.return_path.as_str().split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (original.return_path.as_str(), None),
    };
    let target = RequestTarget { path, query, ..asked.target };
    let asked = Asked { target, headers: &headers, ..*asked };
    let mut account = Account::new(started, visit.request_id, visit.client, Some(asked.method));
    let navigation = false;
    let broken = |failure: Failure| {
        let response = worker.gateway.failure(navigation, failure, visit.request_id);
        Reply::stamped(response, &Stamp::for_bound_null(), visit.request_id)
    };
    let Ok(head) = Head::read(&asked.line(visit), &headers) else {
        return broken(Failure::UpstreamBroken);
    };
    account.read(&head);
    let (verdict, credentials) = match decide(worker, gate, &head).await {
        Ok(decided) => decided,
        Err((verdict, failure)) => {
            account.failure = Some(failure);
            let reply = broken(failure);
            account.record(worker, &verdict, &reply);
            return reply;
        }
    };
    account.identity = credentials.as_ref().and_then(Credentials::identity_for_log);
    let Action::Forward(decision) = &verdict.action else {
        let answer = worker.gateway.answer(gate, &head, &verdict, visit.request_id);
        let reply = Reply::stamped(answer, &Stamp::for_bound_null(), visit.request_id);
        account.record(worker, &verdict, &reply);
        return reply;
    };
    let (asked_at, mut patience) = (Instant::now(), Patience::default());
    let forwarding = Forwarding {
        at: asked_at,
        worker,
        gate,
        application: verdict.application,
        method: head.method,
        target: &head.target,
        headers: &headers,
        websocket: None,
        peer: visit.peer,
        request_id: visit.request_id,
        identity: decision.identity,
        credentials: credentials.as_ref(),
    };
    let answered = forward(&forwarding, &verdict.action, &mut NoBody, &mut patience).await;
    account.answered(asked_at, answered.as_ref().ok().map(Reply::status));
    let mut reply = match answered {
        Ok(reply) if redirects(&reply) => {
            account.failure = Some(Failure::UpstreamRedirected);
            broken(Failure::UpstreamRedirected)
        }
        Ok(mut reply) => {
            let stamp = Stamp { exposed: verdict.stamp.exposed.clone(), ..Stamp::for_bound_null() };
            pass_on(reply.headers_mut(), path, &stamp);
            reply
        }
        Err(failure) => {
            account.failure = Some(failure);
            broken(failure)
        }
    };
    for line in opened {
        reply.headers_mut().append(SET_COOKIE, line.clone());
    }
    account.record(worker, &verdict, &reply);
    reply
}

fn redirects(reply: &Reply) -> bool {
    reply.status().is_redirection() && reply.headers().contains_key(LOCATION)
}

/// Makes the upstream's response readable for the page alone and good for this once.
fn pass_on(headers: &mut HeaderMap, path: &str, stamp: &Stamp) {
    scope_cookies(headers, default_path(path));
    crossgate_cors::stamp_nobody(headers);
    stamp.write(headers);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Adds cookies that the browser is only about to get.
fn add_cookies<'a>(headers: &mut HeaderMap, lines: impl Iterator<Item = &'a HeaderValue>) {
    let own = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect::<Vec<_>>();
    let mut cookies = own.join(b"; ".as_slice());
    for line in lines {
        let pair = line.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        if !cookies.is_empty() {
            cookies.extend(b"; ");
        }
        cookies.extend(pair);
    }
    if let Ok(line) = HeaderValue::try_from(cookies) {
        headers.insert(COOKIE, line);
    }
}

/// Gives each cookie without a path the one that it would have had at the original URL (RFC 6265, section 5.2.4).
fn scope_cookies(headers: &mut HeaderMap, default_path: &str) {
    let has_path = |line: &HeaderValue| {
        let mut attributes = line.as_bytes().split(|byte| *byte == b';').skip(1);
        attributes.any(|attribute| {
            let mut parts = attribute.splitn(2, |byte| *byte == b'=');
            let name = parts.next().unwrap_or_default().trim_ascii();
            let value = parts.next().unwrap_or_default().trim_ascii();
            name.eq_ignore_ascii_case(b"path") && value.starts_with(b"/")
        })
    };
    let scoped = |line: &HeaderValue| {
        let line = [line.as_bytes(), b"; Path=", default_path.as_bytes()].concat();
        HeaderValue::try_from(line).ok()
    };
    let lines = headers.get_all(SET_COOKIE).iter();
    let lines =
        lines.filter_map(|line| if has_path(line) { Some(line.clone()) } else { scoped(line) });
    let lines = lines.collect::<Vec<_>>();
    headers.remove(SET_COOKIE);
    for line in lines {
        headers.append(SET_COOKIE, line);
    }
}

/// RFC 6265, section 5.1.4.
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(last) => path.get(..last).unwrap_or("/"),
    }
}

#[cfg(test)]
mod tests {
    use http::header::{COOKIE, SET_COOKIE};
    use http::{HeaderMap, HeaderValue};

    /// HTTP/2 splits cookies into lines.
    #[test]
    fn cookies_that_are_about_to_come_are_added_to_all_that_are_there() {
        let opened = HeaderValue::from_static("__Host-s=1; Path=/; Secure");
        for (row, lines, expected) in [
            ("none", &[][..], "__Host-s=1"),
            ("a line", &["a=1; b=2"], "a=1; b=2; __Host-s=1"),
            ("lines", &["a=1", "b=2", "c=3"], "a=1; b=2; c=3; __Host-s=1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(COOKIE, HeaderValue::from_static(line));
            }
            super::add_cookies(&mut headers, std::iter::once(&opened));
            assert_eq!(headers.get_all(COOKIE).iter().collect::<Vec<_>>(), [expected], "{row}");
        }
    }

    #[test]
    fn a_cookie_gets_the_path_that_the_original_url_would_have_given_it() {
        for (row, path, line, expected) in [
            ("no path", "/v1/orders", "a=b; Secure", "a=b; Secure; Path=/v1"),
            ("at the top", "/orders", "a=b", "a=b; Path=/"),
            ("a folder", "/v1/", "a=b", "a=b; Path=/v1"),
            ("a path of its own", "/v1/orders", "a=b; path=/x", "a=b; path=/x"),
            ("a path that is none", "/v1/orders", "a=b; Path=x", "a=b; Path=x; Path=/v1"),
            ("an empty path", "/v1/orders", "a=b; Path=", "a=b; Path=; Path=/v1"),
            ("a value that looks like one", "/v1/orders", "path=/x", "path=/x; Path=/v1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(SET_COOKIE, line.parse().unwrap());
            super::scope_cookies(&mut headers, super::default_path(path));
            assert_eq!(headers[SET_COOKIE], expected, "{row}");
        }
    }
}
