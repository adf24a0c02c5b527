//! The gateway's own paths: `/cdn-cgi/access/*`.

use http::Method;

/// What a path below `/cdn-cgi/access/` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessPath {
    /// One of the endpoints.
    Endpoint(AccessEndpoint),
    /// Nothing that exists.
    Unknown,
}

/// The endpoints that every host of the gateway may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessEndpoint {
    /// Receives the result of a sign-in on the application's host.
    Authorized,
    /// Where identity providers send people back to.
    Callback,
    /// The public keys.
    Certs,
    /// Who is signed in.
    GetIdentity,
    /// The sign-in page; on the login host for the application's host that the path names.
    Login {
        /// `HOST` of `/cdn-cgi/access/login/HOST`.
        host: Option<String>,
    },
    /// Ends the session everywhere.
    Logout,
}

impl AccessPath {
    /// Reads a canonical path; `None` if it is not the gateway's.
    #[must_use]
    pub fn read(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/cdn-cgi/access")?;
        if !rest.is_empty() && !rest.starts_with('/') {
            return None;
        }
        Some(match rest {
            "/authorized" => Self::Endpoint(AccessEndpoint::Authorized),
            "/callback" => Self::Endpoint(AccessEndpoint::Callback),
            "/certs" => Self::Endpoint(AccessEndpoint::Certs),
            "/get-identity" => Self::Endpoint(AccessEndpoint::GetIdentity),
            "/login" => Self::Endpoint(AccessEndpoint::Login { host: None }),
            "/logout" => Self::Endpoint(AccessEndpoint::Logout),
            _ => match rest.strip_prefix("/login/") {
                Some(host) if !host.is_empty() && !host.contains('/') => {
                    Self::Endpoint(AccessEndpoint::Login { host: Some(host.to_owned()) })
                }
                _ => Self::Unknown,
            },
        })
    }
}

impl AccessEndpoint {
    /// Whether the login host, or else an application's host, has it.
    #[must_use]
    pub const fn exists_on(&self, login_host: bool) -> bool {
        match self {
            Self::Authorized | Self::Login { host: None } => !login_host,
            Self::Callback | Self::Login { host: Some(_) } => login_host,
            Self::Certs | Self::GetIdentity | Self::Logout => true,
        }
    }

    /// The methods it offers.
    #[must_use]
    pub fn methods(&self) -> &'static [Method] {
        match self {
            Self::Authorized | Self::Certs | Self::GetIdentity => &[Method::GET, Method::HEAD],
            Self::Callback | Self::Login { .. } | Self::Logout => {
                &[Method::GET, Method::HEAD, Method::POST]
            }
        }
    }
}
