//! How it ends for the page.

use std::fmt;

use thiserror::Error;

use super::Rule;

/// What the page gets in the end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// In a word.
    pub kind: OutcomeKind,
    /// The status that the page, or the person, sees; nothing where it sees none.
    pub status: Option<u16>,
    /// Why.
    pub reason: Reason,
    /// The part of the standard that settled it.
    pub rule: Rule,
    /// What worked, but will not always.
    pub warnings: Vec<Reason>,
}

/// An outcome in a word.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum OutcomeKind {
    /// The page sees a network error.
    Blocked,
    /// The response is shown in place of the page or in a frame.
    Navigation,
    /// There is a response, and the page sees nothing of it.
    Opaque,
    /// The page reads status, body and safelisted headers.
    Readable,
    /// The browser refuses to make such a request at all; nothing is sent.
    Refused,
}

impl OutcomeKind {
    /// `blocked`, `navigation`, `opaque`, `readable` or `refused`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Navigation => "navigation",
            Self::Opaque => "opaque",
            Self::Readable => "readable",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for OutcomeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an exchange ended as it did.
#[derive(Clone, Debug, Eq, Error, Hash, PartialEq)]
pub enum Reason {
    /// `Access-Control-Allow-Credentials` is not exactly `true`.
    #[error("Access-Control-Allow-Credentials is {}, and must be `true`", shown(value))]
    AllowCredentialsMissing {
        /// What it is, if anything.
        value: Option<Box<str>>,
    },
    /// Not an origin at all.
    #[error("Access-Control-Allow-Origin is `{value}`, which is no origin")]
    AllowOriginInvalid {
        /// What it is.
        value: Box<str>,
    },
    /// Another origin than the one that the request has.
    #[error("Access-Control-Allow-Origin is `{value}`, and the request's Origin is `{origin}`")]
    AllowOriginMismatch {
        /// What it is.
        value: Box<str>,
        /// What it had to be.
        origin: Box<str>,
    },
    /// No `Access-Control-Allow-Origin`.
    #[error("there is no Access-Control-Allow-Origin")]
    AllowOriginMissing,
    /// Several values.
    #[error("Access-Control-Allow-Origin has several values, `{value}`; only one may be there")]
    AllowOriginMultiple {
        /// All of them.
        value: Box<str>,
    },
    /// A warning: `*` let `Authorization` through, which by the standard it does not.
    #[error("Authorization passed by `*`; by the standard it has to be named")]
    AuthorizationWildcard,
    /// GET or HEAD with a body.
    #[error("a {method} has no body")]
    BodyNotAllowed {
        /// The method.
        method: Box<str>,
    },
    /// The CORS check passed on the last hop.
    #[error("the server allows the page's origin to read it")]
    CorsAllowed,
    /// CONNECT, TRACE or TRACK.
    #[error("no page may send {method}")]
    ForbiddenMethod {
        /// The method.
        method: Box<str>,
    },
    /// A header that the preflight's answer does not allow.
    #[error("Access-Control-Allow-Headers of the preflight's answer lacks `{name}`")]
    HeaderNotAllowed {
        /// The header's name, in lower case.
        name: Box<str>,
    },
    /// A `Location` that is no URL.
    #[error("the redirect's Location is no URL")]
    LocationInvalid,
    /// A method that the preflight's answer does not allow.
    #[error("Access-Control-Allow-Methods of the preflight's answer lacks `{method}`")]
    MethodNotAllowed {
        /// The method.
        method: Box<str>,
    },
    /// A page over TLS asks for something over plain HTTP.
    #[error("a page over TLS loads nothing over plain HTTP")]
    MixedContent,
    /// The response of a navigation.
    #[error("it is a navigation: nothing of CORS applies")]
    Navigation,
    /// No response, and not because of CORS.
    #[error("there was no response")]
    NetworkError,
    /// The response of a `no-cors` request.
    #[error("the request's mode is no-cors: the response cannot be read")]
    NoCors,
    /// A `no-cors` request with a method that needs CORS.
    #[error("a no-cors request cannot be a {method}")]
    NoCorsMethod {
        /// The method.
        method: Box<str>,
    },
    /// A `no-cors` request that does not follow redirects, to another origin.
    #[error("a no-cors request to another origin has to follow redirects")]
    NoCorsRedirectMode,
    /// A redirect that the page asked not to follow, with `redirect: "manual"`.
    #[error("it is a redirect, and the page asked not to follow")]
    OpaqueRedirect,
    /// The preflight's answer is a redirect.
    #[error("the preflight's answer is a redirect ({status}), which preflights never follow")]
    PreflightRedirect {
        /// Its status.
        status: u16,
    },
    /// The preflight's answer is no success.
    #[error("the preflight's answer has status {status}, and needs one of 200 to 299")]
    PreflightStatus {
        /// Its status.
        status: u16,
    },
    /// A list in the preflight's answer cannot be read.
    #[error("{header} of the preflight's answer is malformed: `{value}`")]
    PreflightSyntax {
        /// Which list.
        header: &'static str,
        /// What is there.
        value: Box<str>,
    },
    /// A redirect, with `redirect: "error"`.
    #[error("it is a redirect, and the page asked for an error then")]
    RedirectForbidden,
    /// A redirect to a URL with a user name or password.
    #[error("the redirect's Location has a user name or password in it")]
    RedirectUserinfo,
    /// `Cross-Origin-Resource-Policy` keeps the page out.
    #[error("Cross-Origin-Resource-Policy is `{value}`, which keeps the page out")]
    ResourcePolicy {
        /// What it is.
        value: Box<str>,
    },
    /// A response of the page's own origin.
    #[error("it is the page's own origin: nothing of CORS applies")]
    SameOrigin,
    /// A request with mode `same-origin` to another origin.
    #[error("the request's mode is same-origin, and the URL is of another origin")]
    SameOriginMode,
    /// Too long a chain.
    #[error("there are more than {most} redirects")]
    TooManyRedirects {
        /// How many the engine follows.
        most: usize,
    },
    /// A scheme that is neither `http` nor `https`.
    #[error("CORS works over http and https, and not over {scheme}")]
    UnsupportedScheme {
        /// The scheme.
        scheme: Box<str>,
    },
    /// `fetch` takes no user name or password in a URL.
    #[error("the URL has a user name or password in it, which fetch does not take")]
    UrlUserinfo,
    /// `*` for a request with credentials.
    #[error("Access-Control-Allow-Origin is `*`, which does not do for credentials mode include")]
    WildcardWithCredentials,
}

impl Reason {
    /// A stable kebab-case code. Where browsers print a message of their own for it, it is the
    /// symptom that `crossgate doctor` knows it by.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AllowCredentialsMissing { .. } => "allow-credentials-missing",
            Self::AllowOriginInvalid { .. } => "allow-origin-invalid",
            Self::AllowOriginMismatch { .. } => "allow-origin-mismatch",
            Self::AllowOriginMissing => "allow-origin-missing",
            Self::AllowOriginMultiple { .. } => "allow-origin-multiple",
            Self::AuthorizationWildcard => "authorization-wildcard",
            Self::BodyNotAllowed { .. } => "body-not-allowed",
            Self::CorsAllowed => "cors-allowed",
            Self::ForbiddenMethod { .. } => "forbidden-method",
            Self::HeaderNotAllowed { .. } => "header-not-allowed",
            Self::LocationInvalid => "location-invalid",
            Self::MethodNotAllowed { .. } => "method-not-allowed",
            Self::MixedContent => "mixed-content",
            Self::Navigation => "navigation",
            Self::NetworkError => "not-cors",
            Self::NoCors => "no-cors",
            Self::NoCorsMethod { .. } => "no-cors-method",
            Self::NoCorsRedirectMode => "no-cors-redirect-mode",
            Self::OpaqueRedirect => "opaque-redirect",
            Self::PreflightRedirect { .. } => "preflight-redirect",
            Self::PreflightStatus { .. } => "preflight-status",
            Self::PreflightSyntax { .. } => "preflight-syntax",
            Self::RedirectForbidden => "redirect-forbidden",
            Self::RedirectUserinfo => "redirect-userinfo",
            Self::ResourcePolicy { .. } => "resource-policy",
            Self::SameOrigin => "same-origin",
            Self::SameOriginMode => "same-origin-mode",
            Self::TooManyRedirects { .. } => "too-many-redirects",
            Self::UnsupportedScheme { .. } => "unsupported-scheme",
            Self::UrlUserinfo => "url-userinfo",
            Self::WildcardWithCredentials => "wildcard-with-credentials",
        }
    }
}

fn shown(value: &Option<Box<str>>) -> String {
    value.as_ref().map_or_else(|| "missing".to_owned(), |value| format!("`{value}`"))
}
