//! What binds a form to the browser that was shown it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crossgate_session::MasterKeys;
use crossgate_token::{cookie, csrf};
use http::HeaderValue;

use crate::endpoint::Asked;
use crate::random::NoRandomness;
use crate::{cookies, random};

/// A browser on the login host, known by its `__Host-CF_Session`.
pub(super) struct Browser {
    value: String,
    fresh: bool,
}

impl Browser {
    /// Characters of a value: 32 bytes in base64url.
    const LENGTH: usize = 43;

    /// The browser that asks, with a fresh value if it has none.
    pub(super) fn of(asked: &Asked<'_>) -> Result<Self, NoRandomness> {
        match Self::known(asked) {
            Some(known) => Ok(known),
            None => Self::fresh(),
        }
    }

    /// The browser that asks, if it brings a value. The name's prefix keeps sibling hosts from planting one.
    pub(super) fn known(asked: &Asked<'_>) -> Option<Self> {
        cookie::values_of(asked.head.headers, cookie::SESSION).find_map(|value| {
            let text = std::str::from_utf8(value).ok()?;
            let well_formed = text.len() == Self::LENGTH
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            well_formed.then(|| Self { value: text.to_owned(), fresh: false })
        })
    }

    /// A new value: also after a sign-in, so that nothing from before it counts any more.
    pub(super) fn fresh() -> Result<Self, NoRandomness> {
        Ok(Self { value: URL_SAFE_NO_PAD.encode(random::bytes::<32>()?), fresh: true })
    }

    /// The value that flows are bound to.
    pub(super) fn value(&self) -> &str {
        &self.value
    }

    /// The token of a form shown to this browser.
    pub(super) fn csrf_token(&self, master: &MasterKeys) -> String {
        csrf::token(master.csrf(), &self.value)
    }

    /// Whether a form's token is this browser's.
    pub(super) fn sent(&self, master: &MasterKeys, token: &str) -> bool {
        csrf::verify(master.csrf(), &self.value, token)
    }

    /// The cookie to set, if it is not set yet.
    pub(super) fn fresh_cookie(&self, now: i64) -> Option<HeaderValue> {
        if self.fresh { cookies::browser(&self.value, now) } else { None }
    }
}
