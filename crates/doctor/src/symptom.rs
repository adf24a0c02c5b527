//! What a browser checks or prints.

use serde::{Serialize, Serializer};

/// The check that failed. The row is the one of the table in docs/doctor.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Symptom {
    /// M6: `Access-Control-Allow-Credentials` is not `true`.
    AllowCredentialsMissing,
    /// M4: `Access-Control-Allow-Origin` is no origin.
    AllowOriginInvalid,
    /// M2: `Access-Control-Allow-Origin` is another origin.
    AllowOriginMismatch,
    /// M1: there is no `Access-Control-Allow-Origin`.
    AllowOriginMissing,
    /// M3: there are several.
    AllowOriginMultiple,
    /// W1: `*` does not cover `Authorization`, soon.
    AuthorizationWildcard,
    /// P4: a request header is not allowed.
    HeaderNotAllowed,
    /// L1: the address is on a network that the page may not reach.
    LocalNetwork,
    /// P3: the method is not allowed.
    MethodNotAllowed,
    /// X1: it failed, or was answered wrongly, and CORS has nothing to do with it.
    NotCors,
    /// P2: the preflight was redirected.
    PreflightRedirect,
    /// P1: the status of the preflight is not 200 to 299.
    PreflightStatus,
    /// P5: a list of the preflight's answer cannot be read.
    PreflightSyntax,
    /// R1: a redirect to a URL with user name or password.
    RedirectUserinfo,
    /// C1: `Cross-Origin-Resource-Policy`, `Cross-Origin-Embedder-Policy` or opaque response blocking.
    ResourcePolicy,
    /// N1: the scheme or the mode of the request cannot do this.
    UnsupportedScheme,
    /// M5: `*` in answer to a request with credentials.
    WildcardWithCredentials,
}

impl Symptom {
    /// The stable kebab-case code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AllowCredentialsMissing => "allow-credentials-missing",
            Self::AllowOriginInvalid => "allow-origin-invalid",
            Self::AllowOriginMismatch => "allow-origin-mismatch",
            Self::AllowOriginMissing => "allow-origin-missing",
            Self::AllowOriginMultiple => "allow-origin-multiple",
            Self::AuthorizationWildcard => "authorization-wildcard",
            Self::HeaderNotAllowed => "header-not-allowed",
            Self::LocalNetwork => "local-network",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NotCors => "not-cors",
            Self::PreflightRedirect => "preflight-redirect",
            Self::PreflightStatus => "preflight-status",
            Self::PreflightSyntax => "preflight-syntax",
            Self::RedirectUserinfo => "redirect-userinfo",
            Self::ResourcePolicy => "resource-policy",
            Self::UnsupportedScheme => "unsupported-scheme",
            Self::WildcardWithCredentials => "wildcard-with-credentials",
        }
    }

    /// The row of the table: `M1` to `X1`; `P6` for what else could be a request's and was its preflight's.
    pub const fn row(self, on_preflight: bool) -> &'static str {
        match self {
            Self::AllowCredentialsMissing
            | Self::AllowOriginInvalid
            | Self::AllowOriginMismatch
            | Self::AllowOriginMissing
            | Self::AllowOriginMultiple
            | Self::WildcardWithCredentials
                if on_preflight =>
            {
                "P6"
            }
            Self::AllowOriginMissing => "M1",
            Self::AllowOriginMismatch => "M2",
            Self::AllowOriginMultiple => "M3",
            Self::AllowOriginInvalid => "M4",
            Self::WildcardWithCredentials => "M5",
            Self::AllowCredentialsMissing => "M6",
            Self::PreflightStatus => "P1",
            Self::PreflightRedirect => "P2",
            Self::MethodNotAllowed => "P3",
            Self::HeaderNotAllowed => "P4",
            Self::PreflightSyntax => "P5",
            Self::RedirectUserinfo => "R1",
            Self::LocalNetwork => "L1",
            Self::UnsupportedScheme => "N1",
            Self::AuthorizationWildcard => "W1",
            Self::ResourcePolicy => "C1",
            Self::NotCors => "X1",
        }
    }

    /// The section of the standard that says so.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::AllowOriginInvalid
            | Self::AllowOriginMismatch
            | Self::AllowOriginMissing
            | Self::AllowOriginMultiple => {
                "Fetch, \"CORS check\": Access-Control-Allow-Origin must be, byte for byte, the Origin of the request, once, \
                 or `*` for requests without credentials"
            }
            Self::WildcardWithCredentials => {
                "Fetch, \"CORS protocol and credentials\": with credentials `*` is no wildcard"
            }
            Self::AllowCredentialsMissing => {
                "Fetch, \"CORS check\": with credentials Access-Control-Allow-Credentials must be exactly `true`"
            }
            Self::PreflightStatus => {
                "Fetch, \"CORS-preflight fetch\": the answer must pass the CORS check and have a status of 200 to 299"
            }
            Self::PreflightRedirect => {
                "Fetch, \"CORS-preflight fetch\": a preflight is never redirected, every 3xx is a failure"
            }
            Self::MethodNotAllowed => {
                "Fetch, \"CORS-preflight fetch\": the method must be in Access-Control-Allow-Methods, in the same case, or be GET, \
                 HEAD or POST; `*` counts without credentials only"
            }
            Self::HeaderNotAllowed => {
                "Fetch, \"CORS-preflight fetch\": every header that is not safelisted must be in Access-Control-Allow-Headers; \
                 `*` counts without credentials only, and never for Authorization"
            }
            Self::AuthorizationWildcard => {
                "Fetch, \"CORS non-wildcard request-header name\": Authorization must be named, `*` does not cover it"
            }
            Self::PreflightSyntax => {
                "Fetch, \"CORS-preflight fetch\": a list that cannot be parsed is a failure"
            }
            Self::RedirectUserinfo => {
                "Fetch, \"HTTP-redirect fetch\": in mode `cors` a redirect to a URL with credentials in it is a failure"
            }
            Self::ResourcePolicy => {
                "Fetch, \"Cross-Origin-Resource-Policy header\", and HTML, \"Cross-origin embedder policies\""
            }
            Self::LocalNetwork => {
                "Local Network Access, \"Integration with Fetch\": the visitor must permit it"
            }
            Self::UnsupportedScheme => {
                "Fetch, \"Main fetch\": mode and scheme decide first whether there is a request at all"
            }
            Self::NotCors => "none of CORS: the check was passed or never reached",
        }
    }
}

impl Serialize for Symptom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
