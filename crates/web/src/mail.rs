//! Mails with one-time codes.
//!
//! An HTTP answer never waits for a mail: [`Outbox::post`] only queues, so that the time an answer takes does not tell
//! whether a mail goes out. The [`Postman`] makes and delivers what is queued, and tries again when delivery fails, as long as
//! the code is valid.

mod browser;
mod directory;
mod letter;
mod postman;
mod smtp;
#[cfg(test)]
mod tests;

pub use letter::Letter;
pub use postman::{Outbox, Postman};

pub(crate) use browser::browser_name;

/// Why a mail was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// An address or header cannot be written.
    #[error("the mail cannot be written: {0}")]
    Message(#[from] lettre::error::Error),
    /// An address is not one.
    #[error("an address cannot be used: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// The folder cannot be written to.
    #[error("the mail folder cannot be written to: {0}")]
    Directory(#[from] std::io::Error),
    /// The server did not take it.
    #[error("the mail server did not take it: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// A text of it cannot be rendered.
    #[error("the mail's text cannot be rendered: {0}")]
    Text(#[from] askama::Error),
}
