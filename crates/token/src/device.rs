//! `__Host-CF_Device`: the addresses with which this browser has signed in before.
//!
//! It spares a returning visitor the limits that strangers meet; it lets nobody in. Addresses are in it as keyed hashes,
//! so that a borrowed browser does not tell who used it.

use crate::DeviceKey;
use crate::octets::{self, Octets};
use crate::secret::Mac as _;

#[cfg(test)]
mod tests;

/// How long an address is remembered, in seconds.
pub const LIFETIME_SECONDS: i64 = 30 * 24 * 60 * 60;

/// How many addresses are remembered. The one that is oldest makes room.
pub const MAX_ADDRESSES: usize = 8;

const VERSION: u8 = 1;
const HASH: usize = 16;
const ENTRY: usize = HASH + 8;
const MAX_LENGTH: usize = (1 + MAX_ADDRESSES * ENTRY + 32).div_ceil(3) * 4;

/// The addresses that a browser is known for, latest last.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Device(Vec<Entry>);

#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    address: [u8; HASH],
    expires_at: i64,
}

impl Device {
    /// Reads a cookie's value. A value that is not ours, or that has ended, knows nobody.
    #[must_use]
    pub fn open(key: &DeviceKey, value: &[u8], now: i64) -> Self {
        let mut device = read(key, value).unwrap_or_default();
        device.0.retain(|entry| now < entry.expires_at);
        device
    }

    /// Whether the browser has signed in with this address. Case does not count.
    #[must_use]
    pub fn knows(&self, key: &DeviceKey, email: &str) -> bool {
        let address = hash(key, email);
        self.0.iter().any(|entry| entry.address == address)
    }

    /// Remembers a sign-in for 30 days from `now`.
    pub fn remember(&mut self, key: &DeviceKey, email: &str, now: i64) {
        let address = hash(key, email);
        self.0.retain(|entry| entry.address != address);
        if self.0.len() >= MAX_ADDRESSES {
            self.0.remove(0);
        }
        self.0.push(Entry { address, expires_at: now.saturating_add(LIFETIME_SECONDS) });
    }

    /// The cookie's value: base64url.
    #[must_use]
    pub fn seal(&self, key: &DeviceKey) -> String {
        let mut bytes = vec![VERSION];
        for entry in &self.0 {
            bytes.extend(entry.address);
            bytes.extend(entry.expires_at.to_be_bytes());
        }
        let mac = key.mac(&[b"list", &bytes]);
        bytes.extend(mac);
        octets::to_text(&bytes)
    }
}

fn read(key: &DeviceKey, value: &[u8]) -> Option<Device> {
    if value.len() > MAX_LENGTH {
        return None;
    }
    let bytes = octets::from_text(value)?;
    let (said, mac) = bytes.split_last_chunk::<32>()?;
    if !key.is_mac(&[b"list", said], mac) {
        return None;
    }
    let mut said = Octets(said);
    (said.byte()? == VERSION).then_some(())?;
    let mut entries = Vec::with_capacity(MAX_ADDRESSES);
    while said.end().is_none() && entries.len() < MAX_ADDRESSES {
        entries.push(Entry { address: said.array()?, expires_at: said.time()? });
    }
    said.end()?;
    Some(Device(entries))
}

fn hash(key: &DeviceKey, email: &str) -> [u8; HASH] {
    let mac = key.mac(&[b"address", email.to_lowercase().as_bytes()]);
    let (hash, _) = mac.split_first_chunk().unwrap_or((&[0; HASH], &[]));
    *hash
}
