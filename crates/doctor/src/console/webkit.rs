//! Messages of Safari. It does not tell a missing header from one for another origin.

use super::quoted::{between, status_after, url, url_after};
use super::{Message, Obstacle};
use crate::text::printable;
use crate::{Engine, Symptom};

/// Reads a line.
pub(super) fn message(line: &str) -> Option<Message> {
    let says = |words: &str| line.contains(words);
    let status = status_after(line, "Status code: ");
    let message = |symptom| Message { status, ..Message::new(Engine::Webkit, symptom) };
    let preflight = |symptom| Message { on_preflight: true, ..message(symptom) };
    if says(" due to access control checks") {
        let target = url_after(line, "cannot load ").or_else(|| url(line));
        let generic = Message {
            is_generic: true,
            obstacle: Some(Obstacle::Other),
            ..message(Symptom::NotCors)
        };
        return Some(Message { target, ..generic });
    }
    if says(" is not allowed by Access-Control-Allow-Origin") {
        let origin = between(line, "Origin ", " is not allowed").map(|it| printable(it, 253));
        return Some(Message { page_origin: origin, ..message(Symptom::AllowOriginMissing) });
    }
    if says("Access-Control-Allow-Origin cannot contain more than one origin") {
        return Some(message(Symptom::AllowOriginMultiple));
    }
    if says("Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true") {
        return Some(message(Symptom::WildcardWithCredentials));
    }
    if says("Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\"") {
        return Some(message(Symptom::AllowCredentialsMissing));
    }
    if says("Preflight response is not successful") {
        return Some(preflight(Symptom::PreflightStatus));
    }
    if says("is not allowed by Access-Control-Allow-Headers") && says("Request header field") {
        let name = between(line, "Request header field ", " is not allowed");
        let value = name.map(|it| printable(it, 64));
        return Some(Message { value, ..preflight(Symptom::HeaderNotAllowed) });
    }
    if says("is not allowed by Access-Control-Allow-Methods") {
        let name = between(line, "Method ", " is not allowed").map(|it| printable(it, 64));
        return Some(Message { value: name, ..preflight(Symptom::MethodNotAllowed) });
    }
    if says("violates the resource's Cross-Origin-Resource-Policy response header") {
        let target = url_after(line, "Cancelled load to ");
        return Some(Message { target, ..message(Symptom::ResourcePolicy) });
    }
    let obstacle = if line.contains("Failed to load resource") {
        return None;
    } else if says("A server with the specified hostname could not be found") {
        Obstacle::Address
    } else if says("Could not connect to the server") || says("The network connection was lost") {
        Obstacle::Connection
    } else if says("An SSL error has occurred")
        || says("The certificate for this server is invalid")
    {
        Obstacle::Certificate
    } else {
        return None;
    };
    Some(Message { obstacle: Some(obstacle), ..message(Symptom::NotCors) })
}
