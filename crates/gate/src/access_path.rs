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
    /// The script that gets sessions at other applications for a page.
    ClientScript,
    /// Its TypeScript types.
    ClientTypes,
    /// Turns a ticket into a session of the application that it is for.
    Exchange,
    /// Gets a session in a hidden frame of the same site, and tells the page.
    Frame,
    /// Who is signed in.
    GetIdentity,
    /// The sign-in page; on the login host for the application's host that the path names.
    Login {
        /// `HOST` of `/cdn-cgi/access/login/HOST`.
        host: Option<String>,
    },
    /// Ends the session everywhere.
    Logout,
    /// Signs in in a window of its own, which closes.
    Popup,
    /// Leads from a sign-in to the page that asked for it.
    Return,
    /// Whether there is a session, for pages that may use it.
    Status,
    /// Gives a page what opens another application to it.
    Ticket,
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
            "/client.d.ts" => Self::Endpoint(AccessEndpoint::ClientTypes),
            "/client.js" => Self::Endpoint(AccessEndpoint::ClientScript),
            "/exchange" => Self::Endpoint(AccessEndpoint::Exchange),
            "/frame" => Self::Endpoint(AccessEndpoint::Frame),
            "/get-identity" => Self::Endpoint(AccessEndpoint::GetIdentity),
            "/login" => Self::Endpoint(AccessEndpoint::Login { host: None }),
            "/logout" => Self::Endpoint(AccessEndpoint::Logout),
            "/popup" => Self::Endpoint(AccessEndpoint::Popup),
            "/return" => Self::Endpoint(AccessEndpoint::Return),
            "/status" => Self::Endpoint(AccessEndpoint::Status),
            "/ticket" => Self::Endpoint(AccessEndpoint::Ticket),
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
            Self::Authorized
            | Self::ClientScript
            | Self::ClientTypes
            | Self::Exchange
            | Self::Frame
            | Self::Login { host: None }
            | Self::Popup
            | Self::Return
            | Self::Status
            | Self::Ticket => !login_host,
            Self::Callback | Self::Login { host: Some(_) } => login_host,
            Self::Certs | Self::GetIdentity | Self::Logout => true,
        }
    }

    /// Whether a sign-in may lead back to it: it is about the application that the sign-in was for, and not about one
    /// that covers its path.
    #[must_use]
    pub const fn ends_sign_ins(&self) -> bool {
        matches!(self, Self::Frame | Self::Popup | Self::Return)
    }

    /// The methods it offers.
    #[must_use]
    pub fn methods(&self) -> &'static [Method] {
        match self {
            Self::Authorized
            | Self::Certs
            | Self::ClientScript
            | Self::ClientTypes
            | Self::GetIdentity
            | Self::Popup
            | Self::Return
            | Self::Status => &[Method::GET, Method::HEAD],
            Self::Login { host: None } => &[Method::GET, Method::HEAD],
            Self::Exchange | Self::Ticket => &[Method::POST],
            Self::Frame => &[Method::GET],
            Self::Callback | Self::Login { .. } | Self::Logout => {
                &[Method::GET, Method::HEAD, Method::POST]
            }
        }
    }
}
