use proptest::prelude::*;

use super::{Meta, MetaError, Site, open, seal};
use crate::{MacKey, MasterKey};

fn key() -> MacKey {
    MasterKey::new([7; 32]).meta()
}

fn meta() -> Meta {
    Meta {
        aud: "a".repeat(64),
        host: "app.acme.example".to_owned(),
        path: "/reports?year=2026".to_owned(),
        initiator: Some("https://panel.acme.example".to_owned()),
        site: Some(Site::SameSite),
        appsession_hash: [3; 32],
        issued_at: 1_000,
        expires_at: 1_300,
        fetch: true,
    }
}

#[test]
fn a_statement_ends_at_its_second() {
    let token = seal(&key(), &meta());
    assert_eq!(open(&key(), &token, 1_299), Ok(meta()));
    assert_eq!(open(&key(), &token, 1_300), Err(MetaError::Expired));
    assert_eq!(open(&key(), &token, i64::MAX), Err(MetaError::Expired));
    assert_eq!(open(&key(), &token, i64::MIN), Ok(meta()));
}

#[test]
fn what_is_no_statement_of_ours_is_refused() {
    let token = seal(&key(), &meta());
    let rows = [
        ("nothing", String::new(), MetaError::Malformed),
        (
            "another installation's",
            seal(&MasterKey::new([8; 32]).meta(), &meta()),
            MetaError::Forged,
        ),
        ("a few letters", token[..8].to_owned(), MetaError::Malformed),
        ("padding", format!("{token}="), MetaError::Malformed),
        ("too long", "A".repeat(super::MAX_LENGTH + 1), MetaError::Malformed),
    ];
    for (row, token, error) in rows {
        assert_eq!(open(&key(), &token, 1_000), Err(error), "{row}");
    }
}

#[test]
fn a_statement_is_whole_or_nothing() {
    let token = seal(&key(), &meta());
    for length in 0..token.len() {
        assert!(open(&key(), &token[..length], 1_000).is_err(), "{length}");
    }
    for more in ["A", "AA", "AAA", "AAAA", ".", "=", " ", "\n"] {
        assert!(open(&key(), &format!("{token}{more}"), 1_000).is_err(), "{more:?}");
    }
}

fn any_meta() -> impl Strategy<Value = Meta> {
    let site = prop_oneof![
        Just(None),
        Just(Some(Site::None)),
        Just(Some(Site::SameOrigin)),
        Just(Some(Site::SameSite)),
        Just(Some(Site::CrossSite))
    ];
    let texts = (".{0,80}", ".{0,80}", ".{0,200}", proptest::option::of(".{0,80}"));
    (texts, site, any::<[u8; 32]>(), any::<i64>(), any::<bool>()).prop_map(
        |((aud, host, path, initiator), site, appsession_hash, issued_at, fetch)| Meta {
            aud,
            host,
            path,
            initiator,
            site,
            appsession_hash,
            issued_at,
            expires_at: i64::MAX,
            fetch,
        },
    )
}

proptest! {
    #[test]
    fn any_statement_is_read_as_written(meta in any_meta()) {
        prop_assert_eq!(open(&key(), &seal(&key(), &meta), 0), Ok(meta));
    }

    #[test]
    fn no_altered_bit_passes(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut token = seal(&key(), &meta()).into_bytes();
        let at = at.index(token.len());
        token[at] ^= 1 << bit;
        if let Ok(token) = String::from_utf8(token) {
            prop_assert!(open(&key(), &token, 1_000).is_err());
        }
    }

    #[test]
    fn nothing_panics(token in ".{0,300}", now in any::<i64>()) {
        prop_assert!(open(&key(), &token, now).is_err());
    }

    #[test]
    fn nothing_panics_on_genuine_nonsense(mut said in proptest::collection::vec(any::<u8>(), 0..200)) {
        use crate::secret::Mac as _;
        let mac = key().mac(&[&said]);
        said.extend(mac);
        let token = crate::octets::to_text(&said);
        prop_assert_ne!(open(&key(), &token, 0).unwrap_err(), MetaError::Forged);
    }
}
