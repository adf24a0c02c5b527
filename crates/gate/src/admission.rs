//! What the policies say, in the words of a verdict.

use std::net::IpAddr;

use crossgate_policy::{Decision, Found, Outcome, PolicySet, Subject};

use crate::{Person, PolicyHit};

/// Row 11: the service-auth policy that admits a visitor without any token.
pub(crate) fn admit_without_identity(policies: &PolicySet, ip: IpAddr) -> Option<PolicyHit<'_>> {
    let found = policies.before_identity(ip, None)?;
    (found.decision == Decision::NonIdentity).then(|| policy_hit(policies, &found))
}

/// Rows 14 and 15: the allow policy that admits a person, or the policy that refuses, if one does.
pub(crate) fn admit_person<'g>(
    policies: &'g PolicySet,
    person: &Person<'_>,
    ip: IpAddr,
) -> Result<PolicyHit<'g>, Option<PolicyHit<'g>>> {
    let verdict =
        policies.identity(&Subject { email: Some(person.email), service_token: None, ip });
    let hit = verdict.found.as_ref().map(|found| policy_hit(policies, found));
    match (verdict.outcome, hit) {
        (Outcome::Allow, Some(hit)) => Ok(hit),
        (_, hit) => Err(hit),
    }
}

/// The policy that was found, by name.
pub(crate) fn policy_hit<'g>(policies: &'g PolicySet, found: &Found) -> PolicyHit<'g> {
    PolicyHit { policy: policies.name(found.policy), rule: found.selector }
}
