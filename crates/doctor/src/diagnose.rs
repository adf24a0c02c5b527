//! The decision tree: from a recording to findings.
//!
//! 1. Entries are grouped into calls, and each is walked as its browser did, up to the check that fails.
//! 2. The console's messages are laid beside the calls they speak of. What the browser said counts more than what the
//!    headers let one compute; what only the headers show counts where the console is silent.
//! 3. Each failure is judged for its cause. Evidence that is not there is named, and makes the finding less sure.

mod alone;
mod evidence;
mod judge;
mod matching;
mod merge;
mod preflight;
mod response;
mod session;
mod silent;
mod verdict;
mod walk;

use crate::call::{self, Call, Hop};
use crate::config::Configured;
use crate::console::{Console, Message};
use crate::finding::{Diagnosis, Evidence};
use crate::har::{Entry, Har};
use crate::{Confidence, Finding, fix};

pub(crate) use verdict::Verdict;
use walk::Walk;

/// Failures beyond this are counted, not judged.
const MAX_JUDGED: usize = 500;

/// One call with all that is known of it.
pub(crate) struct Case<'a> {
    pub(crate) har: &'a Har,
    pub(crate) call: &'a Call<'a>,
    page: Option<String>,
    walk: Walk,
    messages: Vec<&'a Message>,
    config: Option<&'a Configured>,
    /// A later call for the same URL that went well.
    retried: Option<usize>,
    has_console: bool,
}

impl Case<'_> {
    /// The origin of the page that called.
    pub(crate) fn page(&self) -> Option<&str> {
        self.page.as_deref()
    }

    fn hop(&self, number: usize) -> Option<&Hop<'_>> {
        self.call.hops.get(number)
    }

    /// The message that says most.
    fn message(&self) -> Option<&Message> {
        self.messages
            .iter()
            .copied()
            .find(|it| !it.is_generic)
            .or_else(|| self.messages.first().copied())
    }
}

/// Finds the failed cross-origin calls of a recording and says what repairs each. Give what there is: a HAR, the
/// console's text, or best both of one recording; and the config of the gateway that was asked.
pub fn diagnose(har: &Har, console: &Console, config: Option<&Configured>) -> Diagnosis {
    let calls = call::group(har);
    let pages = calls.iter().map(|call| call.page_origin(har)).collect::<Vec<_>>();
    let walks =
        calls.iter().zip(&pages).map(|(call, page)| walk::walk(call, page.as_deref(), har.engine));
    let walks = walks.collect::<Vec<_>>();
    let (mut matched, alone) = matching::assign(&console.messages, &calls, &pages, &walks);
    let retried = matching::retried(&calls, &walks);
    let mut notes = har.notes.iter().chain(&console.notes).cloned().collect::<Vec<_>>();
    let mut findings = Vec::new();
    let mut left_out = 0;
    for (number, ((call, page), walk)) in calls.iter().zip(pages).zip(walks).enumerate() {
        let case = Case {
            har,
            call,
            page,
            walk,
            messages: matched.get_mut(number).map(std::mem::take).unwrap_or_default(),
            config,
            retried: retried.get(number).copied().flatten(),
            has_console: !console.is_empty(),
        };
        if !case.is_of_interest() {
            continue;
        }
        if findings.len() >= MAX_JUDGED {
            left_out += 1;
            continue;
        }
        findings.extend(case.findings());
    }
    for message in alone {
        findings.push(matching::finding_of(message, har, config));
    }
    if left_out > 0 {
        notes.push(format!(
            "Only the first {MAX_JUDGED} failures are judged; {left_out} more calls were left out."
        ));
    }
    if !har.is_empty() && !har.shows_cookies() {
        notes.push(
            "The HAR shows no cookies: it was exported without sensitive data, or there are none."
                .to_owned(),
        );
    }
    let evidence = Evidence {
        engine: har.engine,
        creator: har.creator.clone(),
        entries: har.len(),
        cookies_shown: har.shows_cookies(),
        console_messages: console.len(),
    };
    Diagnosis { findings: merge::merge(findings), evidence, notes }
}

impl Case<'_> {
    fn is_of_interest(&self) -> bool {
        !self.messages.is_empty()
            || !matches!(self.walk, Walk::Passed | Walk::NotChecked)
            || silent::may_be(self)
            || judge::latent_wildcard(self).is_some()
    }

    fn findings(&self) -> Vec<Finding> {
        let verdict = judge::judge(self);
        let is_failure = verdict.is_some();
        let verdict = verdict.or_else(|| silent::judge(self));
        let latent = if is_failure { None } else { judge::latent_wildcard(self) };
        verdict.into_iter().chain(latent).map(|verdict| self.finding(verdict)).collect()
    }

    fn finding(&self, mut verdict: Verdict) -> Finding {
        if let Some(index) = self.retried {
            verdict = verdict.tell(format!(
                "A later try (entry {index}) went well: the failed one had left a cookie behind."
            ));
        }
        if !self.has_console && verdict.symptom.is_none() {
            verdict = verdict.lack(
                "the console's text, recorded together with the HAR: it says which check failed",
            );
        }
        let hop = self
            .walk
            .hop()
            .or_else(|| self.message_hop())
            .unwrap_or_else(|| self.call.hops.len().saturating_sub(1));
        let entry = self.hop(hop).and_then(Hop::entry);
        let url = self.hop(0).and_then(Hop::url);
        let shown = self.hop(hop).and_then(Hop::url).or(url);
        let method = self.call.method().map(str::to_owned);
        let subject = fix::Subject {
            verdict: &verdict,
            page: self.page(),
            target: url,
            failed_at: shown,
            credentials: self.page().is_some_and(|page| self.call.includes_credentials(page)),
            method: method.as_deref(),
            request_origin: entry.and_then(Entry::request_origin),
            config: self.config,
            preflight: self.hop(hop).and_then(|it| it.preflight),
        };
        let remedy = fix::remedy(&subject);
        Finding {
            symptom: verdict.symptom,
            row: verdict.symptom.map(|it| it.row(verdict.on_preflight)),
            cause: verdict.cause,
            url: shown.map(ToString::to_string).unwrap_or_default(),
            page_origin: self.page.clone(),
            method,
            entries: self.call.entries().map(|it| it.index).collect(),
            console_lines: self.messages.iter().map(|it| it.line).collect(),
            times: 1,
            confidence: verdict.confidence,
            explanation: verdict.told.join(" "),
            rule: verdict
                .symptom
                .map_or("no check of the standard can be named without more evidence", |it| {
                    it.rule()
                }),
            fix: remedy.words,
            headers: remedy.headers,
            config_change: remedy.change,
            danger: remedy.danger,
            missing: verdict.missing,
        }
    }

    fn message_hop(&self) -> Option<usize> {
        let target = self.message()?.target.as_ref()?;
        self.call
            .hops
            .iter()
            .position(|hop| hop.url().is_some_and(|url| url.as_str() == target.as_str()))
    }
}

/// A finding is never surer than what it rests on.
pub(super) const fn sure(is_shown: bool) -> Confidence {
    if is_shown { Confidence::Certain } else { Confidence::Likely }
}
