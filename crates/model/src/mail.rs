//! How one-time codes are mailed.

use std::path::PathBuf;

use crate::Secret;

/// Where mail goes and whom it is from.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The way out.
    pub mailer: Mailer,
    /// The sender's address.
    pub from: String,
}

/// The way out for mail.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// One `.eml` file a message.
    Directory(PathBuf),
    /// An SMTP server.
    Smtp {
        /// Its name or address.
        host: String,
        /// Its port.
        port: u16,
        /// How the connection is protected.
        tls: SmtpTls,
        /// User name and password, if it wants them.
        credentials: Option<(String, Secret<String>)>,
    },
}

/// Protection of an SMTP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// None: loopback, or asked for by name.
    None,
    /// STARTTLS, required.
    StartTls,
    /// TLS from the first byte (`smtps`).
    Implicit,
}
