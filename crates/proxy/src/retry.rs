//! Whether a request that failed at one upstream may be sent to another.
//!
//! An upstream may have acted on a request whose answer never came. So another one is asked only where nothing was sent, or where the
//! request may be sent twice (RFC 9110, section 9.2.2): it changes nothing, and all of it is still there.

use http::Method;

/// Upstreams that a request is sent to at most.
pub(crate) const TRIES: usize = 3;

/// How far a request had come when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing was sent: no connection, or one that was closed before.
    NothingSent,
    /// All or part of it was sent, and the connection ended before a byte of the response came.
    Sent,
    /// It was not answered as it should have been: not in time, or not with a whole head of a response. The upstream may be at work on it.
    Unanswered,
}

/// Whether another upstream may be asked, after so many were `tried`. `has_body`: the request has a body, whether any of it was sent or not.
pub(crate) fn may_try_another(
    progress: Progress,
    method: &Method,
    has_body: bool,
    tried: usize,
) -> bool {
    tried < TRIES
        && match progress {
            Progress::NothingSent => true,
            Progress::Sent => may_be_repeated(method, has_body),
            Progress::Unanswered => false,
        }
}

/// Whether a request may be sent twice.
pub(crate) fn may_be_repeated(method: &Method, has_body: bool) -> bool {
    !has_body && matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::{Progress, TRIES, may_try_another};

    #[test]
    fn a_request_is_sent_twice_only_where_that_changes_nothing() {
        let rows = [
            ("nothing was sent of a POST", Progress::NothingSent, Method::POST, true, true),
            ("nothing was sent of a GET", Progress::NothingSent, Method::GET, false, true),
            ("a GET without an answer", Progress::Sent, Method::GET, false, true),
            ("a HEAD without an answer", Progress::Sent, Method::HEAD, false, true),
            ("an OPTIONS without an answer", Progress::Sent, Method::OPTIONS, false, true),
            ("a GET with a body", Progress::Sent, Method::GET, true, false),
            ("a POST without a body", Progress::Sent, Method::POST, false, false),
            ("a DELETE", Progress::Sent, Method::DELETE, false, false),
            ("a PUT is idempotent, but rarely alone", Progress::Sent, Method::PUT, false, false),
            ("a GET that is waited for", Progress::Unanswered, Method::GET, false, false),
            ("a POST that is waited for", Progress::Unanswered, Method::POST, true, false),
        ];
        for (row, progress, method, has_body, expected) in rows {
            assert_eq!(may_try_another(progress, &method, has_body, 1), expected, "{row}");
            assert!(!may_try_another(progress, &method, has_body, TRIES), "{row}, tried enough");
        }
    }
}
