//! The key set that upstreams fetch (RFC 7517 section 5), with the certificates that Access adds.

use serde_json::{Value, json};

use super::SigningKey;

pub(super) fn json(current: &SigningKey, previous: Option<&SigningKey>) -> String {
    let keys = || std::iter::once(current).chain(previous);
    json!({
        "keys": keys().map(jwk).collect::<Vec<_>>(),
        "public_cert": certificate(current),
        "public_certs": keys().map(certificate).collect::<Vec<_>>(),
    })
    .to_string()
}

fn jwk(key: &SigningKey) -> Value {
    json!({
        "kid": key.kid(),
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "e": key.exponent(),
        "n": key.modulus(),
    })
}

fn certificate(key: &SigningKey) -> Value {
    json!({ "kid": key.kid(), "cert": key.certificate() })
}
