//! What is read of a HAR, in its own words (HAR 1.2, and what each exporter adds under an underscore).

use serde::Deserialize;

use super::lenient::{Many, Number, Object, Text};

/// More headers, or cookies, than any server sends.
pub(super) const MAX_PAIRS: usize = 128;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Program {
    pub(super) name: Text,
    pub(super) version: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    pub(super) id: Text,
    pub(super) title: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    #[serde(rename = "startedDateTime")]
    pub(super) started: Text,
    pub(super) pageref: Text,
    pub(super) request: Object<Request>,
    pub(super) response: Object<Response>,
    #[serde(rename = "_initiator")]
    pub(super) initiator: Object<Initiator>,
    #[serde(rename = "_resourceType")]
    pub(super) resource_type: Text,
    #[serde(rename = "_error")]
    pub(super) error: Text,
    #[serde(rename = "_fromCache")]
    pub(super) from_cache: Text,
    #[serde(rename = "_fetchType")]
    pub(super) fetch_type: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Request {
    pub(super) method: Text,
    pub(super) url: Text,
    pub(super) headers: Many<Object<Pair>, MAX_PAIRS>,
    pub(super) cookies: Many<Object<Pair>, MAX_PAIRS>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Response {
    pub(super) status: Number,
    pub(super) headers: Many<Object<Pair>, MAX_PAIRS>,
    #[serde(rename = "redirectURL")]
    pub(super) redirect_url: Text,
    pub(super) content: Object<Content>,
    #[serde(rename = "_error")]
    pub(super) error: Text,
    #[serde(rename = "_failureText")]
    pub(super) failure: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pair {
    pub(super) name: Text,
    pub(super) value: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Content {
    #[serde(rename = "mimeType")]
    pub(super) mime_type: Text,
    pub(super) text: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Initiator {
    #[serde(rename = "type")]
    pub(super) kind: Text,
    pub(super) url: Text,
    pub(super) stack: Object<Stack>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Stack {
    #[serde(rename = "callFrames")]
    pub(super) frames: Many<Object<Frame>, 4>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Frame {
    pub(super) url: Text,
}
