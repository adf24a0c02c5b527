//! From a failed check to its cause.

use super::response::Failing;
use super::walk::{self, Failure, Walk};
use super::{Case, Verdict, alone, evidence, preflight, response, session, sure};
use crate::console::{Message, Obstacle};
use crate::cors_check::{self, Credentials, Failed};
use crate::har::Engine;
use crate::{Cause, Confidence, Symptom};

/// Judges a call that failed; nothing if nothing says that it did.
pub(super) fn judge(case: &Case<'_>) -> Option<Verdict> {
    let message = case.message();
    // 1. Not CORS at all.
    if let Walk::Obstacle { obstacle, .. } = &case.walk {
        return Some(not_cors(*obstacle, true));
    }
    let failure = failure(case, message);
    if let Some(failure) = failure {
        return Some(of_failure(case, &failure, message));
    }
    match (&case.walk, message) {
        (Walk::Unclear { hop }, _) => Some(unclear(case, *hop, message)),
        (_, Some(message)) if message.is_generic => None,
        (_, Some(message)) => Some(message_alone(message)),
        (_, None) => None,
    }
}

/// The check that failed: what the browser said, or what its headers show.
fn failure(case: &Case<'_>, message: Option<&Message>) -> Option<Failure> {
    let walked = match &case.walk {
        Walk::Failed(failure) => Some(failure),
        _ => None,
    };
    let Some(message) = message.filter(|it| !it.is_generic) else {
        return walked.cloned();
    };
    if message.symptom == Symptom::AuthorizationWildcard {
        return walked.cloned();
    }
    // Safari says the same of a missing header and of one for another origin.
    let is_vague =
        message.engine == Engine::Webkit && message.symptom == Symptom::AllowOriginMissing;
    match walked {
        Some(walked) if walked.failed.symptom == message.symptom || is_vague => {
            let value = walked.failed.value.clone().or_else(|| message.value.clone());
            let failed = Failed { symptom: walked.failed.symptom, value };
            Some(Failure { failed, is_inferred: false, ..walked.clone() })
        }
        _ => {
            let hop =
                walked.map(|it| it.hop).or_else(|| case.message_hop()).or_else(|| case.walk.hop());
            let failed = Failed { symptom: message.symptom, value: message.value.clone() };
            let hop = hop.unwrap_or_default();
            let on_preflight = message.on_preflight
                || walked.is_some_and(|it| it.on_preflight)
                || fails_on_preflight(case, hop, message);
            Some(Failure { hop, on_preflight, failed, is_inferred: false })
        }
    }
}

/// Only Chromium says which of the two it speaks of; the preflight comes first.
fn fails_on_preflight(case: &Case<'_>, hop: usize, message: &Message) -> bool {
    let preflight = case.hop(hop).and_then(|it| it.preflight);
    let check = preflight.zip(case.page()).map(|(preflight, page)| {
        walk::check_preflight(preflight, page, Credentials::Included, case.har.engine)
    });
    message.engine != Engine::Chromium
        && matches!(check, Some(Err(Some(failed))) if failed.symptom == message.symptom)
}

fn of_failure(case: &Case<'_>, failure: &Failure, message: Option<&Message>) -> Verdict {
    let symptom = failure.failed.symptom;
    let hop = case.hop(failure.hop);
    let failing = Failing { case, failure, message };
    let verdict = match symptom {
        Symptom::NotCors => {
            not_cors(message.and_then(|it| it.obstacle).unwrap_or(Obstacle::Other), true)
        }
        Symptom::LocalNetwork => local_network(),
        Symptom::UnsupportedScheme => unsupported_scheme(),
        Symptom::RedirectUserinfo => userinfo(),
        Symptom::ResourcePolicy => response::resource_policy(&failing),
        Symptom::AuthorizationWildcard => wildcard_authorization(),
        Symptom::PreflightRedirect
        | Symptom::PreflightStatus
        | Symptom::PreflightSyntax
        | Symptom::MethodNotAllowed
        | Symptom::HeaderNotAllowed => preflight::judge(&failing),
        Symptom::AllowOriginMissing if failure.on_preflight => preflight::judge(&failing),
        Symptom::AllowOriginMissing
        | Symptom::AllowOriginMismatch
        | Symptom::AllowOriginMultiple
        | Symptom::AllowOriginInvalid
        | Symptom::WildcardWithCredentials
        | Symptom::AllowCredentialsMissing => response::judge(&failing),
    };
    let mut verdict = Verdict {
        symptom: Some(symptom),
        on_preflight: failure.on_preflight || is_preflights(symptom),
        value: verdict.value.clone().or_else(|| failure.failed.value.clone()),
        ..verdict
    };
    if failure.is_inferred {
        verdict = verdict
            .at_most(Confidence::Likely)
            .lack("the credentials mode of the call: the check fails only if credentials are included, and that the call failed says so");
    }
    if verdict.on_preflight && hop.is_some_and(|it| it.preflight.is_none()) {
        verdict = verdict.lack(evidence::hidden_preflight(case.har.engine));
    }
    verdict
}

const fn is_preflights(symptom: Symptom) -> bool {
    matches!(
        symptom,
        Symptom::PreflightRedirect
            | Symptom::PreflightStatus
            | Symptom::PreflightSyntax
            | Symptom::MethodNotAllowed
            | Symptom::HeaderNotAllowed
            | Symptom::AuthorizationWildcard
    )
}

/// What the recording shows ended badly, and not why.
fn unclear(case: &Case<'_>, hop: usize, message: Option<&Message>) -> Verdict {
    let entry = case.hop(hop).and_then(|it| it.entry());
    let previous = hop.checked_sub(1).and_then(|it| case.hop(it)).and_then(|it| it.request);
    let came_from_login = entry.is_some_and(|it| it.url.is_login());
    if let (Some(previous), true) = (previous, came_from_login) {
        return session::why(case, previous).at_most(Confidence::Likely).tell(
            "The call was redirected to a place to sign in, where a script gets no further.",
        );
    }
    if let Some(message) = message.filter(|it| it.is_generic && it.engine == Engine::Firefox) {
        let verdict = not_cors(message.obstacle.unwrap_or(Obstacle::Other), false);
        return Verdict { symptom: Some(Symptom::NotCors), ..verdict };
    }
    let is_firefox = case.har.engine == Engine::Firefox;
    let has_error = entry.is_some_and(|it| !it.error.is_empty());
    let has_preflight = case.hop(hop).is_some_and(|it| it.preflight.is_some());
    if is_firefox && !has_error && !has_preflight {
        return Verdict { symptom: Some(Symptom::NotCors), ..not_cors(Obstacle::Other, false) };
    }
    let what = if entry.is_some_and(|it| it.has_response()) {
        "The browser kept the answer from the page. The headers in the recording pass every check that can be made with them."
    } else {
        "The browser kept the answer from the page, and the recording does not have the answer's headers."
    };
    let verdict = Verdict::new(Cause::Unknown, Confidence::Possible, what);
    let needs_preflight =
        case.call.method().is_some_and(|it| !matches!(it, "GET" | "HEAD" | "POST"));
    if needs_preflight && !has_preflight {
        verdict.lack(evidence::hidden_preflight(case.har.engine))
    } else {
        verdict
    }
}

/// What a message says where no entry belongs to it.
pub(super) fn message_alone(message: &Message) -> Verdict {
    let failing = alone::alone(message);
    let is_preflight = message.on_preflight || is_preflights(message.symptom);
    Verdict {
        symptom: Some(message.symptom),
        on_preflight: is_preflight,
        value: failing.value.clone().or_else(|| message.value.clone()),
        ..failing
    }
}

pub(super) fn not_cors(obstacle: Obstacle, is_named: bool) -> Verdict {
    let told = match obstacle {
        Obstacle::Address => "The host has no address: the name is wrong, or there is no network.",
        Obstacle::Blocker => {
            "An extension or a policy of this browser blocked the request; an ad blocker, mostly."
        }
        Obstacle::Certificate => {
            "The server's certificate is not accepted. Open the URL in a tab of its own to see why."
        }
        Obstacle::Connection => {
            "There was no connection, or it broke: the server is down, or something on the way refuses."
        }
        Obstacle::ContentSecurityPolicy => {
            "The page's own Content-Security-Policy forbids the request; `connect-src` has to name the host."
        }
        Obstacle::MixedContent => "A page on https may not call a URL on http.",
        Obstacle::Other => {
            "No answer arrived: the server is down, its certificate is not accepted, or something on the way, an extension or the page's own policy blocked the request."
        }
    };
    let verdict =
        Verdict::new(Cause::NetworkFailure, sure(is_named && obstacle != Obstacle::Other), told)
            .tell("No CORS header changes that.")
            .shown_by(Symptom::NotCors);
    if obstacle == Obstacle::Other {
        verdict.lack("what stopped it: the network panel's line for the request, or the URL opened in a tab of its own")
    } else {
        verdict
    }
}

pub(super) fn local_network() -> Verdict {
    Verdict::new(
        Cause::LocalNetwork,
        Confidence::Certain,
        "The URL's address is on the visitor's own network or computer, and the page is not: the browser asks the visitor first, and was told no or could not ask.",
    )
    .tell("No response header changes that.")
}

pub(super) fn unsupported_scheme() -> Verdict {
    Verdict::new(
        Cause::Unknown,
        Confidence::Certain,
        "The browser refused before it asked anybody: the page is not on http or https (a file opened from disk, an extension), the URL is not, or the script set `mode: 'same-origin'`.",
    )
    .tell("What is to be repaired is in the page.")
}

pub(super) fn userinfo() -> Verdict {
    Verdict::new(
        Cause::MalformedHeader,
        Confidence::Certain,
        "The server redirected to a URL with a user name or password in it, which ends every cross-origin call.",
    )
}

pub(super) fn wildcard_authorization() -> Verdict {
    Verdict::new(
        Cause::HeaderNotAllowed,
        Confidence::Certain,
        "The preflight passes only because browsers still let `*` cover `Authorization`; by the standard it does not, and Firefox announces to follow.",
    )
}

/// A preflight that passes today and will not tomorrow.
pub(super) fn latent_wildcard(case: &Case<'_>) -> Option<Verdict> {
    let said = case.messages.iter().any(|it| it.symptom == Symptom::AuthorizationWildcard);
    let shown = case.call.hops.iter().filter_map(|hop| hop.preflight).any(|preflight| {
        let names = preflight.request.list("access-control-request-headers").collect::<Vec<_>>();
        preflight.is_ok() && cors_check::authorization_by_wildcard(&preflight.response, &names)
    });
    (said || shown).then(|| Verdict {
        on_preflight: true,
        value: Some("authorization".to_owned()),
        ..wildcard_authorization().shown_by(Symptom::AuthorizationWildcard)
    })
}
