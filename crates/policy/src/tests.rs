//! Policies against a naive reading of the same rules, and tables for what the properties cannot say.

use std::net::IpAddr;

use proptest::prelude::*;

use crate::{
    CompileError, Decision, Domain, EmailAddress, EmailError, Group, GroupId, Outcome, Policy,
    PolicySet, Rule, Subject, TokenIdentity, TokenRef, lint, parse_address_range,
};

fn email(text: &str) -> Rule {
    Rule::Email(EmailAddress::parse(text).unwrap())
}

fn domain(text: &str) -> Rule {
    Rule::EmailDomain(Domain::parse(text).unwrap())
}

fn ip(text: &str) -> Rule {
    Rule::Ip(parse_address_range(text).unwrap())
}

fn group(name: &str) -> Rule {
    Rule::Group(GroupId(name.to_owned()))
}

fn token(name: &str) -> Rule {
    Rule::ServiceToken(TokenRef(name.to_owned()))
}

fn policy(decision: Decision, include: &[Rule], require: &[Rule], exclude: &[Rule]) -> Policy {
    Policy {
        id: String::new(),
        name: decision.as_str().to_owned(),
        decision,
        include: include.to_vec(),
        exclude: exclude.to_vec(),
        require: require.to_vec(),
        session_duration: None,
    }
}

fn groups() -> Vec<Group> {
    let make = |name: &str, include: &[Rule], exclude: &[Rule]| Group {
        id: format!("id of {name}"),
        name: name.to_owned(),
        include: include.to_vec(),
        exclude: exclude.to_vec(),
        require: Vec::new(),
    };
    vec![
        make("staff", &[domain("acme.example")], &[email("temp@acme.example")]),
        make("office", &[ip("192.0.2.0/24"), ip("2001:db8::/32")], &[]),
        make("all of ours", &[group("staff"), group("id of office")], &[]),
    ]
}

fn set(policies: &[Policy]) -> PolicySet {
    PolicySet::compile(policies.to_vec(), &groups()).unwrap()
}

const HERE: &str = "192.0.2.7";
const THERE: &str = "198.51.100.7";

#[test]
fn people_are_admitted_by_the_first_policy_that_matches() {
    use Decision::{Allow, Deny};
    let everyone = [Rule::Everyone];
    let rows: &[(&str, Vec<Policy>, &str, &str, Outcome)] = &[
        ("nobody passes without a policy", vec![], "a@acme.example", HERE, Outcome::NoMatch),
        (
            "an address matches whole",
            vec![policy(Allow, &[email("a@acme.example")], &[], &[])],
            "aa@acme.example",
            HERE,
            Outcome::NoMatch,
        ),
        (
            "case does not count",
            vec![policy(Allow, &[email("A@Acme.example")], &[], &[])],
            "a@ACME.example",
            HERE,
            Outcome::Allow,
        ),
        (
            "a domain matches whole",
            vec![policy(Allow, &[domain("acme.example")], &[], &[])],
            "a@notacme.example",
            HERE,
            Outcome::NoMatch,
        ),
        (
            "a sub-domain is another domain",
            vec![policy(Allow, &[domain("acme.example")], &[], &[])],
            "a@sub.acme.example",
            HERE,
            Outcome::NoMatch,
        ),
        (
            "include is OR",
            vec![policy(Allow, &[email("b@b.example"), domain("acme.example")], &[], &[])],
            "a@acme.example",
            HERE,
            Outcome::Allow,
        ),
        (
            "exclude is NOT",
            vec![policy(Allow, &everyone, &[], &[domain("acme.example")])],
            "a@acme.example",
            HERE,
            Outcome::NoMatch,
        ),
        (
            "require is AND",
            vec![policy(Allow, &everyone, &[domain("acme.example"), ip("192.0.2.0/24")], &[])],
            "a@acme.example",
            THERE,
            Outcome::NoMatch,
        ),
        (
            "require with everything there passes",
            vec![policy(Allow, &everyone, &[domain("acme.example"), ip("192.0.2.0/24")], &[])],
            "a@acme.example",
            HERE,
            Outcome::Allow,
        ),
        (
            "two values in require match nobody",
            vec![policy(Allow, &everyone, &[domain("acme.example"), domain("b.example")], &[])],
            "a@acme.example",
            HERE,
            Outcome::NoMatch,
        ),
        (
            "a deny above wins",
            vec![
                policy(Deny, &[email("a@acme.example")], &[], &[]),
                policy(Allow, &everyone, &[], &[]),
            ],
            "a@acme.example",
            HERE,
            Outcome::Deny,
        ),
        (
            "a deny below does not",
            vec![
                policy(Allow, &everyone, &[], &[]),
                policy(Deny, &[email("a@acme.example")], &[], &[]),
            ],
            "a@acme.example",
            HERE,
            Outcome::Allow,
        ),
        (
            "a group matches by name",
            vec![policy(Allow, &[group("staff")], &[], &[])],
            "a@acme.example",
            HERE,
            Outcome::Allow,
        ),
        (
            "a group has exclusions of its own",
            vec![policy(Allow, &[group("staff")], &[], &[])],
            "temp@acme.example",
            HERE,
            Outcome::NoMatch,
        ),
        (
            "a group in a group matches by id",
            vec![policy(Allow, &[group("all of ours")], &[], &[])],
            "b@b.example",
            HERE,
            Outcome::Allow,
        ),
        (
            "a service-auth policy admits nobody who signed in",
            vec![policy(Decision::NonIdentity, &everyone, &[], &[])],
            "a@acme.example",
            HERE,
            Outcome::NoMatch,
        ),
    ];
    for (name, policies, email, ip, outcome) in rows {
        let subject = Subject { email: Some(email), service_token: None, ip: ip.parse().unwrap() };
        assert_eq!(set(policies).identity(&subject).outcome, *outcome, "{name}");
    }
}

#[test]
fn before_anybody_signs_in_the_first_certain_match_decides() {
    use Decision::{Allow, Bypass, NonIdentity};
    let ci = Some(TokenIdentity { id: "an id", name: "ci" });
    #[expect(clippy::type_complexity, reason = "the columns of a table")]
    let rows: &[(&str, Vec<Policy>, &str, Option<TokenIdentity<'_>>, Option<Decision>)] = &[
        (
            "bypass for everyone",
            vec![policy(Bypass, &[Rule::Everyone], &[], &[])],
            THERE,
            None,
            Some(Bypass),
        ),
        (
            "bypass by address",
            vec![policy(Bypass, &[ip("192.0.2.0/24")], &[], &[])],
            HERE,
            None,
            Some(Bypass),
        ),
        (
            "not from elsewhere",
            vec![policy(Bypass, &[ip("192.0.2.0/24")], &[], &[])],
            THERE,
            None,
            None,
        ),
        (
            "a mapped address is the address",
            vec![policy(Bypass, &[ip("192.0.2.0/24")], &[], &[])],
            "::ffff:192.0.2.7",
            None,
            Some(Bypass),
        ),
        (
            "a mapped range is the range",
            vec![policy(Bypass, &[ip("::ffff:192.0.2.0/120")], &[], &[])],
            HERE,
            None,
            Some(Bypass),
        ),
        (
            "an IPv6 range",
            vec![policy(Bypass, &[ip("2001:db8::/32")], &[], &[])],
            "2001:db8:1::1",
            None,
            Some(Bypass),
        ),
        (
            "bypass never matches an identity",
            vec![policy(Bypass, &[email("a@acme.example")], &[], &[])],
            HERE,
            None,
            None,
        ),
        (
            "bypass that excludes an identity never matches",
            vec![policy(Bypass, &[Rule::Everyone], &[], &[email("a@acme.example")])],
            HERE,
            None,
            None,
        ),
        (
            "bypass that requires an identity never matches",
            vec![policy(Bypass, &[Rule::Everyone], &[group("staff")], &[])],
            HERE,
            None,
            None,
        ),
        (
            "a service token by name",
            vec![policy(NonIdentity, &[token("ci")], &[], &[])],
            HERE,
            ci,
            Some(NonIdentity),
        ),
        (
            "a service token by id",
            vec![policy(NonIdentity, &[token("an id")], &[], &[])],
            HERE,
            ci,
            Some(NonIdentity),
        ),
        (
            "another token does not",
            vec![policy(NonIdentity, &[token("cd")], &[], &[])],
            HERE,
            ci,
            None,
        ),
        (
            "any valid token",
            vec![policy(NonIdentity, &[Rule::AnyValidServiceToken], &[], &[])],
            HERE,
            ci,
            Some(NonIdentity),
        ),
        (
            "any valid token needs a token",
            vec![policy(NonIdentity, &[Rule::AnyValidServiceToken], &[], &[])],
            HERE,
            None,
            None,
        ),
        (
            "an allow policy says nothing here",
            vec![policy(Allow, &[Rule::Everyone], &[], &[])],
            HERE,
            ci,
            None,
        ),
        (
            "the order decides",
            vec![
                policy(NonIdentity, &[Rule::Everyone], &[], &[]),
                policy(Bypass, &[Rule::Everyone], &[], &[]),
            ],
            HERE,
            None,
            Some(NonIdentity),
        ),
    ];
    for (name, policies, ip, token, decision) in rows {
        let found = set(policies).before_identity(ip.parse().unwrap(), *token);
        assert_eq!(found.map(|found| found.decision), *decision, "{name}");
    }
}

#[test]
fn a_sign_in_is_offered_only_where_it_could_help() {
    use Decision::{Allow, Deny, NonIdentity};
    let rows: &[(&str, Vec<Policy>, &str, bool)] = &[
        (
            "some identity could pass",
            vec![policy(Allow, &[email("a@acme.example")], &[], &[])],
            HERE,
            true,
        ),
        (
            "nobody from elsewhere",
            vec![policy(Allow, &[Rule::Everyone], &[ip("192.0.2.0/24")], &[])],
            THERE,
            false,
        ),
        (
            "nobody from an excluded range",
            vec![policy(Allow, &[Rule::Everyone], &[], &[ip("192.0.2.0/24")])],
            HERE,
            false,
        ),
        (
            "an excluded identity leaves others",
            vec![policy(Allow, &[Rule::Everyone], &[], &[email("a@acme.example")])],
            HERE,
            true,
        ),
        (
            "a deny for everybody from there",
            vec![
                policy(Deny, &[ip("192.0.2.0/24")], &[], &[]),
                policy(Allow, &[Rule::Everyone], &[], &[]),
            ],
            HERE,
            false,
        ),
        (
            "a deny for one person leaves others",
            vec![
                policy(Deny, &[email("a@acme.example")], &[], &[]),
                policy(Allow, &[Rule::Everyone], &[], &[]),
            ],
            HERE,
            true,
        ),
        (
            "a group counts as what it holds",
            vec![policy(Allow, &[Rule::Everyone], &[group("office")], &[])],
            THERE,
            false,
        ),
        (
            "service auth alone is no help",
            vec![policy(NonIdentity, &[Rule::Everyone], &[], &[])],
            HERE,
            false,
        ),
    ];
    for (name, policies, ip, expected) in rows {
        assert_eq!(set(policies).could_allow(ip.parse().unwrap()), *expected, "{name}");
    }
}

#[test]
fn groups_that_cannot_be_resolved_are_named() {
    let looping = |name: &str, other: &str| Group {
        id: String::new(),
        name: name.to_owned(),
        include: vec![group(other)],
        exclude: Vec::new(),
        require: Vec::new(),
    };
    let groups = [looping("a", "b"), looping("b", "a"), looping("c", "nothing")];
    let errors =
        PolicySet::compile(vec![policy(Decision::Allow, &[group("gone")], &[], &[])], &groups)
            .unwrap_err();
    assert!(errors.contains(&CompileError::UnknownGroup("gone".to_owned())), "{errors:?}");
    assert!(errors.contains(&CompileError::UnknownGroup("nothing".to_owned())), "{errors:?}");
    assert!(errors.iter().any(|error| matches!(error, CompileError::GroupCycle(_))), "{errors:?}");
}

#[test]
fn addresses_have_one_reading() {
    let rows = [
        ("a@acme.example", Ok(())),
        ("first.last+tag@acme.example", Ok(())),
        ("a@b@acme.example", Err(EmailError::SeveralAts)),
        ("acme.example", Err(EmailError::NoDomain)),
        ("@acme.example", Err(EmailError::NoDomain)),
        ("a@", Err(EmailError::NoDomain)),
        ("a@-acme.example", Err(EmailError::InvalidDomain)),
        ("a b@acme.example", Err(EmailError::InvalidCharacter)),
        ("a\r\nBcc: b@acme.example", Err(EmailError::InvalidCharacter)),
        ("\"a\"@acme.example", Err(EmailError::InvalidCharacter)),
        ("a,b@acme.example", Err(EmailError::InvalidCharacter)),
    ];
    for (text, expected) in rows {
        assert_eq!(EmailAddress::parse(text).map(|_| ()), expected, "{text:?}");
    }
    assert_eq!(
        EmailAddress::parse(&format!("{}@acme.example", "a".repeat(255))),
        Err(EmailError::TooLong)
    );
}

#[test]
fn lint_names_what_cannot_be_meant() {
    use Decision::{Allow, Bypass, NonIdentity};
    let rows: &[(&str, Policy, &str)] = &[
        ("nobody included", policy(Allow, &[], &[], &[]), "include-empty"),
        ("everyone allowed", policy(Allow, &[Rule::Everyone], &[], &[]), "everyone-included"),
        (
            "everyone without identity",
            policy(NonIdentity, &[Rule::Everyone], &[], &[]),
            "everyone-included",
        ),
        (
            "bypass by e-mail",
            policy(Bypass, &[email("a@acme.example")], &[], &[]),
            "bypass-identity-selector",
        ),
        (
            "bypass by a group of e-mails",
            policy(Bypass, &[group("all of ours")], &[], &[]),
            "bypass-identity-selector",
        ),
        (
            "service auth by e-mail",
            policy(NonIdentity, &[domain("acme.example")], &[], &[]),
            "non-identity-identity-selector",
        ),
        (
            "two addresses required",
            policy(
                Allow,
                &[group("staff")],
                &[email("a@acme.example"), email("b@acme.example")],
                &[],
            ),
            "require-never-matches",
        ),
        (
            "two disjoint ranges required",
            policy(Allow, &[group("staff")], &[ip("192.0.2.0/24"), ip("198.51.100.0/24")], &[]),
            "require-never-matches",
        ),
    ];
    for (name, policy, code) in rows {
        let problems = lint(std::slice::from_ref(policy), &groups());
        assert_eq!(
            problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
            [*code],
            "{name}"
        );
    }
    let fine = policy(Allow, &[group("staff")], &[ip("192.0.0.0/16"), ip("192.0.2.0/24")], &[]);
    assert_eq!(lint(&[fine], &groups()), []);
}

const EMAILS: [&str; 4] =
    ["a@acme.example", "temp@acme.example", "b@b.example", "c@sub.acme.example"];
const IPS: [&str; 5] = [HERE, THERE, "2001:db8::1", "2001:db9::1", "::ffff:192.0.2.7"];
const TOKENS: [&str; 2] = ["ci", "cd"];

fn any_rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        Just(Rule::Everyone),
        Just(Rule::AnyValidServiceToken),
        prop::sample::select(&EMAILS[..]).prop_map(email),
        prop::sample::select(&["acme.example", "b.example"][..]).prop_map(domain),
        prop::sample::select(
            &["192.0.2.0/24", "198.51.100.7/32", "0.0.0.0/0", "2001:db8::/32", "::/0"][..]
        )
        .prop_map(ip),
        prop::sample::select(&["staff", "office", "all of ours"][..]).prop_map(group),
        prop::sample::select(&TOKENS[..]).prop_map(token),
    ]
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let decision = prop::sample::select(
        &[Decision::Allow, Decision::Deny, Decision::Bypass, Decision::NonIdentity][..],
    );
    let rules = || prop::collection::vec(any_rule(), 0..3);
    (decision, rules(), rules(), rules()).prop_map(|(decision, include, require, exclude)| {
        policy(decision, &include, &require, &exclude)
    })
}

fn any_subject() -> impl Strategy<Value = (Option<&'static str>, Option<&'static str>, IpAddr)> {
    let ip = prop::sample::select(&IPS[..]).prop_map(|ip| ip.parse().unwrap());
    (
        prop::option::of(prop::sample::select(&EMAILS[..])),
        prop::option::of(prop::sample::select(&TOKENS[..])),
        ip,
    )
}

/// The rules as the documentation words them. Identity rules without an identity are `None`: not known.
fn naive(rules: &(&[Rule], &[Rule], &[Rule]), subject: &Subject<'_>) -> Option<bool> {
    let one = |rule: &Rule| naive_rule(rule, subject);
    let any = |rules: &[Rule]| {
        let found = rules.iter().map(one).collect::<Vec<_>>();
        if found.contains(&Some(true)) {
            Some(true)
        } else if found.contains(&None) {
            None
        } else {
            Some(false)
        }
    };
    let excluded = any(rules.2).map(|excluded| !excluded);
    let required = rules.1.iter().map(one);
    let parts = [any(rules.0), excluded].into_iter().chain(required).collect::<Vec<_>>();
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn naive_rule(rule: &Rule, subject: &Subject<'_>) -> Option<bool> {
    match rule {
        Rule::Everyone => Some(true),
        Rule::AnyValidServiceToken => Some(subject.service_token.is_some()),
        Rule::Email(address) => subject.email.map(|email| email == address.as_str()),
        Rule::EmailDomain(domain) => {
            subject.email.map(|email| email.ends_with(&format!("@{domain}")))
        }
        Rule::Ip(range) => {
            let ip = subject.ip.to_canonical();
            let mapped = match ip {
                IpAddr::V4(v4) => IpAddr::V6(v4.to_ipv6_mapped()),
                IpAddr::V6(_) => ip,
            };
            Some(range.contains(&ip) || range.contains(&mapped))
        }
        Rule::Group(id) => {
            let groups = groups();
            let group = groups.iter().find(|group| group.name == id.0 || group.id == id.0).unwrap();
            naive(&(&group.include, &group.require, &group.exclude), subject)
        }
        Rule::ServiceToken(token) => {
            Some(subject.service_token.is_some_and(|found| found.name == token.0))
        }
    }
}

proptest! {
    #[test]
    fn compiled_policies_agree_with_a_naive_reading(
        policies in prop::collection::vec(any_policy(), 0..4),
        (email, token, ip) in any_subject(),
    ) {
        let set = set(&policies);
        let service_token = token.map(|name| TokenIdentity { id: "an id", name });
        let first = |precedes: bool, subject: Subject<'_>| policies.iter().position(|policy| {
            policy.decision.precedes_identity() == precedes
                && naive(&(&policy.include, &policy.require, &policy.exclude), &subject) == Some(true)
        });
        let before = first(true, Subject { email: None, service_token, ip });
        prop_assert_eq!(set.before_identity(ip, service_token).map(|found| found.policy), before);
        let subject = Subject { email, service_token, ip };
        let after = email.and_then(|_| first(false, subject));
        prop_assert_eq!(set.identity(&subject).found.map(|found| found.policy), after);
    }

    #[test]
    fn nobody_is_allowed_without_an_email(policies in prop::collection::vec(any_policy(), 0..4), (_, token, ip) in any_subject()) {
        let service_token = token.map(|name| TokenIdentity { id: "an id", name });
        let verdict = set(&policies).identity(&Subject { email: None, service_token, ip });
        prop_assert_eq!(verdict.outcome, Outcome::NoMatch);
    }

    #[test]
    fn an_exclusion_never_widens_an_allow_policy(mut allow in any_policy(), rule in any_rule(), (email, _, ip) in any_subject()) {
        allow.decision = Decision::Allow;
        let subject = Subject { email, service_token: None, ip };
        let before = set(std::slice::from_ref(&allow)).identity(&subject).outcome;
        allow.exclude.push(rule);
        let after = set(&[allow]).identity(&subject).outcome;
        prop_assert!(after != Outcome::Allow || before == Outcome::Allow);
    }

    #[test]
    fn whoever_is_allowed_was_offered_a_sign_in(policies in prop::collection::vec(any_policy(), 0..4), (email, _, ip) in any_subject()) {
        let set = set(&policies);
        if set.identity(&Subject { email, service_token: None, ip }).outcome == Outcome::Allow {
            prop_assert!(set.could_allow(ip));
        }
    }

    #[test]
    fn no_text_makes_parsing_panic(text in ".*") {
        let _ = EmailAddress::parse(&text);
        let _ = Domain::parse(&text);
        let _ = parse_address_range(&text);
    }
}
