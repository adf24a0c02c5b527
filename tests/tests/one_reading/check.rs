//! What must have happened against what has.

use std::net::IpAddr;

use crate::case::{Case, Forwarded, Input, Outcome, Way};
use crate::client::{Answer, Transcript};
use crate::recorder::Request;
use crate::world::{ANN, APP};

/// What is wrong on the visitor's side.
pub(crate) fn answers(case: &Case, way: Way, transcript: &Transcript) -> Vec<String> {
    let mut wrong = transcript.wrong.clone().into_iter().collect::<Vec<_>>();
    let mut answers = transcript.answers.iter();
    if way == Way::Pipelined && matches!(case.input, Input::Http1(_)) {
        match answers.next() {
            Some(answer) if answer.status == 200 && answer.body == b"GET /good" => {}
            other => wrong.push(format!("the request before it got {other:?}")),
        }
    }
    for (at, outcome) in case.outcome.iter().enumerate() {
        let answer = answers.next();
        let is_last = at + 1 == case.outcome.len();
        if let Some(complaint) = one_answer(outcome, answer, transcript, is_last) {
            wrong.push(complaint);
        }
    }
    wrong.extend(answers.map(|answer| format!("one more answer: {answer:?}")));
    match transcript.after.as_slice() {
        [] => {}
        [one] if one.status == 200 && one.body == b"GET /sentinel" => {}
        other => wrong.push(format!("the next request on the connection got {other:?}")),
    }
    if transcript.honest != Some((200, true)) {
        wrong.push(format!("an honest request after it got {:?}", transcript.honest));
    }
    wrong
}

fn one_answer(
    outcome: &Outcome,
    answer: Option<&Answer>,
    transcript: &Transcript,
    is_last: bool,
) -> Option<String> {
    let status = answer.map_or(0, |answer| answer.status);
    let got = || format!("{answer:?}, closed: {}, reset: {}", transcript.closed, transcript.reset);
    let ended = transcript.closed || transcript.reset;
    let holds = match outcome {
        Outcome::Refused(statuses) if transcript.is_http2 => {
            statuses.contains(&status) || (status == 0 && ended)
        }
        Outcome::Refused(statuses) => {
            statuses.contains(&status) && transcript.closed && transcript.after.is_empty()
        }
        Outcome::Answered(statuses) => statuses.contains(&status),
        Outcome::Broken => matches!(status, 400 | 408) || (status == 0 && ended),
        Outcome::Forwarded(it) if it.optional && status == 400 => true,
        Outcome::Forwarded(it) if it.optional && transcript.is_http2 && ended => true,
        Outcome::Forwarded(it) if it.tunnel.is_some() => status == 101,
        Outcome::Forwarded(it) => {
            let own = it.method == "HEAD"
                || answer.is_some_and(|answer| answer.body == line(it).as_bytes());
            let goes_on = it.closes
                || it.may_close
                || !is_last
                || transcript.is_http2
                || !transcript.closed
                || !transcript.after.is_empty()
                || answer.is_some_and(|answer| {
                    answer.head.to_ascii_lowercase().contains("connection: close")
                });
            status == 200 && own && goes_on && (!it.closes || transcript.closed)
        }
    };
    (!holds).then(|| format!("wanted {outcome:?}, got {}", got()))
}

fn line(forwarded: &Forwarded) -> String {
    format!("{} {}", forwarded.method, forwarded.target)
}

/// What is wrong at the upstream.
pub(crate) fn received(
    case: &Case,
    client: IpAddr,
    port: u16,
    received: &[Request],
) -> Vec<String> {
    let mut wrong = Vec::new();
    let honest = ["GET /good", "GET /sentinel", "GET /honest"];
    let mut received = received.iter().filter(|request| !honest.contains(&&*request.line()));
    let breaks = case.outcome.iter().any(|outcome| matches!(outcome, Outcome::Broken));
    for outcome in &case.outcome {
        let Outcome::Forwarded(expected) = outcome else { continue };
        match received.next() {
            None if expected.optional => {}
            None => wrong.push(format!("{} did not reach the upstream", line(expected))),
            Some(request) if expected.optional && !request.whole => {}
            Some(request) => {
                let complaints = one_request(expected, client, port, request);
                wrong
                    .extend(complaints.map(|what| format!("{what}: the upstream got {request:?}")));
            }
        }
    }
    for request in received {
        if request.whole || !breaks {
            wrong.push(format!("the upstream got {request:?}"));
        }
    }
    wrong
}

fn one_request<'r>(
    expected: &'r Forwarded,
    client: IpAddr,
    port: u16,
    request: &'r Request,
) -> impl Iterator<Item = String> {
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(what.to_owned());
        }
    };
    must(request.line() == line(expected), "another request line");
    must(request.whole, "it breaks off");
    must(request.body == expected.body, "another body");
    must(request.early.is_empty(), "bytes before the upstream had agreed to them");
    must(expected.tunnel.as_ref().is_none_or(|tunnel| *tunnel == request.tunnel), "another tunnel");
    let host = format!("{}:{port}", expected.host());
    for (name, value) in [
        ("host", host.as_str()),
        ("x-forwarded-host", &host),
        ("x-forwarded-for", &client.to_string()),
    ] {
        must(request.one(name) == Some(value), &format!("{name} is not {value} once"));
    }
    for name in ["x-forwarded-proto", "forwarded", "x-request-id"] {
        must(request.one(name).is_some(), &format!("{name} is not there once"));
    }
    let forged =
        |(name, value): &(String, String)| name.contains("forged") || value.contains("forged");
    must(!request.headers.iter().chain(&request.trailers).any(forged), "something forged");
    must(
        !request.all("cookie").any(|line| line.contains("CF_") || line.contains("__Host-CF")),
        "a cookie of the gateway's",
    );
    let signed_in = expected.host() == APP;
    let email = request.all("cf-access-authenticated-user-email").collect::<Vec<_>>();
    must(email == [ANN][..usize::from(signed_in)], "another e-mail address");
    let assertion = request.all("cf-access-jwt-assertion").collect::<Vec<_>>();
    must(
        assertion.len() == usize::from(signed_in)
            && assertion.iter().all(|it| it.starts_with("eyJ")),
        "another assertion",
    );
    let ours = ["cf-access-authenticated-user-email", "cf-access-jwt-assertion"];
    let claims = request.headers.iter().filter(|(name, _)| name.starts_with("cf-access-"));
    must(
        claims.clone().all(|(name, _)| ours.contains(&name.as_str())),
        "a claim that is not the gateway's",
    );
    for (name, value) in &expected.with {
        let found = request.one(name);
        let holds = match value.strip_suffix('*') {
            Some(begin) => found.is_some_and(|found| found.starts_with(begin)),
            None => found == Some(value),
        };
        must(holds, &format!("{name} is not {value} once"));
    }
    for name in &expected.without {
        must(!request.has(name), &format!("{name} is there"));
    }
    wrong.into_iter()
}
