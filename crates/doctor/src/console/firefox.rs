//! Messages of Firefox.

use super::quoted::{between, status_after, url, url_after};
use super::{Message, Obstacle};
use crate::text::printable;
use crate::{Engine, Symptom};

/// Reads a line.
pub(super) fn message(line: &str) -> Option<Message> {
    if line.contains("Cross-Origin Request Warning:")
        && line.contains("`Authorization` header is not covered")
    {
        let target = url_after(line, "remote resource at ");
        return Some(Message {
            target,
            on_preflight: true,
            value: Some("authorization".to_owned()),
            ..Message::new(Engine::Firefox, Symptom::AuthorizationWildcard)
        });
    }
    blocked(line).or_else(|| other(line))
}

fn blocked(line: &str) -> Option<Message> {
    let (_, rest) = line.split_once("Cross-Origin Request Blocked:")?;
    let (head, reason) = rest.split_once("(Reason: ")?;
    let (symptom, value) = symptom(reason)?;
    let is_generic = reason.starts_with("CORS request did not succeed");
    Some(Message {
        on_preflight: matches!(
            symptom,
            Symptom::PreflightStatus
                | Symptom::PreflightRedirect
                | Symptom::MethodNotAllowed
                | Symptom::HeaderNotAllowed
                | Symptom::PreflightSyntax
        ),
        target: url_after(head, "remote resource at "),
        value: value.map(|it| printable(it, 253)),
        status: status_after(reason, "Status code: "),
        is_generic,
        obstacle: is_generic.then_some(Obstacle::Other),
        ..Message::new(Engine::Firefox, symptom)
    })
}

fn symptom(reason: &str) -> Option<(Symptom, Option<&str>)> {
    let says = |words: &str| reason.contains(words);
    Some(if says("CORS header 'Access-Control-Allow-Origin' missing") {
        (Symptom::AllowOriginMissing, None)
    } else if says("CORS header 'Access-Control-Allow-Origin' does not match") {
        let value = between(reason, "does not match '", "'");
        (value.map_or(Symptom::AllowOriginMismatch, unequal), value)
    } else if says("Multiple CORS header 'Access-Control-Allow-Origin'") {
        (Symptom::AllowOriginMultiple, None)
    } else if says("Credential is not supported if the CORS header") {
        (Symptom::WildcardWithCredentials, Some("*"))
    } else if says("in CORS header 'Access-Control-Allow-Credentials'") {
        (Symptom::AllowCredentialsMissing, None)
    } else if says("CORS preflight response did not succeed")
        || says("CORS preflight channel did not succeed")
    {
        (Symptom::PreflightStatus, None)
    } else if says("CORS request external redirect not allowed") {
        (Symptom::PreflightRedirect, None)
    } else if says("Did not find method in CORS header") {
        (Symptom::MethodNotAllowed, None)
    } else if says("is not allowed according to header 'Access-Control-Allow-Headers'")
        || says("missing token '")
    {
        (
            Symptom::HeaderNotAllowed,
            between(reason, "header '", "'").or_else(|| between(reason, "token '", "'")),
        )
    } else if says("invalid token '") {
        (Symptom::PreflightSyntax, between(reason, "in CORS header '", "'"))
    } else if says("CORS request not http")
        || says("CORS disabled")
        || says("'Origin' cannot be added")
    {
        (Symptom::UnsupportedScheme, None)
    } else if says("CORS request did not succeed") {
        (Symptom::NotCors, None)
    } else {
        return None;
    })
}

/// "does not match" stands for a list and for what is no origin, too.
fn unequal(value: &str) -> Symptom {
    if value.contains([',', ' ']) {
        Symptom::AllowOriginMultiple
    } else if value == "null" || value.contains("://") {
        Symptom::AllowOriginMismatch
    } else {
        Symptom::AllowOriginInvalid
    }
}

fn other(line: &str) -> Option<Message> {
    let says = |words: &str| line.contains(words);
    let message = |symptom| Message { target: url(line), ..Message::new(Engine::Firefox, symptom) };
    if says("blocked due to its Cross-Origin-Resource-Policy header") {
        return Some(message(Symptom::ResourcePolicy));
    }
    if let Some((_, rest)) = line.split_once("Security Error: Content at ")
        && let Some((_, rest)) = rest.split_once(" may not load ")
    {
        return Some(Message { target: url(rest), ..message(Symptom::UnsupportedScheme) });
    }
    let obstacle = if says("Content-Security-Policy:") && says("blocked")
        || says("Content Security Policy: The page's settings blocked")
    {
        Obstacle::ContentSecurityPolicy
    } else if says("Blocked loading mixed active content") {
        Obstacle::MixedContent
    } else {
        return None;
    };
    let target = url_after(line, " at ").or_else(|| url(line));
    Some(Message { target, obstacle: Some(obstacle), ..message(Symptom::NotCors) })
}
