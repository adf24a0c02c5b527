//! Cookies: the gateway's own names, how they are set, read, and kept from upstreams.

mod foreign;
mod read;
mod set_cookie;

pub use foreign::foreign;
pub use read::{MAX_COOKIES, MAX_COPIES, cookies, values_of, values_with_suffix};
pub use set_cookie::{InvalidCookie, SameSite, SetCookie};

/// An application's token, and on the login host the sign-in's.
pub const AUTHORIZATION: &str = "CF_Authorization";

/// Ties the way back from the login host to the browser that started.
pub const APP_SESSION: &str = "__Host-CF_AppSession";

/// Ties the login host's forms to the browser that they were shown to.
pub const SESSION: &str = "__Host-CF_Session";

/// Ties an application's token to a browser ([`crate::binding`]).
pub const BINDING: &str = "__Host-CF_Binding";

/// Remembers who signed in with a browser ([`crate::device`]).
pub const DEVICE: &str = "__Host-CF_Device";

const NAMES: [&str; 5] = [AUTHORIZATION, APP_SESSION, SESSION, BINDING, DEVICE];
const SUFFIX_DIGITS: usize = 8;

/// What tells the cookies of several applications on one host apart: `-` and the first 8 digits of the audience tag.
#[must_use]
pub fn suffix(aud: &str) -> String {
    let digits: String = aud.chars().take(SUFFIX_DIGITS).collect();
    format!("-{digits}")
}

/// Whether a cookie is one of the gateway's, with or without suffix. Upstreams never see these.
#[must_use]
pub fn is_gateway_cookie(name: &[u8]) -> bool {
    matches!(name, [b'C', b'F', b'_', ..] | [b'_', b'_', b'H', ..]) && is_named_as_ours(name)
}

fn is_named_as_ours(name: &[u8]) -> bool {
    NAMES.iter().any(|own| match name.strip_prefix(own.as_bytes()) {
        Some([]) => true,
        Some([b'-', digits @ ..]) => {
            digits.len() == SUFFIX_DIGITS && digits.iter().all(u8::is_ascii_hexdigit)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::{AUTHORIZATION, is_gateway_cookie, suffix};

    #[test]
    fn the_gateway_knows_its_own_cookies() {
        let rows = [
            ("CF_Authorization", true),
            ("CF_Authorization-0123abcd", true),
            ("CF_Authorization-0123abc", false),
            ("CF_Authorization-0123abcde", false),
            ("CF_Authorization-0123abcg", false),
            ("CF_AuthorizationX", false),
            ("cf_authorization", false),
            ("__Host-CF_AppSession", true),
            ("__Host-CF_Session", true),
            ("__Host-CF_Binding-0123abcd", true),
            ("__Host-CF_Device", true),
            ("__Host-CF_Other", false),
            ("", false),
        ];
        for (name, own) in rows {
            assert_eq!(is_gateway_cookie(name.as_bytes()), own, "{name}");
        }
    }

    #[test]
    fn an_applications_name_is_the_gateways() {
        let name = format!("{AUTHORIZATION}{}", suffix(&"0123abcd".repeat(8)));
        assert_eq!(name, "CF_Authorization-0123abcd");
        assert!(is_gateway_cookie(name.as_bytes()));
    }
}
