//! What the console says of a failure whose answer cannot be looked at.

use crossgate_cors::{Origin, RequestOrigin};

use super::response::{misspelt, multiple, null_origin, of_value};
use super::{Verdict, judge};
use crate::console::Message;
use crate::{Cause, Confidence, Symptom};

/// What a message says where no answer can be looked at.
pub(super) fn alone(message: &Message) -> Verdict {
    alone_by(message.symptom, Some(message))
}

pub(super) fn alone_by(symptom: Symptom, message: Option<&Message>) -> Verdict {
    let value = message.and_then(|it| it.value.as_deref()).unwrap_or_default();
    let unknown = |told: &str| Verdict::new(Cause::Unknown, Confidence::Possible, told);
    match symptom {
        Symptom::AllowOriginMissing => missing_alone(message),
        Symptom::AllowOriginMismatch => mismatch_alone(message, value),
        Symptom::AllowOriginMultiple => multiple(1, value).at_most(Confidence::Likely),
        Symptom::AllowOriginInvalid | Symptom::WildcardWithCredentials | Symptom::AllowCredentialsMissing => {
            of_value(symptom, value)
        }
        Symptom::PreflightRedirect => unknown("The preflight was redirected. To a place to sign in: then something asks for a session before it answers preflights. To https or another path: then the page should call that.")
            .lack("where to: the `Location` of the answer to OPTIONS"),
        Symptom::PreflightStatus => status_alone(message),
        Symptom::PreflightSyntax => Verdict::new(
            Cause::MalformedHeader,
            Confidence::Certain,
            "A list in the answer to the preflight cannot be read: entries are separated by commas, and are bare names.",
        ),
        Symptom::MethodNotAllowed => Verdict::new(
            Cause::MethodNotAllowed,
            Confidence::Likely,
            format!("The method {value} is not in the server's Access-Control-Allow-Methods."),
        )
        .lack("the list itself: `*` in it does not count where credentials are included"),
        Symptom::HeaderNotAllowed => Verdict::new(
            Cause::HeaderNotAllowed,
            Confidence::Likely,
            format!("The request header `{value}` is not in the server's Access-Control-Allow-Headers."),
        )
        .lack("the list itself: `*` in it does not count where credentials are included"),
        Symptom::RedirectUserinfo => judge::userinfo(),
        Symptom::LocalNetwork => judge::local_network(),
        Symptom::UnsupportedScheme => judge::unsupported_scheme(),
        Symptom::AuthorizationWildcard => judge::wildcard_authorization(),
        Symptom::ResourcePolicy => Verdict::new(
            Cause::ResourcePolicy,
            Confidence::Certain,
            "The resource's Cross-Origin-Resource-Policy, the page's Cross-Origin-Embedder-Policy or opaque response blocking keeps it from this page. That is about loading, not about CORS.",
        ),
        Symptom::NotCors => {
            let obstacle = message.and_then(|it| it.obstacle).unwrap_or(crate::console::Obstacle::Other);
            judge::not_cors(obstacle, true)
        }
    }
}

fn missing_alone(message: Option<&Message>) -> Verdict {
    let target = message.and_then(|it| it.target.as_ref());
    let redirected = message.is_some_and(|it| it.redirected_from.is_some());
    if target.is_some_and(|it| it.is_login()) && redirected {
        return Verdict::new(
            Cause::SessionMissing,
            Confidence::Likely,
            "The call was redirected to a place to sign in, where a script gets no further: there was no session, or none any more.",
        )
        .lack("whether a session's cookie came along");
    }
    let status = message.and_then(|it| it.status);
    let is_vague = message.is_some_and(|it| it.engine == crate::Engine::Webkit);
    let what = if is_vague {
        "no Access-Control-Allow-Origin, or one for another page"
    } else {
        "no Access-Control-Allow-Origin"
    };
    match status {
        Some(status @ 200..=299) => Verdict::new(
            Cause::OriginNotAllowed,
            Confidence::Likely,
            format!("The answer ({status}) has {what}: the server has no CORS settings there, or they do not name this page."),
        ),
        Some(status) => Verdict::new(
            Cause::Unknown,
            Confidence::Possible,
            format!("The answer has the status {status} and {what}. On the preflight: something asks for a session, or does not know OPTIONS. On the request: errors are answered without CORS headers."),
        )
        .lack("whether that was the preflight or the request"),
        None => Verdict::new(
            Cause::Unknown,
            Confidence::Possible,
            format!("The answer has {what}: the server does not allow the page, or an error or a login answered in its place."),
        )
        .lack("the status of the answer"),
    }
}

fn mismatch_alone(message: Option<&Message>, value: &str) -> Verdict {
    let page = message.and_then(|it| it.page_origin.as_deref());
    if let Some(verdict) = page.and_then(|page| misspelt(value, page)) {
        return verdict;
    }
    let redirected = message.is_some_and(|it| it.redirected_from.is_some());
    if redirected && page == Some("null") {
        return null_origin();
    }
    let is_the_page = page == Some(value);
    if redirected && is_the_page {
        // It would have passed if the page's own origin had been sent.
        return null_origin().at_most(Confidence::Likely);
    }
    if url::Url::parse(value).is_ok_and(|url| url.path() != "/" || value.ends_with('/'))
        && Origin::parse(value.as_bytes()).is_err()
    {
        return Verdict::new(
            Cause::MalformedHeader,
            Confidence::Likely,
            format!(
                "Access-Control-Allow-Origin is `{value}`: an origin has no slash at the end and no path."
            ),
        );
    }
    let is_origin = matches!(Origin::parse(value.as_bytes()), Ok(RequestOrigin::Tuple(_)));
    let told = if is_origin {
        format!("The server allows {value}, which is not the page.")
    } else {
        "The server allows another origin than the page's.".to_owned()
    };
    let verdict = Verdict::new(Cause::OriginNotAllowed, Confidence::Likely, told)
        .lack("whether a cache gave out an answer for another page: `Age`, `Vary`");
    match page {
        Some(page) => Verdict { value: Some(page.to_owned()), ..verdict },
        None => verdict.lack("the page's origin: this browser's message does not name it"),
    }
}

fn status_alone(message: Option<&Message>) -> Verdict {
    match message.and_then(|it| it.status) {
        Some(status @ (401 | 407 | 511)) => Verdict::new(
            Cause::AuthBeforeCors,
            Confidence::Certain,
            format!("The preflight was answered with {status}: something asked for a session, which a preflight never has."),
        ),
        Some(403) => Verdict::new(
            Cause::AuthBeforeCors,
            Confidence::Possible,
            "The preflight was answered with 403: by a login or firewall in front that lets no request pass without a session, or by CORS settings that do not allow the call.",
        )
        .lack("the headers of the answer, which tell the two apart"),
        Some(status @ (404 | 405 | 501)) => Verdict::new(
            Cause::OptionsNotHandled,
            Confidence::Certain,
            format!("The preflight was answered with {status}: the server does not know OPTIONS there."),
        ),
        Some(status) if status >= 500 => Verdict::new(
            Cause::OptionsNotHandled,
            Confidence::Likely,
            format!("The preflight was answered with {status}: the server fails on OPTIONS, or was not there."),
        ),
        _ => Verdict::new(
            Cause::Unknown,
            Confidence::Possible,
            "The preflight was not answered with a status of 200 to 299. 401 or 403: something asks for a session, which a preflight never has. 404, 405 or 5xx: the server does not know OPTIONS there.",
        )
        .lack("the status of the answer to OPTIONS"),
    }
}
