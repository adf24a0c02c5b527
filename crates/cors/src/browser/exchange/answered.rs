//! What is made of a response (Fetch, "CORS-preflight fetch" and "HTTP fetch", from there on).

use std::time::SystemTime;

use super::super::{
    Browser, Check, Mode, OutcomeKind, Reason, Received, Redirect, Rule, cors_check, preflight,
    redirect, resource_policy,
};
use super::{Exchange, Step, Tainting};

impl Exchange {
    pub(super) fn after_preflight(
        &mut self,
        browser: &mut Browser,
        response: &Received,
        now: SystemTime,
    ) -> Step {
        let (needs, credentials) = (self.needs(), self.request.credentials);
        let engine = browser.engine;
        let origin = self.origin_of_preflight(engine);
        let key = self.cache_key(engine);
        match preflight::judge(engine, &origin, credentials, &needs, response) {
            Ok((grant, authorization_by_wildcard)) => {
                if authorization_by_wildcard {
                    self.warnings.push(Reason::AuthorizationWildcard);
                }
                self.note(Check::passed(Rule::PreflightFetch));
                if self.is_remembering(engine) {
                    let headers = &response.headers;
                    browser.preflights.remember(engine, key, credentials, grant, headers, now);
                }
                self.send_request(browser, now)
            }
            Err(check) => {
                browser.preflights.forget(&key);
                self.fail(check)
            }
        }
    }

    /// Fetch, "HTTP fetch", from the response on.
    pub(super) fn after_request(
        &mut self,
        browser: &mut Browser,
        response: &Received,
        now: SystemTime,
    ) -> Step {
        if self.has_credentials() {
            let access = self.access(browser);
            let url = self.url().clone();
            browser.cookies.store(&url, &access, &response.headers, now);
        }
        if self.tainting == Tainting::Cors {
            let origin = self.serialised_origin();
            let credentials = self.request.credentials;
            if let Err(reason) = cors_check(origin.as_str(), credentials, &response.headers) {
                if browser.engine.forgets_preflight_of_failed_response() {
                    browser.preflights.forget(&self.cache_key(browser.engine));
                }
                return self.blocked(Rule::CorsCheck, reason);
            }
            self.note(Check::passed(Rule::CorsCheck));
        }
        if self.tainting == Tainting::Opaque {
            let url = self.url().clone();
            if let Err(reason) = resource_policy::check(&self.initiator, &url, &response.headers) {
                return self.blocked(Rule::ResourcePolicy, reason);
            }
            self.note(Check::passed(Rule::ResourcePolicy));
        }
        if redirect::is_redirect(response) {
            return match self.request.redirect {
                Redirect::Error => self.blocked(Rule::HttpFetch, Reason::RedirectForbidden),
                Redirect::Manual => {
                    self.note(Check::passed(Rule::HttpFetch));
                    self.done(OutcomeKind::Opaque, None, Rule::HttpFetch, Reason::OpaqueRedirect)
                }
                Redirect::Follow => self.follow(browser, response, now),
            };
        }
        self.finish(response.status)
    }

    /// Fetch, "HTTP-redirect fetch".
    fn follow(&mut self, browser: &mut Browser, response: &Received, now: SystemTime) -> Step {
        let (from, cors) = (self.url().clone(), self.tainting == Tainting::Cors);
        match redirect::location(&self.request, &self.initiator, &from, response, cors) {
            Err(reason) => self.blocked(Rule::HttpRedirectFetch, reason),
            Ok(_) if self.urls.len() > browser.engine.most_redirects() => {
                let most = browser.engine.most_redirects();
                self.blocked(Rule::HttpRedirectFetch, Reason::TooManyRedirects { most })
            }
            Ok(to) => {
                redirect::rewrite(&mut self.request, response.status, &from, &to);
                if self.hops.last().is_some_and(|hop| hop.check.is_none()) {
                    self.note(Check::passed(Rule::HttpRedirectFetch));
                }
                self.urls.push(to);
                self.main_fetch(browser, now)
            }
        }
    }

    fn finish(&mut self, status: u16) -> Step {
        let (kind, reason) = match (self.request.mode, self.tainting) {
            (Mode::Navigate, _) => (OutcomeKind::Navigation, Reason::Navigation),
            (_, Tainting::Basic) => (OutcomeKind::Readable, Reason::SameOrigin),
            (_, Tainting::Cors) => (OutcomeKind::Readable, Reason::CorsAllowed),
            (_, Tainting::Opaque) => (OutcomeKind::Opaque, Reason::NoCors),
        };
        if self.hops.last().is_some_and(|hop| hop.check.is_none()) {
            self.note(Check::passed(Rule::MainFetch));
        }
        let checked = self.hops.last().and_then(|hop| hop.check.as_ref());
        let rule = checked.map_or(Rule::MainFetch, |check| check.rule);
        let status = (kind != OutcomeKind::Opaque).then_some(status);
        self.done(kind, status, rule, reason)
    }
}
