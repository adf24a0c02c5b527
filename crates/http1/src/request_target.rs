//! The target of a request: whom and what it asks for (RFC 9112, section 3.2).

use http::Method;

/// A target in its parts, as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestTarget<'a> {
    /// The authority, in absolute form or authority form.
    pub authority: Option<&'a str>,
    /// The path; `*` in asterisk form, empty in authority form.
    pub path: &'a str,
    /// The query without `?`.
    pub query: Option<&'a str>,
}

impl<'a> RequestTarget<'a> {
    /// Takes a target apart. `None`: no form of the standard fits, it has a fragment, or bytes that are neither visible ASCII nor UTF-8.
    #[must_use]
    pub fn parse(method: &Method, target: &'a str) -> Option<Self> {
        let unfit = |byte: u8| byte <= b' ' || byte == 0x7f || byte == b'#';
        if target.bytes().any(unfit) {
            return None;
        }
        if *method == Method::CONNECT {
            let plain = !target.is_empty() && !target.contains(['/', '?', '*']);
            return plain.then_some(Self { authority: Some(target), path: "", query: None });
        }
        if target == "*" {
            return (*method == Method::OPTIONS).then_some(Self {
                authority: None,
                path: "*",
                query: None,
            });
        }
        if target.starts_with('/') {
            return Some(Self::of_path(None, target));
        }
        let (scheme, rest) = target.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        (!authority.is_empty()).then(|| Self::of_path(Some(authority), path))
    }

    fn of_path(authority: Option<&'a str>, path_and_query: &'a str) -> Self {
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        Self { authority, path: if path.is_empty() { "/" } else { path }, query }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::RequestTarget;

    #[test]
    fn each_form_has_its_method_and_its_parts() {
        type Parts = Option<(Option<&'static str>, &'static str, Option<&'static str>)>;
        let rows: &[(&str, Method, &str, Parts)] = &[
            ("origin form", Method::GET, "/a/b?c=d", Some((None, "/a/b", Some("c=d")))),
            ("a second question mark", Method::GET, "/?a?b", Some((None, "/", Some("a?b")))),
            ("two slashes", Method::GET, "//evil/x", Some((None, "//evil/x", None))),
            (
                "absolute form",
                Method::GET,
                "http://a.example:80/x?y",
                Some((Some("a.example:80"), "/x", Some("y"))),
            ),
            (
                "without a path",
                Method::GET,
                "HTTPS://a.example",
                Some((Some("a.example"), "/", None)),
            ),
            ("a query alone", Method::GET, "http://a?b", Some((Some("a"), "/", Some("b")))),
            ("an empty authority", Method::GET, "http:///x", None),
            ("another scheme", Method::GET, "ftp://a/x", None),
            ("a scheme hidden in a path", Method::GET, "x/http://a/", None),
            ("a fragment", Method::GET, "/a#b", None),
            ("no path", Method::GET, "a", None),
            ("a space", Method::GET, "/a b", None),
            ("asterisk form", Method::OPTIONS, "*", Some((None, "*", None))),
            ("asterisk form of another method", Method::GET, "*", None),
            ("authority form", Method::CONNECT, "a:443", Some((Some("a:443"), "", None))),
            ("authority form of a path", Method::CONNECT, "/a", None),
            ("beyond ASCII", Method::GET, "/ä", Some((None, "/ä", None))),
        ];
        for (row, method, target, expected) in rows {
            let found = RequestTarget::parse(method, target);
            let found = found.map(|found| (found.authority, found.path, found.query));
            assert_eq!(found, *expected, "{row}");
        }
    }
}
