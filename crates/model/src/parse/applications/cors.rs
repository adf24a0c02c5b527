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
        let nothing = raw::Extensions::default();
        let extensions = item.crossgate.get().unwrap_or(&nothing);
        let Some(cors) = item.cors_headers.get() else {
            self.without_settings(extensions, place);
            return None;
        };
        let dangers = Dangers {
            null_origin_with_credentials: extensions
                .dangerously_allow_null_origin_with_credentials
                .or(false),
            all_origins_with_credentials: extensions
                .dangerously_allow_all_origins_with_credentials
                .or(false),
            insecure_origins: extensions.dangerously_allow_insecure_origins.or(false),
        };
        let lists = Lists::of(cors, extensions);
        let (policy, problems) = Policy::compile(&lists.settings(cors, extensions), &dangers);
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
        let owned = extensions.response_cors.get() == Some(&raw::ResponseCors::Gateway);
        if owned && extensions.cors_report_only.or(false) {
            let finding = Finding::error(
                "cors-report-only-that-enforces",
                "reports leave the answer to the upstream, and `response_cors: gateway` takes it away",
                "remove `cors_report_only`, or `response_cors`",
            );
            self.context
                .report
                .add(&place.key("crossgate").key("cors_report_only"), finding.value(true));
        }
        policy
    }

    /// Keys that say how `cors_headers` are applied, without any.
    fn without_settings(&self, extensions: &raw::Extensions, place: &Place) {
        let owned = extensions.response_cors.get() == Some(&raw::ResponseCors::Gateway);
        let keys = [
            ("response_cors", owned),
            ("exposed_headers", extensions.exposed_headers.items().next().is_some()),
            ("cors_debug", extensions.cors_debug.or(false)),
            ("cors_report_only", extensions.cors_report_only.or(false)),
        ];
        for (key, _) in keys.into_iter().filter(|(_, is_set)| *is_set) {
            let finding = Finding::error(
                "cors-extension-without-cors-headers",
                format!("`{key}` says how `cors_headers` are applied, and there are none"),
                format!("add `cors_headers`, or remove `{key}`"),
            );
            self.context.report.add(&place.key("crossgate").key(key), finding);
        }
    }
}

/// The readable entries of the lists, under their numbers.
struct Lists<'r> {
    origins: Vec<(usize, &'r String)>,
    methods: Vec<(usize, &'r String)>,
    headers: Vec<(usize, &'r String)>,
    exposed: Vec<(usize, &'r String)>,
}

impl<'r> Lists<'r> {
    fn of(cors: &'r raw::CorsHeaders, extensions: &'r raw::Extensions) -> Self {
        let list = |field: &'r Field<Vec<Field<String>>>| field.items().collect();
        Self {
            origins: list(&cors.allowed_origins),
            methods: list(&cors.allowed_methods),
            headers: list(&cors.allowed_headers),
            exposed: list(&extensions.exposed_headers),
        }
    }

    fn settings(&self, cors: &raw::CorsHeaders, extensions: &raw::Extensions) -> Settings {
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
            exposed_headers: list(&self.exposed),
            owns_responses: extensions.response_cors.get() == Some(&raw::ResponseCors::Gateway),
        }
    }

    /// Where the problem stands, an entry under the number that it has in the config.
    fn place(&self, application: &Place, problem: &Problem) -> Place {
        let is_ours =
            problem.field.starts_with("dangerously_") || problem.field == "exposed_headers";
        let section = if is_ours { "crossgate" } else { "cors_headers" };
        let place = application.key(section).key(problem.field);
        let list = match problem.field {
            "allowed_origins" => &self.origins,
            "allowed_methods" => &self.methods,
            "allowed_headers" => &self.headers,
            "exposed_headers" => &self.exposed,
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
