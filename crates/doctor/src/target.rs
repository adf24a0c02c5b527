//! URLs without what may be secret in them.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crossgate_cors::{Origin, RequestOrigin};
use url::Url;

/// What is kept of a URL for people to read, in bytes.
const MAX_DISPLAY: usize = 512;
/// Longer segments of a path are taken for tokens.
const MAX_SEGMENT: usize = 64;

/// A URL: what may be shown, and what is needed to compare it. Query, fragment and user information are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    display: String,
    scheme: String,
    host: String,
    path: String,
    origin: Option<Origin>,
    whole: u64,
    has_userinfo: bool,
    is_login: bool,
}

impl Target {
    /// Reads an absolute URL.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Url::parse(text).ok().map(|url| Self::of(&url))
    }

    /// Reads a `Location` against the URL that answered with it.
    pub(crate) fn resolve(base: &str, location: &str) -> Option<Self> {
        Url::parse(base).ok()?.join(location).ok().map(|url| Self::of(&url))
    }

    fn of(url: &Url) -> Self {
        let origin = url.origin().ascii_serialization();
        let origin = Origin::parse(origin.as_bytes()).ok().and_then(|it| it.tuple().cloned());
        let path = if matches!(url.scheme(), "data" | "blob" | "javascript") {
            "…".to_owned()
        } else {
            shown_path(url.path())
        };
        let mut display = match (&origin, url.scheme()) {
            (Some(origin), _) => format!("{origin}{path}"),
            (None, scheme @ ("file" | "chrome-extension" | "moz-extension")) => {
                format!("{scheme}://{}{path}", url.host_str().unwrap_or_default())
            }
            (None, scheme @ ("ws" | "wss" | "ftp" | "http" | "https")) => {
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{scheme}://{}{port}{path}", url.host_str().unwrap_or_default())
            }
            (None, scheme) => format!("{scheme}:{path}"),
        };
        crate::text::cut(&mut display, MAX_DISPLAY);
        let mut hasher = DefaultHasher::new();
        url.as_str().split('#').next().hash(&mut hasher);
        Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            is_login: is_login(url),
            has_userinfo: !url.username().is_empty() || url.password().is_some(),
            whole: hasher.finish(),
            origin,
            path,
            display,
        }
    }

    /// The URL without its query, as it may be shown.
    pub fn as_str(&self) -> &str {
        &self.display
    }

    /// The scheme, without the colon.
    pub(crate) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host, without port.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The path, shortened where it may hold a token.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The origin, if the scheme has one. That of `wss:` is the one of `https:`.
    pub(crate) fn http_origin(&self) -> Option<Origin> {
        let scheme = match self.scheme.as_str() {
            "ws" => "http",
            "wss" => "https",
            _ => return self.origin.clone(),
        };
        let rest = self.display.split_once("://")?.1;
        let authority = rest.split('/').next()?;
        let url = Url::parse(&format!("{scheme}://{authority}")).ok()?;
        Origin::parse(url.origin().ascii_serialization().as_bytes()).ok()?.tuple().cloned()
    }

    /// Equal for equal URLs, query included, fragment not.
    pub(crate) const fn whole(&self) -> u64 {
        self.whole
    }

    /// Whether it has a user name or password (Fetch, "HTTP-redirect fetch", step 9).
    pub(crate) const fn has_userinfo(&self) -> bool {
        self.has_userinfo
    }

    /// Whether it looks like the place where people sign in.
    pub(crate) const fn is_login(&self) -> bool {
        self.is_login
    }

    /// Whether it is a place of the gateway's own, there on every host.
    pub(crate) fn is_access_path(&self) -> bool {
        self.path.starts_with("/cdn-cgi/access/")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display)
    }
}

/// An origin as an `Origin` header has it; `null` counts.
pub(crate) fn request_origin(text: &str) -> Option<RequestOrigin> {
    Origin::parse(text.trim().as_bytes()).ok()
}

fn shown_path(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        let segment = segment.split(';').next().unwrap_or_default();
        let is_token = segment.len() > MAX_SEGMENT
            || segment.contains('=')
            || (segment.starts_with("eyJ") && segment.contains('.'));
        if is_token { "…" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}

fn is_login(url: &Url) -> bool {
    const SEGMENTS: [&str; 20] = [
        "adfs",
        "authorize",
        "cas",
        "login",
        "log-in",
        "log_in",
        "login.php",
        "oauth",
        "oauth2",
        "oidc",
        "openid",
        "openid-connect",
        "saml",
        "saml2",
        "signin",
        "sign-in",
        "sign_in",
        "sso",
        "start_login",
        "wsfed",
    ];
    const HOSTS: [&str; 10] =
        ["account", "accounts", "auth", "id", "idp", "keycloak", "login", "oauth", "signin", "sso"];
    const PROVIDERS: [&str; 6] = [
        ".auth0.com",
        ".cloudflareaccess.com",
        ".okta.com",
        ".onelogin.com",
        "accounts.google.com",
        "login.microsoftonline.com",
    ];
    let host = url.host_str().unwrap_or_default();
    let path = url.path().to_ascii_lowercase();
    if path.starts_with("/cdn-cgi/access/") {
        return path.starts_with("/cdn-cgi/access/login");
    }
    let asks = |name: &str| url.query_pairs().take(32).any(|(key, _)| key == name);
    path.split('/').any(|segment| SEGMENTS.contains(&segment))
        || host.split('.').next().is_some_and(|label| HOSTS.contains(&label))
        || PROVIDERS.iter().any(|provider| host.ends_with(provider))
        || (asks("client_id") && asks("response_type"))
        || asks("SAMLRequest")
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn nothing_secret_of_a_url_is_shown() {
        let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2VjcmV0";
        let long = "s".repeat(80);
        let rows = [
            (
                "query and fragment go",
                "https://a.example/x?token=s#f".to_owned(),
                "https://a.example/x",
            ),
            ("user information goes", "https://u:s@a.example/x".to_owned(), "https://a.example/x"),
            (
                "a token in the path goes",
                format!("https://a.example/x/{jwt}/y"),
                "https://a.example/x/…/y",
            ),
            ("a long segment goes", format!("https://a.example/{long}"), "https://a.example/…"),
            (
                "a path parameter goes",
                "https://a.example/x;jsessionid=s".to_owned(),
                "https://a.example/x",
            ),
            ("data goes", "data:text/plain,secret".to_owned(), "data:…"),
            ("a file stays", "file:///home/x/index.html".to_owned(), "file:///home/x/index.html"),
            (
                "a socket keeps its scheme",
                "wss://a.example:8443/s?x=1".to_owned(),
                "wss://a.example:8443/s",
            ),
        ];
        for (row, url, shown) in rows {
            assert_eq!(Target::parse(&url).unwrap().as_str(), shown, "{row}");
        }
        let socket = Target::parse("wss://a.example:8443/s").unwrap();
        assert_eq!(socket.http_origin().unwrap().as_str(), "https://a.example:8443");
    }

    #[test]
    fn places_to_sign_in_are_recognised() {
        for url in [
            "https://login.acme.example/cdn-cgi/access/login/app?kid=1",
            "https://acme.cloudflareaccess.com/x",
            "https://idp.example/realms/x/protocol/openid-connect/auth?client_id=a",
            "https://github.com/login/oauth/authorize?client_id=1",
            "https://a.example/oauth2/start",
            "https://a.example/x?client_id=1&response_type=code",
        ] {
            assert!(Target::parse(url).unwrap().is_login(), "{url}");
        }
        for url in [
            "https://api.acme.example/orders",
            "https://api.acme.example/loginstatistics",
            "https://login.acme.example/cdn-cgi/access/certs",
        ] {
            assert!(!Target::parse(url).unwrap().is_login(), "{url}");
        }
    }
}
