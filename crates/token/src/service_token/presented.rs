//! What service-token headers of a request hold. Strict: doubled, half, or from two sources is malformed.

use http::{HeaderMap, HeaderName};
use serde::Deserialize;
use zeroize::Zeroize as _;

use super::{ClientId, ClientSecret};

/// The header with the client id.
pub const CLIENT_ID: HeaderName = HeaderName::from_static("cf-access-client-id");

/// The header with the secret.
pub const CLIENT_SECRET: HeaderName = HeaderName::from_static("cf-access-client-secret");

/// The longest single header that is read, in bytes.
const MAX_SINGLE: usize = 1024;

/// Reads service-token headers.
pub struct ServiceCredentials;

/// What a request presents.
pub enum Presented {
    /// Headers of which nothing can be made.
    Malformed(MalformedCredentials),
    /// No service token.
    None,
    /// One pair.
    One {
        /// The client id.
        id: ClientId,
        /// The secret, not yet compared with anything.
        secret: ClientSecret,
    },
}

/// What is wrong with service-token headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCredentials {
    /// A header or a member comes more than once.
    #[error("service-token credentials come more than once")]
    Doubled,
    /// Both in the pair of headers and in the single one.
    #[error("service-token credentials come from two sources")]
    DoublySourced,
    /// An id without a secret, or a secret without an id.
    #[error("service-token credentials are incomplete")]
    Half,
    /// No client id, or no secret, by its form.
    #[error("service-token credentials are not of their form")]
    Unreadable,
}

impl ServiceCredentials {
    /// Reads `cf-access-client-id` and `cf-access-client-secret`, or a JSON object with members of these names in
    /// `single_header`, where the application reads one. A value there that is no JSON object is somebody else's.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap, single_header: Option<&HeaderName>) -> Presented {
        match read(headers, single_header) {
            Ok(None) => Presented::None,
            Ok(Some((id, secret))) => Presented::One { id, secret },
            Err(reason) => Presented::Malformed(reason),
        }
    }
}

fn read(
    headers: &HeaderMap,
    single_header: Option<&HeaderName>,
) -> Result<Option<(ClientId, ClientSecret)>, MalformedCredentials> {
    let pair = (only(headers, &CLIENT_ID)?, only(headers, &CLIENT_SECRET)?);
    let single = match single_header {
        Some(name) => single(headers, name)?,
        None => None,
    };
    match (pair, single) {
        ((None, None), None) => Ok(None),
        ((None, None), Some(object)) => object.read().map(Some),
        ((Some(id), Some(secret)), None) => parse(id, secret).map(Some),
        ((Some(_), None) | (None, Some(_)), None) => Err(MalformedCredentials::Half),
        (_, Some(_)) => Err(MalformedCredentials::DoublySourced),
    }
}

/// The one value of a header.
fn only<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'h [u8]>, MalformedCredentials> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(MalformedCredentials::Doubled);
    }
    Ok(first.map(|value| value.as_bytes().trim_ascii()))
}

/// The single header's object. Fails if there are several of which one is an object.
fn single(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Object>, MalformedCredentials> {
    let is_object = |value: &&http::HeaderValue| value.as_bytes().trim_ascii().starts_with(b"{");
    let values = headers.get_all(name);
    let Some(value) = values.iter().find(is_object) else { return Ok(None) };
    if values.iter().nth(1).is_some() {
        return Err(MalformedCredentials::Doubled);
    }
    if value.len() > MAX_SINGLE {
        return Err(MalformedCredentials::Unreadable);
    }
    // A member that comes twice is an error of the parser's, as is anything but an object of strings.
    serde_json::from_slice(value.as_bytes()).map(Some).map_err(|_| MalformedCredentials::Unreadable)
}

fn parse(id: &[u8], secret: &[u8]) -> Result<(ClientId, ClientSecret), MalformedCredentials> {
    let id = std::str::from_utf8(id).ok().and_then(ClientId::parse);
    let secret = std::str::from_utf8(secret).ok().and_then(ClientSecret::parse);
    id.zip(secret).ok_or(MalformedCredentials::Unreadable)
}

#[derive(Deserialize)]
struct Object {
    #[serde(rename = "cf-access-client-id")]
    id: Option<String>,
    #[serde(rename = "cf-access-client-secret")]
    secret: Option<String>,
}

impl Drop for Object {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl Object {
    fn read(&self) -> Result<(ClientId, ClientSecret), MalformedCredentials> {
        match (&self.id, &self.secret) {
            (Some(id), Some(secret)) => parse(id.as_bytes(), secret.as_bytes()),
            (None, None) => Err(MalformedCredentials::Unreadable),
            _ => Err(MalformedCredentials::Half),
        }
    }
}
