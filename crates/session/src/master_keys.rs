//! The keys that are derived from the master key, one for each purpose.

use crossgate_store::Store;
use crossgate_token::{CsrfKey, DeviceKey, MacKey, MasterKey, PinKey, SealKey};

use crate::SessionError;
use crate::tokens::random_bytes;

/// The keys for what is neither signed nor stored: derived once, shared by every process that has the store.
pub struct MasterKeys {
    meta: MacKey,
    code: SealKey,
    ticket: SealKey,
    pin: PinKey,
    csrf: CsrfKey,
    device: DeviceKey,
}

impl MasterKeys {
    /// Derives the keys.
    #[must_use]
    pub fn new(master: &MasterKey) -> Self {
        Self {
            meta: master.meta(),
            code: master.code(),
            ticket: master.ticket(),
            pin: master.pin(),
            csrf: master.csrf(),
            device: master.device(),
        }
    }

    /// Authenticates sign-in state ([`crossgate_token::meta`]).
    #[must_use]
    pub const fn meta(&self) -> &MacKey {
        &self.meta
    }

    /// Encrypts the outcome of a sign-in ([`crossgate_token::code`]).
    #[must_use]
    pub const fn code(&self) -> &SealKey {
        &self.code
    }

    /// Encrypts what opens one application to a page of another ([`crossgate_token::ticket`]).
    #[must_use]
    pub const fn ticket(&self) -> &SealKey {
        &self.ticket
    }

    /// Authenticates one-time PINs ([`crossgate_token::pin`]).
    #[must_use]
    pub const fn pin(&self) -> &PinKey {
        &self.pin
    }

    /// Authenticates form tokens ([`crossgate_token::csrf`]).
    #[must_use]
    pub const fn csrf(&self) -> &CsrfKey {
        &self.csrf
    }

    /// Authenticates device cookies ([`crossgate_token::device`]).
    #[must_use]
    pub const fn device(&self) -> &DeviceKey {
        &self.device
    }
}

/// The keys of the store's master key, which is made if there is none.
pub(crate) async fn load(store: &Store) -> Result<MasterKeys, SessionError> {
    let bytes = store.master_key(random_bytes()?).await?;
    Ok(MasterKeys::new(&MasterKey::new(*bytes)))
}
