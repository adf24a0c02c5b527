//! Which message of the console speaks of which call.

use std::collections::HashMap;

use super::judge;
use super::walk::{self, Walk};
use crate::call::Call;
use crate::config::Configured;
use crate::console::Message;
use crate::har::{Engine, Har};
use crate::{Finding, Symptom, fix};

/// How many calls of one URL are looked at.
const LOOK: usize = 256;

/// The messages of each call, and those that speak of none.
pub(super) fn assign<'m>(
    messages: &'m [Message],
    calls: &[Call<'_>],
    pages: &[Option<String>],
    walks: &[Walk],
) -> (Vec<Vec<&'m Message>>, Vec<&'m Message>) {
    let mut by_url = HashMap::<&str, Vec<usize>>::new();
    for (number, call) in calls.iter().enumerate() {
        for url in call.hops.iter().filter_map(|hop| hop.url()) {
            let numbers = by_url.entry(url.as_str()).or_default();
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
    }
    let mut assigned = vec![Vec::new(); calls.len()];
    let mut alone = Vec::new();
    for message in messages {
        let urls = [message.target.as_ref(), message.redirected_from.as_ref()];
        let candidates = urls.into_iter().flatten().find_map(|url| by_url.get(url.as_str()));
        let candidates = candidates.map_or(&[][..], Vec::as_slice).iter().take(LOOK).copied();
        let best = candidates
            .filter_map(|number| {
                let is_free = assigned.get(number).is_some_and(Vec::is_empty);
                let score = score(message, pages.get(number)?.as_deref(), walks.get(number)?)?;
                Some((is_free, score, std::cmp::Reverse(number)))
            })
            .max();
        match best.and_then(|(.., number)| assigned.get_mut(number.0)) {
            Some(slot) => slot.push(message),
            None => alone.push(message),
        }
    }
    (assigned, alone)
}

/// How well a message fits; nothing if it cannot be about this call.
fn score(message: &Message, page: Option<&str>, walk: &Walk) -> Option<u8> {
    if let (Some(said), Some(page)) = (&message.page_origin, page)
        && said != page
        && said != "null"
    {
        return None;
    }
    Some(match walk {
        Walk::Failed(failure) if failure.failed.symptom == message.symptom => 4,
        Walk::Failed(_) => 3,
        Walk::Unclear { .. } | Walk::Obstacle { .. } => 2,
        Walk::Passed => 1,
        Walk::NotChecked => {
            // A call of the page's own origin, or one that is not checked, has no failed check.
            let is_checked = matches!(
                message.symptom,
                Symptom::NotCors
                    | Symptom::ResourcePolicy
                    | Symptom::LocalNetwork
                    | Symptom::UnsupportedScheme
            );
            return is_checked.then_some(0);
        }
    })
}

/// For each call that failed: a later call of the same URL that went well.
pub(super) fn retried(calls: &[Call<'_>], walks: &[Walk]) -> Vec<Option<usize>> {
    let mut good = HashMap::new();
    let mut retried = vec![None; calls.len()];
    for (number, (call, walk)) in calls.iter().zip(walks).enumerate().rev() {
        let (Some(first), Some(last)) = (call.first(), call.last()) else { continue };
        let is_good = matches!(walk, Walk::Passed)
            && last.is_ok()
            && !walk::is_blocked(last)
            && call.hops.len() == 1;
        if is_good {
            good.insert((first.url.whole(), call.method()), first.index);
        } else if call.hops.len() > 1
            && let Some(slot) = retried.get_mut(number)
        {
            *slot = good.get(&(first.url.whole(), call.method())).copied();
        }
    }
    retried
}

/// The finding of a message that speaks of no call of the HAR.
pub(super) fn finding_of(message: &Message, har: &Har, config: Option<&Configured>) -> Finding {
    let mut verdict = judge::message_alone(message);
    verdict.missing.push(if har.is_empty() {
        "the HAR of the same recording: with it the answers themselves can be looked at".to_owned()
    } else {
        "the entry of this call: the HAR has none for this URL".to_owned()
    });
    if message.target.is_none() && message.engine == Engine::Webkit {
        verdict.missing.push("the line of the console that names the URL".to_owned());
    }
    let first = message.redirected_from.as_ref().or(message.target.as_ref());
    let method =
        (message.symptom == Symptom::MethodNotAllowed).then(|| message.value.clone()).flatten();
    let subject = fix::Subject {
        verdict: &verdict,
        page: message.page_origin.as_deref(),
        target: first,
        failed_at: message.target.as_ref(),
        credentials: false,
        method: method.as_deref(),
        request_origin: message.page_origin.as_deref(),
        config,
        preflight: None,
    };
    let remedy = fix::remedy(&subject);
    Finding {
        symptom: verdict.symptom,
        row: verdict.symptom.map(|it| it.row(verdict.on_preflight)),
        cause: verdict.cause,
        url: message.target.as_ref().map(ToString::to_string).unwrap_or_default(),
        page_origin: message.page_origin.clone(),
        method,
        entries: Vec::new(),
        console_lines: vec![message.line],
        times: 1,
        confidence: verdict.confidence,
        explanation: verdict.told.join(" "),
        rule: message.symptom.rule(),
        fix: remedy.words,
        headers: remedy.headers,
        config_change: remedy.change,
        danger: remedy.danger,
        missing: verdict.missing,
    }
}
