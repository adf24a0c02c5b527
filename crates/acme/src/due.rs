//! A name that wants a certificate, and what becomes of it when it gets none.

use crossgate_model::Host;
use crossgate_store::{AcmeFailure, Store, StoreError};

use crate::Wanted;
use crate::order::Failure;
use crate::schedule::{Kind, retry_at};

/// A name that wants a certificate.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) name: Host,
    /// Until when the one that it has is good.
    pub(crate) good_until: Option<i64>,
    /// Failures in a row.
    pub(crate) failures: u32,
}

impl Due {
    /// Says what went wrong, what that means and what to do.
    pub(crate) fn complain(&self, failure: &Failure, to_do: &str, now: i64) {
        let (name, words) = (&self.name, failure.in_words());
        let again = retry_at(name.as_str(), failure.kind(), self.failures.saturating_add(1), now)
            .saturating_sub(now);
        match self.good_until.map(|until| until.saturating_sub(now)) {
            Some(left) => tracing::warn!(
                "the certificate of {name} could not be renewed: {words}. The one in force is good for {} more hours; tried again in {again} seconds. To do: {to_do}",
                left / 3600
            ),
            None => tracing::error!(
                "there is no certificate for {name}, so nobody can connect to it: {words}. Tried again in {again} seconds. To do: {to_do}"
            ),
        }
    }
}

/// Notes a failure. Where other names would fare no better, they wait as well, though it is not counted against them.
pub(crate) async fn note(
    store: &Store,
    wanted: &Wanted,
    due: &Due,
    failure: &Failure,
    now: i64,
) -> Result<(), StoreError> {
    let (directory, kind) = (&wanted.authority.directory, failure.kind());
    let name = due.name.to_string();
    let count = due.failures.saturating_add(1);
    let retry_at = |count| retry_at(&name, kind, count, now);
    let own = AcmeFailure { name: name.clone(), count, retry_at: retry_at(count) };
    store.save_acme_failure(directory, &own).await?;
    if !failure.concerns_all() {
        return Ok(());
    }
    let before = store.acme_failures(directory).await?;
    // Who asks too much asks for one name after the other; who meets nobody need not ask for each.
    let others = if kind == Kind::Unreachable { retry_at(count) } else { retry_at(1) };
    for name in wanted.names.iter().filter(|name| **name != due.name) {
        let before = before.iter().find(|it| it.name == name.as_str());
        let count = before.map_or(0, |it| it.count);
        let retry_at = before.map_or(others, |it| it.retry_at.max(others));
        let failure = AcmeFailure { name: name.to_string(), count, retry_at };
        store.save_acme_failure(directory, &failure).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crossgate_model::{AcmeAuthority, AcmeChallenge};
    use instant_acme::{Error, Problem};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn refused(kind: &str) -> Failure {
        Failure::Authority(Error::Api(Problem {
            r#type: Some(format!("urn:ietf:params:acme:error:{kind}")),
            detail: Some("no\r\nno".to_owned()),
            status: None,
            subproblems: Vec::new(),
        }))
    }

    /// Failures and seconds to wait of the names a and b, after the first failed a second time.
    async fn after(failure: Failure) -> Vec<(String, u32, i64)> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("crossgate.db").display());
        let store = Store::open(&url, None).await.unwrap();
        let names = ["a.example", "b.example"].map(|name| Host::parse(name).unwrap());
        let authority = AcmeAuthority {
            directory: "dir".to_owned(),
            contact: None,
            challenge: AcmeChallenge::Http01,
            ca_pool: None,
        };
        let wanted = Wanted { authority, names: names.to_vec() };
        let due = Due { name: names[0].clone(), good_until: None, failures: 1 };
        note(&store, &wanted, &due, &failure, NOW).await.unwrap();
        let failures = store.acme_failures("dir").await.unwrap();
        failures.into_iter().map(|it| (it.name, it.count, it.retry_at - NOW)).collect()
    }

    #[tokio::test]
    async fn other_names_wait_only_where_they_would_fare_no_better() {
        let found = after(refused("connection")).await;
        assert!(
            matches!(found.as_slice(), [(name, 2, 240..=264)] if name == "a.example"),
            "{found:?}"
        );
        let found = after(refused("rateLimited")).await;
        assert!(matches!(found.as_slice(), [(_, 2, 240..=264), (_, 0, 120..=132)]), "{found:?}");
        let found = after(Failure::Timeout).await;
        assert!(matches!(found.as_slice(), [(_, 2, 20..=22), (_, 0, 20..=22)]), "{found:?}");
    }

    #[test]
    fn what_an_authority_quotes_stays_on_one_line() {
        let words = refused("connection").in_words();
        assert!(words.contains("no  no") && !words.contains(char::is_control), "{words}");
    }
}
