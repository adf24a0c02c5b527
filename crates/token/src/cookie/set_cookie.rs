//! Writing `Set-Cookie` (RFC 6265 section 4.1).

use std::fmt::Write as _;

use http::HeaderValue;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// RFC 9110 section 5.6.7.
const IMF_FIXDATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// The latest end that is written, in Unix seconds: the last second of the year 9999.
const LATEST: i64 = 253_402_300_799;

/// A cookie to be set. Always `Secure` and host-only; `Path=/`, `HttpOnly` and `SameSite=Lax` unless said otherwise.
#[derive(Clone)]
#[must_use]
pub struct SetCookie<'a> {
    name: &'a str,
    value: &'a str,
    path: &'a str,
    http_only: bool,
    same_site: SameSite,
    partitioned: bool,
    end: End,
}

/// The `SameSite` attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Same-site requests and top-level navigations by safe methods.
    Lax,
    /// All requests.
    None,
    /// Same-site requests only.
    Strict,
}

/// A name, path or value that no cookie can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no cookie can have this name, path or value")]
pub struct InvalidCookie;

#[derive(Clone, Copy)]
enum End {
    At { expires_at: i64, now: i64 },
    Now,
    WithTheBrowser,
}

impl<'a> SetCookie<'a> {
    /// A cookie that lasts as long as the browser runs.
    pub const fn new(name: &'a str, value: &'a str) -> Self {
        Self {
            name,
            value,
            path: "/",
            http_only: true,
            same_site: SameSite::Lax,
            partitioned: false,
            end: End::WithTheBrowser,
        }
    }

    /// Makes the browser forget a cookie. Name and path must be those with which it was set.
    pub const fn expired(name: &'a str) -> Self {
        Self { end: End::Now, ..Self::new(name, "") }
    }

    /// Ends at `expires_at`, both in Unix seconds. Written as `Max-Age` and as `Expires`: some clients know only one.
    pub const fn until(self, expires_at: i64, now: i64) -> Self {
        Self { end: End::At { expires_at, now }, ..self }
    }

    /// Sent only below this path. Names with `__Host-` need `/`.
    pub const fn path(self, path: &'a str) -> Self {
        Self { path, ..self }
    }

    /// Whether script is kept from reading it.
    pub const fn http_only(self, http_only: bool) -> Self {
        Self { http_only, ..self }
    }

    /// On which requests it is sent.
    pub const fn same_site(self, same_site: SameSite) -> Self {
        Self { same_site, ..self }
    }

    /// Whether browsers keep it for the site of the page that shows, and send it below that site only (CHIPS).
    pub const fn partitioned(self, partitioned: bool) -> Self {
        Self { partitioned, ..self }
    }

    /// The header's value.
    ///
    /// # Errors
    /// [`InvalidCookie`] if name, value or path could be read as something else.
    pub fn header_value(&self) -> Result<HeaderValue, InvalidCookie> {
        let well_formed = !self.name.is_empty()
            && self.name.bytes().all(is_token)
            && self.value.bytes().all(is_cookie_octet)
            && self.path.starts_with('/')
            && self.path.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b';')
            && (self.path == "/" || !self.name.starts_with("__Host-"));
        if !well_formed {
            return Err(InvalidCookie);
        }
        let mut text = format!("{}={}; Path={}; Secure", self.name, self.value, self.path);
        if self.http_only {
            text.push_str("; HttpOnly");
        }
        text.push_str(match self.same_site {
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
            SameSite::Strict => "; SameSite=Strict",
        });
        if self.partitioned {
            text.push_str("; Partitioned");
        }
        self.end.write(&mut text);
        HeaderValue::try_from(text).map_err(|_| InvalidCookie)
    }
}

impl End {
    fn write(self, text: &mut String) {
        let (max_age, expires_at) = match self {
            Self::At { expires_at, now } => (expires_at.saturating_sub(now).max(0), expires_at),
            Self::Now => (0, 0),
            Self::WithTheBrowser => return,
        };
        let end = OffsetDateTime::from_unix_timestamp(expires_at.clamp(0, LATEST))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        if let Ok(date) = end.format(IMF_FIXDATE) {
            // Writing to a string does not fail.
            let _ = write!(text, "; Max-Age={max_age}; Expires={date}");
        }
    }
}

/// RFC 9110 section 5.6.2.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// RFC 6265 section 4.1.1.
const fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{InvalidCookie, SameSite, SetCookie};

    fn text(cookie: &SetCookie<'_>) -> Result<String, InvalidCookie> {
        Ok(String::from_utf8_lossy(cookie.header_value()?.as_bytes()).into_owned())
    }

    #[test]
    fn a_cookie_is_written_with_its_attributes() {
        let rows = [
            (SetCookie::new("a", "1"), "a=1; Path=/; Secure; HttpOnly; SameSite=Lax"),
            (
                SetCookie::new("CF_Authorization", "e.y.J")
                    .until(784_111_777, 784_111_677)
                    .same_site(SameSite::None),
                "CF_Authorization=e.y.J; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=100; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
            ),
            (
                SetCookie::new("a", "").path("/app").http_only(false).same_site(SameSite::Strict),
                "a=; Path=/app; Secure; SameSite=Strict",
            ),
            (
                SetCookie::new("a", "1").same_site(SameSite::None).partitioned(true),
                "a=1; Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
            ),
            (
                SetCookie::expired("a"),
                "a=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            ),
            (
                SetCookie::new("a", "1").until(i64::MAX, i64::MAX - 5),
                "a=1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=5; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
            ),
        ];
        for (cookie, expected) in rows {
            assert_eq!(text(&cookie).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn nothing_can_be_smuggled_in() {
        let rows = [
            ("an attribute in the value", SetCookie::new("a", "1; Domain=acme.example")),
            ("an attribute in the path", SetCookie::new("a", "1").path("/; Domain=acme.example")),
            ("a line in the value", SetCookie::new("a", "1\r\nSet-Cookie: b=2")),
            ("a name with =", SetCookie::new("a=b", "1")),
            ("no name", SetCookie::new("", "1")),
            ("a path that is none", SetCookie::new("a", "1").path("app")),
            ("a path for a host cookie", SetCookie::new("__Host-CF_Session", "1").path("/app")),
        ];
        for (row, cookie) in rows {
            assert_eq!(text(&cookie), Err(InvalidCookie), "{row}");
        }
    }

    proptest! {
        #[test]
        fn no_time_panics(expires_at: i64, now: i64) {
            prop_assert!(SetCookie::new("a", "1").until(expires_at, now).header_value().is_ok());
        }
    }
}
