//! What is to be repaired.

use serde::Serialize;

/// What is to be repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The server does not say that credentials may come along.
    AllowCredentialsMissing,
    /// An element loads without credentials.
    AnonymousScript,
    /// A preflight met a login.
    AuthBeforeCors,
    /// A cache gave out what was made for another page.
    CachedForAnotherOrigin,
    /// The page does not send credentials.
    CredentialsNotSent,
    /// Errors are answered without CORS headers.
    ErrorPathWithoutCors,
    /// The server does not allow a request header.
    HeaderNotAllowed,
    /// The browser guards the local network.
    LocalNetwork,
    /// A login page came instead of data.
    LoginPageAsResponse,
    /// A header has a value that means nothing.
    MalformedHeader,
    /// The server does not allow the method.
    MethodNotAllowed,
    /// Nobody answered, or something on the way refused.
    NetworkFailure,
    /// A redirect from one origin to another made the origin `null`.
    NullOriginAfterRedirect,
    /// The server does not know OPTIONS, or not as a preflight.
    OptionsNotHandled,
    /// The server does not allow the page's origin.
    OriginNotAllowed,
    /// A policy on loading, not on reading.
    ResourcePolicy,
    /// The session's cookie may not come along from another site.
    SameSiteCookie,
    /// The session is over.
    SessionExpired,
    /// There has been no session.
    SessionMissing,
    /// The browser keeps cookies from other sites.
    ThirdPartyCookiesBlocked,
    /// Gateway and application both write the headers.
    TwoOwners,
    /// The evidence does not say.
    Unknown,
    /// `*` where credentials are used.
    WildcardWithCredentials,
}

impl Cause {
    /// The stable kebab-case code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AllowCredentialsMissing => "allow-credentials-missing",
            Self::AnonymousScript => "anonymous-script",
            Self::AuthBeforeCors => "auth-before-cors",
            Self::CachedForAnotherOrigin => "cached-for-another-origin",
            Self::CredentialsNotSent => "credentials-not-sent",
            Self::ErrorPathWithoutCors => "error-path-without-cors",
            Self::HeaderNotAllowed => "header-not-allowed",
            Self::LocalNetwork => "local-network",
            Self::LoginPageAsResponse => "login-page-as-response",
            Self::MalformedHeader => "malformed-header",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NetworkFailure => "network-failure",
            Self::NullOriginAfterRedirect => "null-origin-after-redirect",
            Self::OptionsNotHandled => "options-not-handled",
            Self::OriginNotAllowed => "origin-not-allowed",
            Self::ResourcePolicy => "resource-policy",
            Self::SameSiteCookie => "same-site-cookie",
            Self::SessionExpired => "session-expired",
            Self::SessionMissing => "session-missing",
            Self::ThirdPartyCookiesBlocked => "third-party-cookies-blocked",
            Self::TwoOwners => "two-owners",
            Self::Unknown => "unknown",
            Self::WildcardWithCredentials => "wildcard-with-credentials",
        }
    }
}
