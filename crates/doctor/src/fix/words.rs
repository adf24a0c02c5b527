//! What repairs a failure, in words.

use super::Subject;
use crate::call::Relation;
use crate::finding::ConfigChange;
use crate::{Cause, Symptom};

/// The fix in a few sentences.
pub(super) fn of(
    subject: &Subject<'_>,
    change: Option<&ConfigChange>,
    has_headers: bool,
) -> String {
    let host = subject.target.map_or("the server", |it| it.host());
    let mut words = plain(subject, host);
    if let Some(change) = change {
        words = format!(
            "Change the settings of the application `{}` as the diff shows. {words}",
            change.application
        );
    } else if has_headers {
        words = format!("{words} The headers below are what has to be sent.");
    }
    if subject.request_origin == Some("null") && subject.verdict.cause == Cause::OriginNotAllowed {
        words.push_str(
            " Serve the page from an origin of its own instead of a sandboxed frame or a file.",
        );
    }
    words
}

fn plain(subject: &Subject<'_>, host: &str) -> String {
    let page = subject.page.unwrap_or("the page");
    match subject.verdict.cause {
        Cause::AllowCredentialsMissing => format!("Let {host} send `Access-Control-Allow-Credentials: true` on the preflight and on the response; or let the page call without credentials, if it needs none."),
        Cause::AnonymousScript => "Write `crossorigin=\"use-credentials\"` on the element; for a manifest, too.".to_owned(),
        Cause::AuthBeforeCors => format!("Let preflights of {host} (OPTIONS with Origin and Access-Control-Request-Method) be answered before anything asks for a session, by whatever stands in front. Don't let every OPTIONS through to the application."),
        Cause::CachedForAnotherOrigin => format!("Let {host} send `Vary: Origin` on every answer of this URL, those without Origin and errors too, and empty the caches once."),
        Cause::CredentialsNotSent => "Call with `credentials: 'include'`, or `withCredentials = true` of XMLHttpRequest.".to_owned(),
        Cause::ErrorPathWithoutCors => format!("Let {host} send its CORS headers on errors and redirects, too (nginx: `add_header … always`; a gateway: on its own answers)."),
        Cause::HeaderNotAllowed => {
            let name = subject.verdict.value.as_deref().unwrap_or("the header");
            format!("Add `{name}` to the request headers that {host} allows.")
        }
        Cause::LocalNetwork => "Let the visitor permit it when the browser asks (the page has to be on https), or reach the server by an address of the same network as the page's.".to_owned(),
        Cause::LoginPageAsResponse => format!("Let {host} answer calls of scripts without a session with 401 and not with a redirect. In the page: take HTML where JSON is expected for a session that has ended, and offer to sign in."),
        Cause::MalformedHeader => malformed(subject, host, page),
        Cause::MethodNotAllowed => {
            let method = subject.verdict.value.as_deref().or(subject.method).unwrap_or("the method");
            let upper = method.to_ascii_uppercase();
            if method == upper {
                format!("Add {method} to the methods that {host} allows.")
            } else {
                format!("Write the method in upper case in the page (`{upper}`), and let {host} allow {upper}.")
            }
        }
        Cause::NetworkFailure => "Repair what keeps the request from being answered; open the URL in a tab of its own to see it.".to_owned(),
        Cause::NullOriginAfterRedirect => format!("Don't redirect scripts: let {host} answer a call without a session with 401, which the page can read, or recognise the session of the other host without a redirect."),
        Cause::OptionsNotHandled => format!("Let whatever stands in front of {host} answer preflights, with status 204 and the CORS headers; or call a URL that does not redirect."),
        Cause::OriginNotAllowed => match subject.failed_at.map(|it| it.scheme()) {
            Some("ws" | "wss") => format!("Let {host} trust {page} for WebSockets (for Crossgate: name it in `trusted_origins`, or in `allowed_origins` with `allow_credentials`)."),
            _ if subject.verdict.symptom == Some(Symptom::AllowOriginMissing) && !subject.verdict.on_preflight && subject.preflight.is_some() => {
                format!("Let the application at {host} send the CORS headers of its responses itself, for {page}: a gateway in front may answer preflights alone.")
            }
            _ => format!("Let {host} allow {page}: compare Origin with a list, and send it back where it is listed."),
        },
        Cause::ResourcePolicy => "Let the resource say who may load it (`Cross-Origin-Resource-Policy`), or load it by CORS (`crossorigin`).".to_owned(),
        Cause::SameSiteCookie | Cause::ThirdPartyCookiesBlocked => one_site(subject, host),
        Cause::SessionExpired => "Sign in again, in a tab of its own. In the page: answer a 401 with an offer to sign in, and repeat the call.".to_owned(),
        Cause::SessionMissing => format!("Sign in at https://{host}/ once, in a tab of its own, then try again. In the page: answer a 401 with an offer to sign in."),
        Cause::TwoOwners => format!("Let one of the two write the CORS headers of {host}: remove them in the application, or in the gateway."),
        Cause::WildcardWithCredentials => match subject.verdict.symptom {
            Some(Symptom::MethodNotAllowed) => "List the methods by name.".to_owned(),
            Some(Symptom::HeaderNotAllowed) => "List the request headers by name.".to_owned(),
            _ => format!("Let {host} send the page's own origin in place of `*`, if it is listed; or let the page call without credentials."),
        },
        Cause::Unknown => match subject.verdict.symptom {
            Some(Symptom::UnsupportedScheme) => "Serve the page on https, and call with `mode: 'cors'`, which is what `fetch` does anyway.".to_owned(),
            _ => "Record again with what is missing.".to_owned(),
        },
    }
}

fn malformed(subject: &Subject<'_>, host: &str, page: &str) -> String {
    match subject.verdict.symptom {
        Some(Symptom::RedirectUserinfo) => {
            format!("Let {host} redirect to a URL without a user name and password.")
        }
        Some(Symptom::PreflightSyntax) => {
            "Write the list with commas between bare names.".to_owned()
        }
        _ => format!("Write the origin as browsers do: `{page}`."),
    }
}

fn one_site(subject: &Subject<'_>, host: &str) -> String {
    let page =
        subject.page.and_then(|page| page.split_once("://")).map_or("the page", |(_, it)| it);
    let words = format!(
        "Put {page} and {host} under one registrable domain (app.example.com and api.example.com): then cookies come along in every browser. `SameSite=None` alone helps only where third-party cookies are allowed."
    );
    if subject.relation() == Some(Relation::CrossSite) {
        words
    } else {
        format!("{words} http and https count as different sites.")
    }
}
