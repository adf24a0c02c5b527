//! `cors_headers` of an application

use crossgate_cors::{Dangers, Policy, Problem, Settings};

use super::Applications;
use crate::Severity;
use crate::place::Place;
use crate::raw::{self, Field};
use crate::report::Finding;

impl Applications<'_, '_, '_> {
    /// The compiled settings, if there are any and nothing is wrong with them.
    pub(super) fn cors(&self, item: &raw::Application, place: &Place) -> Option<Policy> {
        let cors = item.cors_headers.get()?;
        let nothing = raw::Extensions::default();
        let extensions = item.crossgate.get().unwrap_or(&nothing);
        let dangers = Dangers {
            null_origin_with_credentials: extensions
                .dangerously_allow_null_origin_with_credentials
                .or(false),
            all_origins_with_credentials: extensions
                .dangerously_allow_all_origins_with_credentials
                .or(false),
            insecure_origins: extensions.dangerously_allow_insecure_origins.or(false),
        };
        let lists = Lists::of(cors);
        let (policy, problems) = Policy::compile(&lists.settings(cors), &dangers);
        for problem in problems {
            self.context.report.add(&lists.place(place, &problem), finding_of(problem));
        }
        if item.options_preflight_bypass.or(false) {
            let finding = Finding::error(
                "preflight-bypass-with-cors-headers",
                "preflights can be answered here, by `cors_headers`, or go to the upstream, but not both",
                "remove `options_preflight_bypass`, or `cors_headers`",
            );
            self.context.report.add(&place.key("options_preflight_bypass"), finding.value(true));
        }
        policy
    }
}

/// The readable entries of the three lists, under their numbers.
struct Lists<'r> {
    origins: Vec<(usize, &'r String)>,
    methods: Vec<(usize, &'r String)>,
    headers: Vec<(usize, &'r String)>,
}

impl<'r> Lists<'r> {
    fn of(cors: &'r raw::CorsHeaders) -> Self {
        let list = |field: &'r Field<Vec<Field<String>>>| field.items().collect();
        Self {
            origins: list(&cors.allowed_origins),
            methods: list(&cors.allowed_methods),
            headers: list(&cors.allowed_headers),
        }
    }

    fn settings(&self, cors: &raw::CorsHeaders) -> Settings {
        let list =
            |items: &[(usize, &String)]| items.iter().map(|(_, text)| (*text).clone()).collect();
        Settings {
            allowed_origins: list(&self.origins),
            allow_all_origins: cors.allow_all_origins.or(false),
            allowed_methods: list(&self.methods),
            allow_all_methods: cors.allow_all_methods.or(false),
            allowed_headers: list(&self.headers),
            allow_all_headers: cors.allow_all_headers.or(false),
            allow_credentials: cors.allow_credentials.or(false),
            max_age: cors.max_age.get().copied(),
        }
    }

    /// Where the problem stands, an entry under the number that it has in the config.
    fn place(&self, application: &Place, problem: &Problem) -> Place {
        let section =
            if problem.field.starts_with("dangerously_") { "crossgate" } else { "cors_headers" };
        let place = application.key(section).key(problem.field);
        let list = match problem.field {
            "allowed_origins" => &self.origins,
            "allowed_methods" => &self.methods,
            "allowed_headers" => &self.headers,
            _ => return place,
        };
        let index = problem.index.and_then(|index| list.get(index));
        index.map_or_else(|| place.clone(), |(index, _)| place.index(*index))
    }
}

pub(super) fn finding_of(problem: Problem) -> Finding {
    let Problem { code, severity, value, message, fix, .. } = problem;
    let severity = match severity {
        crossgate_cors::Severity::Error => Severity::Error,
        crossgate_cors::Severity::Warning => Severity::Warning,
    };
    let value = Some(value).filter(|value| !value.is_empty());
    Finding { code, severity, value, message, fix }
}
