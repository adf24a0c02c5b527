//! Why there is no ticket, or no session for one.

use http::StatusCode;

/// Why there is no ticket, or no session for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketRefusal {
    /// The browser holds a session of somebody else at the application.
    #[error("somebody else is signed in at the application")]
    AnotherPerson,
    /// The ticket's time is over.
    #[error("the ticket has expired")]
    Expired,
    /// The ticket is not ours, or was made for another page or application.
    #[error("the ticket is not valid for this page here")]
    Invalid,
    /// No policy of the application admits the person.
    #[error("no policy admits the person")]
    NotAllowed,
    /// Something else than a script asks, such as a form.
    #[error("only a script's fetch may ask")]
    NotAFetch,
    /// Something else asks than a page of the host itself.
    #[error("only a page of the same origin may ask")]
    NotSameOrigin,
    /// The application does not list the page's origin with credentials.
    #[error("the application does not list the page's origin with credentials")]
    NotTrusted,
    /// The application's cookies never travel to it from a page of that site.
    #[error("the application's cookies are restricted to its own site")]
    SameSiteCookie,
    /// There is no session that could be passed on, or it was ended.
    #[error("there is no session")]
    SessionAbsent,
    /// The sign-in has got too many tickets of late.
    #[error("too many tickets")]
    TooMany,
    /// The URL belongs to no application of this gateway.
    #[error("no application of this gateway has this URL")]
    UnknownApplication,
    /// The body is no URL.
    #[error("the body is not a URL")]
    Unreadable,
    /// The ticket was used before.
    #[error("the ticket was used before")]
    Used,
}

impl TicketRefusal {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::AnotherPerson,
        Self::Expired,
        Self::Invalid,
        Self::NotAllowed,
        Self::NotAFetch,
        Self::NotSameOrigin,
        Self::NotTrusted,
        Self::SameSiteCookie,
        Self::SessionAbsent,
        Self::TooMany,
        Self::UnknownApplication,
        Self::Unreadable,
        Self::Used,
    ];

    /// The stable kebab-case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AnotherPerson => "another-person",
            Self::Expired => "ticket-expired",
            Self::Invalid => "ticket-invalid",
            Self::NotAllowed => "not-allowed",
            Self::NotAFetch => "not-a-fetch",
            Self::NotSameOrigin => "not-same-origin",
            Self::NotTrusted => "origin-not-trusted",
            Self::SameSiteCookie => "same-site-cookie",
            Self::SessionAbsent => "session-absent",
            Self::TooMany => "too-many-tickets",
            Self::UnknownApplication => "unknown-application",
            Self::Unreadable => "ticket-request-unreadable",
            Self::Used => "ticket-used",
        }
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::AnotherPerson => StatusCode::CONFLICT,
            Self::SessionAbsent => StatusCode::UNAUTHORIZED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Expired
            | Self::Invalid
            | Self::NotAllowed
            | Self::NotAFetch
            | Self::NotSameOrigin
            | Self::NotTrusted
            | Self::SameSiteCookie
            | Self::UnknownApplication
            | Self::Used => StatusCode::FORBIDDEN,
        }
    }
}
