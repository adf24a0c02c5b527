//! What the gateway's error answers say, in words: what happened, whose doing it is, and what to do.

use crossgate_gate::Reason;
use crossgate_login::ticket::TicketRefusal;
use http::StatusCode;

/// The words of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// A heading.
    pub(crate) title: &'static str,
    /// What happened, and whose doing it is.
    pub(crate) what: &'static str,
    /// What to do; empty if nothing helps.
    pub(crate) todo: &'static str,
}

const fn words(title: &'static str, what: &'static str, todo: &'static str) -> Words {
    Words { title, what, todo }
}

/// Nobody new can be let in.
const STORE_UNAVAILABLE: Words = words(
    "The gateway cannot look you up",
    "Its store of sessions is not reachable, so nobody new can be let in. It is not your doing.",
    "Try again in a moment. If it stays so, tell whoever runs this gateway.",
);

/// The words for a reason of the gate.
pub(crate) const fn of_reason(reason: Reason) -> Words {
    match reason {
        Reason::AcmeChallenge | Reason::HttpsRedirect => {
            words("This address has moved", "The gateway answers over HTTPS.", "")
        }
        Reason::Misdirected => words(
            "This connection is for another host",
            "The connection was set up for a host with another certificate.",
            "Browsers try again by themselves. If a program of yours asks, have it open a connection for each host.",
        ),
        Reason::AliasedHeader => words(
            "This request cannot be passed on",
            "One of its headers has a name that applications could take for one of the gateway's own.",
            "Send it without headers whose names imitate cf-access-… or x-forwarded-… with underscores or dots.",
        ),
        Reason::AmbiguousPath | Reason::UnreadableTarget => words(
            "This address cannot be read",
            "The address of the page can be understood in more than one way, so the gateway does not pass it on.",
            "Check the link that brought you here.",
        ),
        Reason::HeadTimeout => words(
            "That took too long",
            "The request's head did not arrive in time.",
            "Try again. If the connection is slow, send less with each request.",
        ),
        Reason::HeadTooLarge => words(
            "The request is too large",
            "Its headers are longer, or more, than any request in earnest has.",
            "Delete the cookies of this site, and try again.",
        ),
        Reason::MalformedMessage => words(
            "This is no request",
            "What was sent is not HTTP, or could be understood in more than one way, so the gateway does not pass it on.",
            "If a program of yours sent it, check how it frames its requests.",
        ),
        Reason::MethodNotAllowed | Reason::MethodNotOffered => words(
            "That does not work here",
            "The address exists, but not for this kind of request.",
            "",
        ),
        Reason::NoApplication => words(
            "Nothing is open here",
            "No application covers this address, and what no application covers is closed.",
            "If you expected one here, tell whoever runs this gateway.",
        ),
        Reason::NoEndpoint | Reason::NoIngress => words(
            "There is nothing here",
            "The gateway knows this host, but has nothing at this address.",
            "Check the link that brought you here.",
        ),
        Reason::UnknownHost => words(
            "This host is not served here",
            "The request reached a gateway that does not serve this host name.",
            "Check the address. If it is right, tell whoever runs the host that its name leads to the wrong place.",
        ),
        Reason::CrossSiteEmbed => words(
            "Not from another site",
            "Another site tried to load this as a part of its own page, and the application does not allow that.",
            "Open the application itself.",
        ),
        Reason::NullNotBound => words(
            "Not from a page without an origin",
            "The request says `Origin: null`, as sandboxed frames and redirected requests do, and the gateway has not redirected it.",
            "Call the application from a page of an origin that it allows.",
        ),
        Reason::CrossSiteWrite => words(
            "Not from another site",
            "Another site tried to send something here in your name. Nothing was sent on to the application.",
            "If you meant to send it, do so from the application's own pages.",
        ),
        Reason::WebSocketOrigin => words(
            "Not from another site",
            "A page that the application does not trust tried to open a WebSocket.",
            "Name its origin in the application's allowed or trusted origins.",
        ),
        Reason::NotAllowed => words(
            "That account does not have access",
            "You are signed in, but no policy of this application admits you.",
            "Ask whoever runs the application for access.",
        ),
        Reason::NonIdentityExcluded => words(
            "Not from here",
            "The application is closed to where you are coming from, whoever you are.",
            "Ask whoever runs the application from where it may be used.",
        ),
        Reason::ServiceAuthRequired => words(
            "For machines only",
            "Only service tokens are let in here; nobody can sign in.",
            "Send the headers cf-access-client-id and cf-access-client-secret of a service token.",
        ),
        Reason::ServiceTokenMalformed => words(
            "The service token is incomplete",
            "The service token's headers are doubled, or one of the two is missing.",
            "Send cf-access-client-id and cf-access-client-secret, once each.",
        ),
        Reason::ServiceTokenRefused => words(
            "The service token is not valid",
            "Its id is unknown, its secret is wrong, or it has expired or been revoked.",
            "Check both values, or ask for a new token.",
        ),
        Reason::StoreUnavailable => STORE_UNAVAILABLE,
        Reason::ServiceTokenNotAllowed => words(
            "That service token does not have access",
            "The service token is valid, but no policy of this application admits it.",
            "Ask whoever runs the application to admit it.",
        ),
        Reason::HeaderTokenRefused => words(
            "The access token is not valid",
            "The cf-access-token header is doubled, not valid for this application, or not the cookie's person.",
            "Get a new token, or leave the header out.",
        ),
        Reason::SessionExpired => words(
            "Your session has ended",
            "Its time is over. Nothing was sent on to the application.",
            "Sign in again, then repeat what you did.",
        ),
        Reason::SessionRevoked => words(
            "You have been signed out",
            "This session was ended. Nothing was sent on to the application.",
            "Sign in again, then repeat what you did.",
        ),
        Reason::SessionAbsent | Reason::SessionInvalid | Reason::SessionNotBound => words(
            "You are not signed in",
            "This needs a session. Nothing was sent on to the application.",
            "Sign in, then repeat what you did.",
        ),
        Reason::PreflightNotConfigured | Reason::PreflightRefused | Reason::PreflightToEndpoint => {
            words(
                "Not across origins",
                "Pages of other origins may not make this request.",
                "Allow it in the application's CORS settings.",
            )
        }
        Reason::Allowed
        | Reason::Bypass
        | Reason::Endpoint
        | Reason::NonIdentity
        | Reason::PreflightAllowed
        | Reason::PreflightForwarded
        | Reason::ServiceTokenAllowed => words("Refused", "The gateway refused this request.", ""),
    }
}

/// The words for a session that a page did not get.
pub(crate) const fn of_ticket(refusal: TicketRefusal) -> Words {
    match refusal {
        TicketRefusal::AnotherPerson => words(
            "Somebody else is signed in",
            "This browser holds a session of somebody else at the application, and keeps it.",
            "Sign out first.",
        ),
        TicketRefusal::Expired | TicketRefusal::Used => words(
            "The ticket is over",
            "A ticket counts once, and for half a minute.",
            "Get a new one from the page's own host.",
        ),
        TicketRefusal::Invalid => words(
            "The ticket is not valid here",
            "It was made for another page or application, or not by this gateway.",
            "Get a new one from the page's own host.",
        ),
        TicketRefusal::NotAllowed => of_reason(Reason::NotAllowed),
        TicketRefusal::NotAFetch | TicketRefusal::NotSameOrigin => words(
            "Not offered",
            "Tickets are for scripts of the page itself: asked for on its own host, and used by a fetch.",
            "",
        ),
        TicketRefusal::NotTrusted => words(
            "Not from this page",
            "The application does not list the page's origin with credentials.",
            "Name it in the application's allowed origins, with allow_credentials, or in its trusted origins.",
        ),
        TicketRefusal::SameSiteCookie => words(
            "Not across sites",
            "The application's cookies are restricted to its own site, and the page is of another.",
            "Set its same_site_cookie_attribute to none, or leave it out.",
        ),
        TicketRefusal::SessionAbsent => words(
            "You are not signed in",
            "There is no session on the page's own host that could be passed on.",
            "Sign in there.",
        ),
        TicketRefusal::TooMany => words(
            "Too many tickets",
            "This sign-in has got more tickets than any page needs.",
            "Try again in a minute.",
        ),
        TicketRefusal::UnknownApplication => words(
            "Not an application of this gateway",
            "The URL belongs to no application that this gateway protects.",
            "",
        ),
        TicketRefusal::Unreadable => words(
            "That is no URL",
            "The body has to be the URL that the page wants to call, and nothing else.",
            "",
        ),
    }
}

/// The words for a failure of the proxy or the store, by its code, or for a reason of the gate, by its code.
pub(crate) fn of_failure(status: StatusCode, code: &str) -> Words {
    const LATER: &str = "Try again in a moment. If it stays so, tell whoever runs the application.";
    match code {
        "upstream-unreachable" => words(
            "The application is not reachable",
            "You and the gateway are fine: the server behind it does not accept connections.",
            LATER,
        ),
        "upstream-connect-timeout" => words(
            "The application does not answer",
            "You and the gateway are fine: connecting to the server behind it took too long.",
            LATER,
        ),
        "upstream-response-timeout" => words(
            "The application takes too long",
            "You and the gateway are fine: the server behind it took the request, but has not answered in time. It may \
             still be working on it.",
            "Check whether what you did has taken effect before you repeat it.",
        ),
        "upstream-redirected" => words(
            "The application wants to show a page",
            "It answered a script's request with a redirect, which cannot be followed here. Often that is its own sign-in.",
            "Open the application in a tab, then try again.",
        ),
        "upstream-tls" => words(
            "The application cannot be trusted",
            "The server behind the gateway could not prove who it is. Nothing was sent to it.",
            "Tell whoever runs the application that its certificate does not verify.",
        ),
        "upstream-broken" => words(
            "The application broke off",
            "You and the gateway are fine: the server behind it closed the connection or answered with something that \
             is not HTTP.",
            "Check whether what you did has taken effect before you repeat it.",
        ),
        "upstream-overloaded" => words(
            "The application is busy",
            "More requests are waiting for it than the gateway holds.",
            "Try again in a moment.",
        ),
        "too-many-web-sockets" => words(
            "Too many WebSockets at once",
            "More of them are open from your network, or from everywhere, than the gateway takes at a time.",
            "Close other tabs of the application, then try again.",
        ),
        "store-unavailable" => STORE_UNAVAILABLE,
        "too-many-sign-ins" => words(
            "Too many sign-ins at once",
            "More sign-ins come from your network, or from everywhere, than the gateway takes at a time.",
            "Wait a few seconds, then try again.",
        ),
        _ => {
            let reason = Reason::ALL.iter().find(|reason| reason.code() == code);
            reason.map_or_else(|| of_status(status), |reason| of_reason(*reason))
        }
    }
}

fn of_status(status: StatusCode) -> Words {
    match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => words(
            "Too many headers",
            "The request's headers are larger than the gateway takes. Often these are cookies that have piled up.",
            "Delete the cookies of this site, then sign in again.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            words("Too large", "What was sent is larger than the gateway takes here.", "")
        }
        StatusCode::REQUEST_TIMEOUT => {
            words("Too slow", "The request did not arrive in time.", "Try again.")
        }
        StatusCode::SERVICE_UNAVAILABLE => words(
            "Not available now",
            "The gateway cannot answer at the moment. It is not your doing.",
            "Try again in a moment.",
        ),
        status if status.is_server_error() => words(
            "Something went wrong here",
            "The gateway could not finish this request. It is not your doing.",
            "Try again. If it stays so, tell whoever runs this gateway, with the request's number.",
        ),
        _ => words(
            "This request cannot be answered",
            "There is something wrong with the request.",
            "Check the link that brought you here.",
        ),
    }
}

/// A sign-in endpoint asked by something that is no page.
pub(crate) const NOT_OFFERED: Words = words(
    "Not offered",
    "Signing in works in a page of its own, not in frames, embeds or scripts.",
    "",
);

/// The URL names no application.
pub(crate) const UNKNOWN_APPLICATION: Words = words(
    "Unable to find your application",
    "The link names an application that this gateway does not have.",
    "Open the application itself, or ask whoever gave you the link.",
);

/// The state in the URL is missing or not ours.
pub(crate) const LINK_INCOMPLETE: Words = words(
    "This link cannot be used",
    "It is incomplete or was changed on the way: a sign-in starts at the application.",
    "Open the application itself.",
);

/// The browser came back without the cookie, twice.
pub(crate) const COOKIE_NOT_RETURNED: Words = words(
    "You could not be signed in",
    "Your browser did not send back the cookie that the sign-in began with.",
    "Allow cookies for this site, or try a window that is not private.",
);

/// A form came without its token.
pub(crate) const FORM_OUTDATED: Words = words(
    "This form is out of date",
    "It was open for too long, or your browser does not send cookies. Nothing was done.",
    "Start again, and allow cookies for this site.",
);

/// A form that is no form.
pub(crate) const FORM_UNREADABLE: Words = words(
    "This form cannot be read",
    "What was sent is not what the page's form sends.",
    "Start again.",
);

#[cfg(test)]
mod tests {
    use crossgate_gate::Reason;
    use crossgate_login::ticket::TicketRefusal;
    use http::StatusCode;

    use super::{of_failure, of_reason, of_ticket};

    #[test]
    fn every_reason_says_what_happened() {
        for reason in Reason::ALL {
            let words = of_reason(*reason);
            assert!(!words.title.is_empty() && words.what.ends_with('.'), "{reason:?}");
        }
    }

    #[test]
    fn every_refused_ticket_says_what_happened() {
        for refusal in TicketRefusal::ALL {
            let words = of_ticket(refusal);
            assert!(!words.title.is_empty() && words.what.ends_with('.'), "{refusal:?}");
        }
    }

    #[test]
    fn every_failure_says_whose_doing_it_is() {
        let known = [
            "upstream-unreachable",
            "upstream-connect-timeout",
            "upstream-response-timeout",
            "upstream-tls",
            "upstream-broken",
            "upstream-overloaded",
            "too-many-web-sockets",
            "store-unavailable",
        ];
        let general = of_failure(StatusCode::BAD_GATEWAY, "something-new");
        for code in known {
            assert_ne!(
                of_failure(StatusCode::BAD_GATEWAY, code),
                general,
                "{code} has words of its own"
            );
        }
    }
}
