//! The upstream's response on its way to the visitor: as it is, but for what belongs to the connection and what only the
//! gateway may set.

use crossgate_token::cookie;

/// A field of a response, as far as the gateway minds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseField {
    /// It goes to the visitor.
    Passes,
    /// It belongs to the upstream's connection, or would take the place of one of the gateway's cookies.
    Stays,
    /// `Content-Length`: what it says was read; what is said to the visitor is up to who writes.
    ContentLength,
    /// `Date`.
    Date,
    /// `Set-Cookie` of a cookie that is not the gateway's.
    SetCookie,
}

impl ResponseField {
    /// What a field is. `named` are the values of the response's `Connection`, which name fields that end here, too (RFC 9110, section
    /// 7.6.1).
    pub(crate) fn of(name: &[u8], value: &[u8], named: &[&[u8]]) -> Self {
        let is = |own: &str| name.eq_ignore_ascii_case(own.as_bytes());
        match name.len() {
            2 if is("te") => Self::Stays,
            4 if is("date") => Self::Date,
            7 if is("upgrade") => Self::Stays,
            10 if is("connection") || is("keep-alive") => Self::Stays,
            10 if is("set-cookie") => {
                let name = value.split(|byte| *byte == b'=').next().unwrap_or_default();
                let ours = cookie::is_gateway_cookie(name.trim_ascii());
                if ours { Self::Stays } else { Self::SetCookie }
            }
            14 if is("content-length") => Self::ContentLength,
            16 if is("proxy-connection") => Self::Stays,
            17 if is("transfer-encoding") => Self::Stays,
            18 if is("proxy-authenticate") => Self::Stays,
            19 if is("proxy-authorization") => Self::Stays,
            _ if named.iter().any(|line| names(line, name)) => Self::Stays,
            _ => Self::Passes,
        }
    }
}

impl ResponseField {
    /// The same where the field is one that the gateway has left or set: its own cookies pass.
    pub(crate) const fn of_the_gateway(self) -> Self {
        match self {
            Self::Stays => Self::Passes,
            other => other,
        }
    }
}

fn names(line: &[u8], name: &[u8]) -> bool {
    line.split(|byte| *byte == b',').any(|entry| entry.trim_ascii().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::ResponseField;

    #[test]
    fn what_belongs_to_the_connection_stays() {
        use ResponseField::{ContentLength, Date, Passes, SetCookie, Stays};
        for (name, value, expected) in [
            ("Content-Type", "text/html", Passes),
            ("Connection", "x-hop", Stays),
            ("X-Hop", "1", Stays),
            ("X-Hop-Too", "1", Passes),
            ("KEEP-ALIVE", "timeout=5", Stays),
            ("transfer-encoding", "chunked", Stays),
            ("Trailer", "x", Passes),
            ("Content-Length", "5", ContentLength),
            ("Date", "x", Date),
            ("Set-Cookie", "a=b", SetCookie),
            ("Set-Cookie", "CF_Authorization=x", Stays),
            ("set-cookie", " CF_Authorization-0123abcd =x; Path=/", Stays),
        ] {
            let found = ResponseField::of(name.as_bytes(), value.as_bytes(), &[b"close, X-Hop"]);
            assert_eq!(found, expected, "{name}: {value}");
        }
    }
}
