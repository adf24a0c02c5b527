//! Header names that only the gateway may set, and names that look like them.

use http::HeaderName;

/// Whether a header says who is asking, where from or for what, so that only the gateway may set it towards upstreams.
#[must_use]
pub fn is_gateway_header(name: &HeaderName) -> bool {
    is_owned(name.as_str())
}

/// Whether a header belongs to one connection only (RFC 9110, section 7.6.1, and the older ones in use).
#[must_use]
pub fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// Whether some upstream would take the name for one of ours: CGI and its like fold whatever is no letter or digit.
pub(crate) fn is_alias(name: &str) -> bool {
    is_foldable(name) && is_owned(&folded(name))
}

/// The name with `-` for everything that is no letter or digit.
#[must_use]
pub fn folded(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}

fn is_foldable(name: &str) -> bool {
    name.bytes()
        .fold(false, |found, byte| found | FOLDABLE.get(usize::from(byte)).is_none_or(|it| *it))
}

/// Which bytes CGI and its like fold: this is asked of each byte of each name of each request.
#[expect(clippy::indexing_slicing, reason = "there is an entry for each byte")]
const FOLDABLE: [bool; 256] = {
    let mut foldable = [true; 256];
    let mut byte = 0_u8;
    loop {
        foldable[byte as usize] = !byte.is_ascii_alphanumeric() && byte != b'-';
        if byte == u8::MAX {
            break foldable;
        }
        byte += 1;
    }
};

/// Whether a header says who asks, from where, with which client certificate, or for another target than the one that was decided on.
fn is_owned(name: &str) -> bool {
    let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    // By the first letter: this is asked of each header of each request.
    match name.as_bytes().first() {
        Some(b'c') => {
            begins(&["cf-access-", "cf-client-cert", "cf-connecting-ip"])
                || matches!(name, "client-cert" | "client-cert-chain")
        }
        Some(b'f') => name == "forwarded",
        Some(b's') => name.starts_with("ssl-client"),
        Some(b't') => name == "true-client-ip",
        Some(b'x') => {
            matches!(name, "x-client-ip" | "x-cluster-client-ip" | "x-real-ip" | "x-request-id")
                || begins(&["x-forwarded-"])
                || begins(CLIENT_CERTIFICATE)
                || ORIGINAL_TARGET.contains(&name)
        }
        _ => false,
    }
}

/// How proxies tell upstreams of a client certificate, beside `client-cert` (RFC 9440) and `x-forwarded-client-cert`: nginx,
/// HAProxy, Apache, IIS and the balancers of clouds. None is ever set by a visitor.
const CLIENT_CERTIFICATE: &[&str] = &[
    "x-amzn-mtls-",
    "x-arr-clientcert",
    "x-client-cert",
    "x-client-dn",
    "x-client-verify",
    "x-ssl-cert",
    "x-ssl-client",
    "x-tls-client",
];

/// How rewriting proxies tell upstreams what was asked for before: frameworks that honour them serve that in place of the target.
const ORIGINAL_TARGET: &[&str] = &[
    "x-envoy-original-path",
    "x-original-forwarded-for",
    "x-original-host",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_gateway_may_say_is_known_in_every_spelling() {
        let owned = [
            "cf-access-jwt-assertion",
            "cf-client-cert-der-base64",
            "cf-connecting-ip",
            "cf-connecting-ipv6",
            "client-cert",
            "client-cert-chain",
            "forwarded",
            "ssl-client-cert",
            "ssl-client-subject-dn",
            "ssl-client-verify",
            "true-client-ip",
            "x-amzn-mtls-clientcert-subject",
            "x-arr-clientcert",
            "x-client-cert",
            "x-client-certificate",
            "x-client-dn",
            "x-client-ip",
            "x-client-verify",
            "x-cluster-client-ip",
            "x-envoy-original-path",
            "x-forwarded-client-cert",
            "x-forwarded-for",
            "x-forwarded-tls-client-cert",
            "x-original-forwarded-for",
            "x-original-host",
            "x-original-method",
            "x-original-uri",
            "x-original-url",
            "x-real-ip",
            "x-request-id",
            "x-rewrite-url",
            "x-ssl-cert",
            "x-ssl-client-cert",
            "x-ssl-client-s-dn",
            "x-ssl-client-verify",
            "x-tls-client-subject",
        ];
        for name in owned {
            assert!(is_gateway_header(&HeaderName::from_static(name)), "sec-C6-T5 {name}");
            for fold in ["_", "."] {
                let alias = name.replace('-', fold);
                assert_eq!(is_alias(&alias), alias != name, "{alias}");
            }
        }
        for name in [
            "client-certificate-hint",
            "cf-ray",
            "x-client-id",
            "x-original-filename",
            "x-ssl",
            "ssl",
            "x-forward",
            "accept",
        ] {
            assert!(!is_gateway_header(&HeaderName::from_static(name)), "{name}");
        }
    }
}
