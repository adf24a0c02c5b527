//! Resources are remembered all at once as if each had been asked for by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use crossgate_store::{Identifier, Store, Wanted};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Few names and ids, so that they meet.
fn wanted() -> impl Strategy<Value = Wanted> {
    let kind = prop_oneof![Just("application"), Just("policy")];
    (kind, 0..4, option::of(0..4), any::<u128>()).prop_map(|(kind, name, given, fresh)| Wanted {
        kind,
        name: format!("name {name}"),
        given_id: given.map(|id| format!("id {id}")),
        fresh_id: format!("fresh {fresh}"),
        fresh_aud: Some(format!("aud {fresh}")),
    })
}

async fn store() -> Store {
    Store::open("sqlite::memory:", None).await.unwrap()
}

async fn one_by_one(store: &Store, wanted: &[Wanted]) -> Vec<Identifier> {
    let mut found = Vec::new();
    for wanted in wanted {
        found.extend(store.remember_all(std::slice::from_ref(wanted)).await.unwrap());
    }
    found
}

proptest! {
    #[test]
    fn all_at_once_is_one_after_the_other(
        before in vec(wanted(), 0..12),
        wanted in vec(wanted(), 0..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (at_once, in_turn) = (store().await, store().await);
            for wanted in [&before, &wanted] {
                let found = at_once.remember_all(wanted).await.unwrap();
                assert_eq!(found, one_by_one(&in_turn, wanted).await);
                assert_eq!(found.len(), wanted.len());
            }
        });
    }
}
