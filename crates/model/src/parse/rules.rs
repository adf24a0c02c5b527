//! Rules of policies and groups.

use crossgate_policy::{Domain, EmailAddress, GroupId, Rule, TokenRef, parse_address_range};

use super::Context;
use super::groups::GroupNames;
use super::names::is_uuid;
use crate::ServiceToken;
use crate::place::Place;
use crate::raw::{self, Field};
use crate::report::Finding;

/// The three lists of a policy or a group.
pub(super) struct RuleLists {
    pub(super) include: Vec<Rule>,
    pub(super) exclude: Vec<Rule>,
    pub(super) require: Vec<Rule>,
    /// Every rule that is written is in a list.
    pub(super) complete: bool,
}

/// What rules may refer to.
#[derive(Clone, Copy)]
pub(super) struct Referents<'r> {
    pub(super) groups: &'r GroupNames,
    pub(super) tokens: &'r [ServiceToken],
}

impl Context<'_, '_> {
    pub(super) fn rule_lists(
        &self,
        lists: [&Field<Vec<Field<raw::Rule>>>; 3],
        place: &Place,
        referents: Referents<'_>,
    ) -> RuleLists {
        let [include, exclude, require] = lists;
        self.required(include, place, "include");
        let mut complete = include.get().is_some();
        let mut list = |field: &Field<Vec<Field<raw::Rule>>>, key| {
            let place = place.key(key);
            let rules = field
                .items()
                .filter_map(|(index, rule)| self.rule(rule, &place.index(index), referents));
            let rules = rules.collect::<Vec<_>>();
            complete &= rules.len() == field.get().map_or(0, Vec::len);
            rules
        };
        let include = list(include, "include");
        let exclude = list(exclude, "exclude");
        let require = list(require, "require");
        RuleLists { include, exclude, require, complete }
    }

    fn rule(&self, rule: &raw::Rule, place: &Place, referents: Referents<'_>) -> Option<Rule> {
        match rule {
            raw::Rule::Everyone(_) => Some(Rule::Everyone),
            raw::Rule::AnyValidServiceToken(_) => Some(Rule::AnyValidServiceToken),
            raw::Rule::Email(value) => {
                let place = place.key("email");
                let text = self.required(&value.email, &place, "email")?;
                let parsed = EmailAddress::parse(text).ok().map(Rule::Email);
                self.parsed(parsed, &place.key("email"), text, EMAIL)
            }
            raw::Rule::EmailDomain(value) => {
                let place = place.key("email_domain");
                let text = self.required(&value.domain, &place, "domain")?;
                let parsed = Domain::parse(text).ok().map(Rule::EmailDomain);
                self.parsed(parsed, &place.key("domain"), text, DOMAIN)
            }
            raw::Rule::Ip(value) => {
                let place = place.key("ip");
                let text = self.required(&value.ip, &place, "ip")?;
                let range = parse_address_range(text);
                let message = range.err().map(|error| error.to_string()).unwrap_or_default();
                let range = range.ok().map(Rule::Ip);
                self.parsed(range, &place.key("ip"), text, ("invalid-ip-range", &message, RANGE))
            }
            raw::Rule::Group(value) => {
                let place = place.key("group");
                let text = self.required(&value.id, &place, "id")?;
                self.group_reference(text, &place.key("id"), referents.groups)
            }
            raw::Rule::ServiceToken(value) => {
                let place = place.key("service_token");
                let text = self.required(&value.token_id, &place, "token_id")?;
                self.token_reference(text, &place.key("token_id"), referents.tokens);
                let id_or_name =
                    if is_uuid(text) { text.to_ascii_lowercase() } else { text.clone() };
                Some(Rule::ServiceToken(TokenRef(id_or_name)))
            }
        }
    }

    fn parsed(
        &self,
        parsed: Option<Rule>,
        place: &Place,
        text: &str,
        (code, message, fix): (&'static str, &str, &str),
    ) -> Option<Rule> {
        if parsed.is_none() {
            self.report.add(place, Finding::error(code, message, fix).value(text));
        }
        parsed
    }

    fn group_reference(&self, text: &str, place: &Place, groups: &GroupNames) -> Option<Rule> {
        if let Some(name) = groups.resolve(text) {
            return Some(Rule::Group(GroupId(name.to_owned())));
        }
        let message = format!("there is no group with the id or name `{text}`");
        let fix = self.suggest(text, groups.names(), "`groups`");
        self.report.add(place, Finding::error("unknown-group", message, fix).value(text));
        None
    }

    fn token_reference(&self, text: &str, place: &Place, tokens: &[ServiceToken]) {
        if is_uuid(text) || tokens.iter().any(|token| token.name == text) {
            return;
        }
        let message = format!(
            "`{text}` is neither declared under `service_tokens` nor an id: a token of this name that somebody makes \
             later would match"
        );
        let fix =
            self.suggest(text, tokens.iter().map(|token| token.name.as_str()), "`service_tokens`");
        self.report
            .add(place, Finding::warning("service-token-not-declared", message, fix).value(text));
    }

    /// What to do about a reference that leads nowhere.
    pub(super) fn suggest<'n>(
        &self,
        text: &str,
        names: impl IntoIterator<Item = &'n str>,
        section: &str,
    ) -> String {
        match self.report.closest(text, names) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("add it to {section}, or correct the reference"),
        }
    }
}

const EMAIL: (&str, &str, &str) = (
    "invalid-email",
    "this is not one e-mail address",
    "write one address: `someone@acme.example`; several are several rules",
);
const DOMAIN: (&str, &str, &str) = (
    "invalid-email-domain",
    "this is not a domain of e-mail addresses; a domain covers no subdomains, and `*` means nothing",
    "write the part after the `@`: `acme.example`",
);
const RANGE: &str =
    "write an address (`192.0.2.7`) or a range that begins at its first address (`192.0.2.0/24`)";
