//! Whom an application admits, and for how long.

use std::net::IpAddr;
use std::time::Duration;

use crossgate_model::Application;
use crossgate_policy::{Outcome, Subject};

/// An allow policy admits the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The session duration that the policy sets, if it does.
    pub policy_duration: Option<Duration>,
}

/// Whether an application admits a person who is signed in, from this address, now.
#[must_use]
pub fn admission(application: &Application, email: &str, ip: IpAddr) -> Option<Admission> {
    let settings = &application.settings;
    let verdict =
        settings.policies.identity(&Subject { email: Some(email), service_token: None, ip });
    let found = verdict.found.filter(|_| verdict.outcome == Outcome::Allow)?;
    let policy_duration = settings.policy_durations.get(found.policy).copied().flatten();
    Some(Admission { policy_duration })
}

/// The shortest life of an application token: a session that ends at once has still to be arrived at, or the visitor would be
/// sent to and fro for ever.
const SHORTEST: Duration = Duration::from_secs(5);

/// How long an application token lives: the policy's duration, else the application's, at least five seconds, and never
/// longer than what is left of the sign-in that it stands for. `sign_in_ends` and `now` are in Unix seconds.
#[must_use]
pub fn lifetime(
    application: &Application,
    admission: Admission,
    sign_in_ends: i64,
    now: i64,
) -> Duration {
    let wanted = admission.policy_duration.unwrap_or(application.settings.session_duration);
    let left = u64::try_from(sign_in_ends.saturating_sub(now)).unwrap_or(0);
    wanted.max(SHORTEST).min(Duration::from_secs(left))
}
