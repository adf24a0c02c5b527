//! Why a session could not begin, or the process could not start.

use crossgate_store::StoreError;
use crossgate_token::KeyError;

/// What goes wrong besides requests.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The sign-in does not exist, was ended, or its time is over: sign in again.
    #[error("the sign-in has ended")]
    Ended,
    /// A signing key cannot be made or read, or does not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store holds no key that signs.
    #[error("the store holds no signing key")]
    NoKey,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
    /// The process is shutting down.
    #[error("the process is shutting down")]
    Stopped,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An e-mail address that no header can carry.
    #[error("the identity does not fit into a header")]
    Unsendable,
}
