//! Which applications share a host, so that their cookies need names of their own

use std::collections::{HashMap, HashSet};

use crate::{ApplicationSettings, HostPattern};

/// What the cookies' names of an application that shares a host end in.
pub(super) fn of(aud: &str) -> String {
    format!("-{}", aud.chars().take(8).collect::<String>())
}

/// For each application whether there is a host that another covers as well.
pub(super) fn shares_a_host(applications: &[ApplicationSettings]) -> Vec<bool> {
    let mut exact = HashMap::<&HostPattern, HashSet<usize>>::new();
    let mut wildcards = Vec::new();
    for (number, application) in applications.iter().enumerate() {
        for domain in &application.domains {
            if domain.host.is_exact() {
                exact.entry(&domain.host).or_default().insert(number);
            } else {
                wildcards.push((&domain.host, number));
            }
        }
    }
    let mut shares = vec![false; applications.len()];
    let mut mark = |number: usize| {
        if let Some(shared) = shares.get_mut(number) {
            *shared = true;
        }
    };
    exact.values().filter(|numbers| numbers.len() > 1).flatten().for_each(|number| mark(*number));
    for (position, (pattern, number)) in wildcards.iter().enumerate() {
        let names = exact.iter().filter(|(host, _)| pattern.overlaps(host));
        let named = names.flat_map(|(_, numbers)| numbers);
        let later = wildcards.iter().skip(position + 1);
        let later = later.filter(|(other, _)| pattern.overlaps(other)).map(|(_, other)| other);
        for other in named.chain(later).filter(|other| *other != number) {
            mark(*number);
            mark(*other);
        }
    }
    shares
}
