//! `meta`: the signed statement that travels with a sign-in.
//!
//! It says which application and path the sign-in is for, who started it, and which browser. It is authenticated, not
//! secret: whoever holds the URL can read it. HMAC-SHA256 is enough because only the gateway reads it, and cheap, because
//! anybody can make the gateway write one.

use crate::MacKey;
use crate::octets::{self, Octets};
use crate::secret::Mac as _;

#[cfg(test)]
mod tests;

/// How long the state of a navigation's sign-in is good for, in seconds.
pub const NAVIGATION_SECONDS: i64 = 300;

/// How long the state of a fetch's sign-in is good for, in seconds.
pub const FETCH_SECONDS: i64 = 30;

/// The longest statement that is read, in characters.
pub const MAX_LENGTH: usize = 8192;

const VERSION: u8 = 1;

/// What the statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The application's audience tag.
    pub aud: String,
    /// The application's host on which the sign-in started.
    pub host: String,
    /// Path and query to return to.
    pub path: String,
    /// The serialised origin that started it; `None` for `null` and where none was sent.
    pub initiator: Option<String>,
    /// The `Sec-Fetch-Site` of the request that started it.
    pub site: Option<Site>,
    /// Hash of the browser's `__Host-CF_AppSession` cookie.
    pub appsession_hash: [u8; 32],
    /// Unix seconds.
    pub issued_at: i64,
    /// Unix seconds; no longer valid from then on.
    pub expires_at: i64,
    /// Started by a fetch, not by a navigation.
    pub fetch: bool,
}

/// `Sec-Fetch-Site` (Fetch Metadata section 2.4), as recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// `cross-site`
    CrossSite,
    /// `none`: the user, not a page
    None,
    /// `same-origin`
    SameOrigin,
    /// `same-site`
    SameSite,
}

/// Why a statement does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetaError {
    /// Genuine, but its time is over.
    #[error("the sign-in took too long")]
    Expired,
    /// Not written by this installation, or altered.
    #[error("the statement is not genuine")]
    Forged,
    /// Not of the form of a statement at all.
    #[error("the statement cannot be read")]
    Malformed,
}

/// Writes a statement: base64url text, safe in a URL.
#[must_use]
pub fn seal(key: &MacKey, meta: &Meta) -> String {
    let mut bytes = vec![VERSION, u8::from(meta.fetch), site_octet(meta.site)];
    bytes.extend(meta.issued_at.to_be_bytes());
    bytes.extend(meta.expires_at.to_be_bytes());
    bytes.extend(meta.appsession_hash);
    octets::put_text(&mut bytes, &meta.aud);
    octets::put_text(&mut bytes, &meta.host);
    octets::put_text(&mut bytes, &meta.path);
    bytes.push(u8::from(meta.initiator.is_some()));
    octets::put_text(&mut bytes, meta.initiator.as_deref().unwrap_or_default());
    let mac = key.mac(&[&bytes]);
    bytes.extend(mac);
    octets::to_text(&bytes)
}

/// Reads a statement that is valid at `now`.
///
/// # Errors
/// [`MetaError`]. Expiry is told only of genuine statements.
pub fn open(key: &MacKey, token: &str, now: i64) -> Result<Meta, MetaError> {
    if token.len() > MAX_LENGTH {
        return Err(MetaError::Malformed);
    }
    let bytes = octets::from_text(token).ok_or(MetaError::Malformed)?;
    let (said, mac) = bytes.split_last_chunk::<32>().ok_or(MetaError::Malformed)?;
    if !key.is_mac(&[said], mac) {
        return Err(MetaError::Forged);
    }
    let meta = read(said).ok_or(MetaError::Malformed)?;
    if now >= meta.expires_at { Err(MetaError::Expired) } else { Ok(meta) }
}

fn read(said: &[u8]) -> Option<Meta> {
    let mut said = Octets(said);
    (said.byte()? == VERSION).then_some(())?;
    let fetch = said.byte()? == 1;
    let site = site_of(said.byte()?)?;
    let issued_at = said.time()?;
    let expires_at = said.time()?;
    let appsession_hash = said.array()?;
    let aud = said.text()?.to_owned();
    let host = said.text()?.to_owned();
    let path = said.text()?.to_owned();
    let has_initiator = said.byte()? == 1;
    let initiator = Some(said.text()?.to_owned()).filter(|_| has_initiator);
    said.end()?;
    Some(Meta { aud, host, path, initiator, site, appsession_hash, issued_at, expires_at, fetch })
}

const fn site_octet(site: Option<Site>) -> u8 {
    match site {
        None => 0,
        Some(Site::None) => 1,
        Some(Site::SameOrigin) => 2,
        Some(Site::SameSite) => 3,
        Some(Site::CrossSite) => 4,
    }
}

const fn site_of(octet: u8) -> Option<Option<Site>> {
    Some(match octet {
        0 => None,
        1 => Some(Site::None),
        2 => Some(Site::SameOrigin),
        3 => Some(Site::SameSite),
        4 => Some(Site::CrossSite),
        _ => return None,
    })
}
