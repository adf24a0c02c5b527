//! Messages of Chromium.

use super::quoted::{between, status_after, url, url_after};
use super::{Message, Obstacle};
use crate::text::printable;
use crate::{Engine, Symptom};

/// Reads a line.
pub(super) fn message(line: &str) -> Option<Message> {
    blocked_by_cors(line).or_else(|| other(line))
}

fn blocked_by_cors(line: &str) -> Option<Message> {
    let (head, reason) = line.split_once(" has been blocked by CORS policy: ")?;
    let (_, head) = head.split_once("Access to ")?;
    let (symptom, value) = symptom(reason)?;
    let on_preflight = reason.starts_with("Response to preflight request");
    Some(Message {
        on_preflight: on_preflight
            || matches!(
                symptom,
                Symptom::MethodNotAllowed | Symptom::HeaderNotAllowed | Symptom::PreflightSyntax
            ),
        target: url_after(head, " at '"),
        redirected_from: url_after(head, "(redirected from '"),
        page_origin: between(head, "from origin '", "'").map(|it| printable(it, 253)),
        value: value.map(|it| printable(it, 253)),
        ..Message::new(Engine::Chromium, symptom)
    })
}

fn symptom(reason: &str) -> Option<(Symptom, Option<&str>)> {
    let says = |words: &str| reason.contains(words);
    Some(if says("No 'Access-Control-Allow-Origin' header is present") {
        (Symptom::AllowOriginMissing, None)
    } else if says("that is not equal to the supplied origin") {
        (Symptom::AllowOriginMismatch, between(reason, "has a value '", "'"))
    } else if says("contains multiple values") {
        (Symptom::AllowOriginMultiple, between(reason, "multiple values '", "'"))
    } else if says("contains the invalid value") {
        (Symptom::AllowOriginInvalid, between(reason, "invalid value '", "'"))
    } else if says("must not be the wildcard '*'") {
        (Symptom::WildcardWithCredentials, Some("*"))
    } else if says("'Access-Control-Allow-Credentials' header in the response is") {
        (Symptom::AllowCredentialsMissing, between(reason, "in the response is '", "'"))
    } else if says("It does not have HTTP ok status") {
        (Symptom::PreflightStatus, None)
    } else if says("Redirect is not allowed for a preflight request") {
        (Symptom::PreflightRedirect, None)
    } else if says("is not allowed by Access-Control-Allow-Methods") {
        (Symptom::MethodNotAllowed, between(reason, "Method ", " is not allowed"))
    } else if says("is not allowed by Access-Control-Allow-Headers") {
        (Symptom::HeaderNotAllowed, between(reason, "Request header field ", " is not allowed"))
    } else if says("Cannot parse Access-Control-Allow-") {
        (Symptom::PreflightSyntax, between(reason, "Cannot parse ", " response header"))
    } else if says("contains a username and password") {
        (Symptom::RedirectUserinfo, None)
    } else if says("address space") || says("more-private") {
        (Symptom::LocalNetwork, between(reason, "access the `", "`"))
    } else if says("Cross origin requests are only supported for protocol schemes") {
        (Symptom::UnsupportedScheme, None)
    } else {
        return None;
    })
}

/// Lines that do not begin with "Access to".
fn other(line: &str) -> Option<Message> {
    let says = |words: &str| line.contains(words);
    let message =
        |symptom| Message { target: url(line), ..Message::new(Engine::Chromium, symptom) };
    let obstacle = |obstacle| Message { obstacle: Some(obstacle), ..message(Symptom::NotCors) };
    if says(
        "Request mode is \"same-origin\" but the URL's origin is not same as the request origin",
    ) || says("URL scheme \"file\" is not supported")
        || says("Not allowed to load local resource:")
    {
        return Some(Message {
            target: url_after(line, "cannot load ").or_else(|| url(line)),
            ..message(Symptom::UnsupportedScheme)
        });
    }
    if says("Permission was denied for this request to access the `") {
        return Some(message(Symptom::LocalNetwork));
    }
    if says("violates the following Content Security Policy directive") {
        return Some(obstacle(Obstacle::ContentSecurityPolicy));
    }
    if says("Mixed Content: The page at") {
        let target = line.split_once(" requested an insecure ").and_then(|(_, rest)| url(rest));
        return Some(Message { target, ..obstacle(Obstacle::MixedContent) });
    }
    let (before, rest) = line.split_once("net::ERR_")?;
    let code =
        rest.split(|it: char| !it.is_ascii_uppercase() && it != '_').next().unwrap_or_default();
    let status = status_after(line, &format!("net::ERR_{code} "));
    let message = match crate::net_error::meaning(code) {
        crate::net_error::Meaning::ResourcePolicy => message(Symptom::ResourcePolicy),
        crate::net_error::Meaning::LocalNetwork => message(Symptom::LocalNetwork),
        crate::net_error::Meaning::Obstacle(it) => obstacle(it),
        crate::net_error::Meaning::Aborted => return None,
        crate::net_error::Meaning::Unspecific => {
            Message { is_generic: true, ..obstacle(Obstacle::Other) }
        }
    };
    let target = url(before).filter(|it| matches!(it.scheme(), "http" | "https" | "ws" | "wss"));
    // "page.html:7 GET https://…" and "https://…:1 Failed to load resource: …" both begin with a place.
    let target = before.rsplit(' ').find_map(url).or(target)?;
    Some(Message { target: Some(target), status, ..message })
}
