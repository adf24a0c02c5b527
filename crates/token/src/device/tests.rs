use proptest::prelude::*;

use super::{Device, LIFETIME_SECONDS, MAX_ADDRESSES, MAX_LENGTH};
use crate::{DeviceKey, MasterKey};

fn key() -> DeviceKey {
    MasterKey::new([7; 32]).device()
}

fn reopened(device: &Device, now: i64) -> Device {
    Device::open(&key(), device.seal(&key()).as_bytes(), now)
}

#[test]
fn an_address_is_known_for_thirty_days_in_any_case() {
    let mut device = Device::default();
    device.remember(&key(), "Alice@acme.example", 0);
    assert!(reopened(&device, LIFETIME_SECONDS - 1).knows(&key(), "alice@ACME.example"));
    assert!(!reopened(&device, LIFETIME_SECONDS).knows(&key(), "alice@acme.example"));
    assert!(!reopened(&device, 0).knows(&key(), "bob@acme.example"));
}

#[test]
fn the_ninth_address_makes_the_first_one_go() {
    let mut device = Device::default();
    for number in 0..=MAX_ADDRESSES {
        device.remember(&key(), &format!("{number}@acme.example"), 0);
    }
    device.remember(&key(), "1@acme.example", 0);
    let value = device.seal(&key());
    assert!(value.len() <= MAX_LENGTH);
    let device = reopened(&device, 0);
    assert!(!device.knows(&key(), "0@acme.example"));
    assert!(
        (1..=MAX_ADDRESSES).all(|number| device.knows(&key(), &format!("{number}@acme.example")))
    );
}

#[test]
fn another_installations_cookie_knows_nobody() {
    let mut device = Device::default();
    device.remember(&key(), "alice@acme.example", 0);
    let value = device.seal(&MasterKey::new([8; 32]).device());
    assert!(Device::open(&key(), value.as_bytes(), 0) == Device::default());
}

proptest! {
    #[test]
    fn no_altered_bit_passes(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut device = Device::default();
        device.remember(&key(), "alice@acme.example", 0);
        let mut value = device.seal(&key()).into_bytes();
        let at = at.index(value.len());
        value[at] ^= 1 << bit;
        prop_assert!(Device::open(&key(), &value, 0) == Device::default());
    }

    #[test]
    fn nothing_panics(value in proptest::collection::vec(any::<u8>(), 0..400), now: i64) {
        let mut device = Device::open(&key(), &value, now);
        device.remember(&key(), "alice@acme.example", now);
        prop_assert!(device.knows(&key(), "alice@acme.example"));
    }
}
