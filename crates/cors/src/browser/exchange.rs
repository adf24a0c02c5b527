//! One request of a page, from the call to what the page gets (Fetch, "main fetch", "HTTP fetch").

use std::time::SystemTime;

use http::Method;
use url::Url;

use super::cookies::Access;
use super::preflight::Needs;
use super::preflight_cache::Key;
use super::{
    Answer, Browser, Check, Credentials, Destination, Engine, FetchRequest, Hop, Mode, Outcome,
    OutcomeKind, Reason, Received, Redirect, Rule, SentKind, SentRequest, cors_check,
    fetch_metadata, origin_of, preflight, redirect, resource_policy, same_origin, sending,
};
use crate::{Origin, RequestOrigin, Site};

/// A request under way. It does not hold its [`Browser`], so that several can be under way in one.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// As the page asked; method and headers change with redirects.
    request: FetchRequest,
    initiator: RequestOrigin,
    urls: Vec<Url>,
    tainting: Tainting,
    hops: Vec<Hop>,
    warnings: Vec<Reason>,
    outcome: Option<Outcome>,
}

/// What is to be done next.
#[derive(Clone, Debug)]
pub enum Step {
    /// Send this, and hand what comes of it to [`Exchange::receive`].
    Send(Box<SentRequest>),
    /// Nothing: this is how it ended.
    Done(Outcome),
}

/// Fetch, "response tainting".
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Tainting {
    Basic,
    Cors,
    Opaque,
}

impl Exchange {
    /// Starts a request.
    pub fn begin(browser: &mut Browser, request: FetchRequest, now: SystemTime) -> (Self, Step) {
        let target = origin_of(&request.url);
        let initiator = request.initiator.clone().unwrap_or(target);
        let mut exchange = Self {
            initiator,
            urls: vec![request.url.clone()],
            request: request.clone(),
            tainting: Tainting::Basic,
            hops: Vec::new(),
            warnings: Vec::new(),
            outcome: None,
        };
        let step = match sending::construct(request) {
            Ok(request) => {
                exchange.request = request;
                exchange.request.use_cors_preflight |=
                    browser.engine.decides_on_preflights_once() && !exchange.needs().is_nothing();
                exchange.main_fetch(browser, now)
            }
            Err(reason) => exchange.done(OutcomeKind::Refused, None, reason),
        };
        (exchange, step)
    }

    /// Goes on with what came of the request that was last to be sent. When there is none, because
    /// the exchange is over, its outcome is given again.
    pub fn receive(&mut self, browser: &mut Browser, answer: Answer, now: SystemTime) -> Step {
        if let Some(outcome) = &self.outcome {
            return Step::Done(outcome.clone());
        }
        let kind = self.hops.last().map(|hop| hop.request.kind);
        match (answer, kind) {
            (Answer::NetworkError, _) | (_, None) => {
                self.blocked(Rule::HttpNetworkFetch, Reason::NetworkError)
            }
            (Answer::Response(response), Some(kind)) => {
                if let Some(hop) = self.hops.last_mut() {
                    hop.response = Some(response.clone());
                }
                match kind {
                    SentKind::Preflight => self.after_preflight(browser, &response, now),
                    SentKind::Request => self.after_request(browser, &response, now),
                }
            }
        }
    }

    /// What was sent so far, in order, the request under way included.
    pub fn hops(&self) -> &[Hop] {
        &self.hops
    }

    /// How it ended; nothing while it is under way.
    pub const fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// Fetch, "main fetch".
    fn main_fetch(&mut self, browser: &mut Browser, now: SystemTime) -> Step {
        let url = self.url().clone();
        if !matches!(url.scheme(), "http" | "https") {
            let reason = Reason::UnsupportedScheme { scheme: url.scheme().into() };
            return self.blocked(Rule::MainFetch, reason);
        }
        let target = origin_of(&url);
        if self.is_mixed_content(&target) {
            return self.blocked(Rule::MainFetch, Reason::MixedContent);
        }
        let own = same_origin(&self.initiator, &target) && self.tainting == Tainting::Basic;
        if own || self.request.mode == Mode::Navigate {
            return self.send_request(browser, now);
        }
        match self.request.mode {
            Mode::SameOrigin => self.blocked(Rule::MainFetch, Reason::SameOriginMode),
            Mode::NoCors if self.request.redirect != Redirect::Follow => {
                self.blocked(Rule::MainFetch, Reason::NoCorsRedirectMode)
            }
            Mode::NoCors => {
                self.tainting = Tainting::Opaque;
                self.send_request(browser, now)
            }
            Mode::Cors | Mode::Navigate => {
                self.tainting = Tainting::Cors;
                let needs = self.needs();
                let wanted = self.request.use_cors_preflight || !needs.is_nothing();
                if wanted && !self.is_remembered(browser, &needs, now) {
                    return self.send_preflight(browser, &needs);
                }
                self.send_request(browser, now)
            }
        }
    }

    fn send_preflight(&mut self, browser: &Browser, needs: &Needs) -> Step {
        let url = self.url().clone();
        let origin = self.origin_of_preflight(browser.engine);
        let names = needs.header_list(browser.engine);
        let mut headers = sending::preflight_headers(&self.request.method, names);
        let mode = Mode::Cors.as_str();
        // It does not know of the hops before.
        let urls = std::slice::from_ref(&url);
        fetch_metadata::add(&mut headers, browser.engine, &self.request, mode, urls);
        sending::add_origin(&mut headers, Some(&origin));
        self.send(SentKind::Preflight, Method::OPTIONS, url, Some(origin), headers)
    }

    fn send_request(&mut self, browser: &Browser, now: SystemTime) -> Step {
        let url = self.url().clone();
        let cookies = self
            .has_credentials()
            .then(|| browser.cookies.header(&url, &self.access(browser), now))
            .flatten();
        let mut headers = sending::request_headers(browser.engine, &self.request, cookies);
        let mode = self.request.mode.as_str();
        fetch_metadata::add(&mut headers, browser.engine, &self.request, mode, &self.urls);
        let origin = self.origin_header(browser);
        sending::add_origin(&mut headers, origin.as_ref());
        let method = self.request.method.clone();
        self.send(SentKind::Request, method, url, origin, headers)
    }

    fn send(
        &mut self,
        kind: SentKind,
        method: Method,
        url: Url,
        origin: Option<RequestOrigin>,
        headers: http::HeaderMap,
    ) -> Step {
        let has_body = kind == SentKind::Request && self.request.has_body;
        let request = SentRequest { kind, method, url, origin, headers, has_body };
        self.hops.push(Hop { request: request.clone(), response: None, check: None });
        Step::Send(Box::new(request))
    }

    fn after_preflight(
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
    fn after_request(
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
                    self.done(OutcomeKind::Opaque, None, Reason::OpaqueRedirect)
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
        let status = (kind != OutcomeKind::Opaque).then_some(status);
        self.done(kind, status, reason)
    }

    fn url(&self) -> &Url {
        self.urls.last().unwrap_or(&self.request.url)
    }

    fn needs(&self) -> Needs {
        Needs::of(&self.request.method, &self.request.headers)
    }

    /// Fetch, "serializing a request origin".
    fn serialised_origin(&self) -> RequestOrigin {
        if redirect::is_tainted(&self.initiator, &self.urls) {
            RequestOrigin::Null
        } else {
            self.initiator.clone()
        }
    }

    fn origin_of_preflight(&self, engine: Engine) -> RequestOrigin {
        if engine.preflight_forgets_redirect_taint() {
            self.initiator.clone()
        } else {
            self.serialised_origin()
        }
    }

    /// Fetch, "append a request `Origin` header", with the default referrer policy.
    fn origin_header(&self, browser: &Browser) -> Option<RequestOrigin> {
        if self.tainting == Tainting::Cors {
            return Some(self.serialised_origin());
        }
        let is_element =
            self.request.mode == Mode::Cors && self.request.destination != Destination::Empty;
        let said_anyhow = (is_element && browser.engine.elements_say_origin_at_home())
            || (self.has_credentials() && self.access(browser).may_be_granted_storage_access());
        if matches!(self.request.method, Method::GET | Method::HEAD) && !said_anyhow {
            return None;
        }
        if browser.engine.any_redirect_taints_without_cors()
            && redirect::crosses_origins(&self.urls)
        {
            return Some(RequestOrigin::Null);
        }
        let downgrade =
            |origin: &Origin| origin.scheme() == "https" && self.url().scheme() == "http";
        if self.request.mode != Mode::Cors && self.initiator.tuple().is_some_and(downgrade) {
            return Some(RequestOrigin::Null);
        }
        Some(self.serialised_origin())
    }

    fn has_credentials(&self) -> bool {
        match self.request.credentials {
            Credentials::Include => true,
            Credentials::Omit => false,
            Credentials::SameOrigin => self.tainting == Tainting::Basic,
        }
    }

    fn access(&self, browser: &Browser) -> Access {
        Access::of(browser, &self.request, &self.urls)
    }

    fn is_remembered(&self, browser: &mut Browser, needs: &Needs, now: SystemTime) -> bool {
        let (engine, credentials) = (browser.engine, self.request.credentials);
        let key = self.cache_key(engine);
        self.is_remembering(engine)
            && browser.preflights.covers(engine, &key, credentials, needs, now)
    }

    fn is_remembering(&self, engine: Engine) -> bool {
        engine.remembers_preflights_of_tainted_requests()
            || !redirect::is_tainted(&self.initiator, &self.urls)
    }

    fn cache_key(&self, engine: Engine) -> Key {
        let mut url = self.url().clone();
        url.set_fragment(None);
        Key {
            partition: self.request.top_level.tuple().map(Site::of),
            origin: self.origin_of_preflight(engine).as_str().into(),
            url,
        }
    }

    /// Mixed Content, "should fetching request be blocked as mixed content". Pictures and the like
    /// are asked for over TLS instead, which is not modelled.
    fn is_mixed_content(&self, target: &RequestOrigin) -> bool {
        let secure_page = self.initiator.tuple().is_some_and(|page| page.scheme() == "https");
        let exempt = self.request.is_top_level_navigation()
            || matches!(self.request.destination, Destination::Image | Destination::Video);
        secure_page && !exempt && !target.tuple().is_some_and(Origin::is_secure)
    }

    fn note(&mut self, check: Check) {
        if let Some(hop) = self.hops.last_mut() {
            hop.check = Some(check);
        }
    }

    fn fail(&mut self, check: Check) -> Step {
        let reason = check.reason.clone().unwrap_or(Reason::NetworkError);
        self.note(check);
        self.done(OutcomeKind::Blocked, None, reason)
    }

    fn blocked(&mut self, rule: Rule, reason: Reason) -> Step {
        self.fail(Check::failed(rule, reason))
    }

    fn done(&mut self, kind: OutcomeKind, status: Option<u16>, reason: Reason) -> Step {
        let warnings = std::mem::take(&mut self.warnings);
        let outcome = Outcome { kind, status, reason, warnings };
        self.outcome = Some(outcome.clone());
        Step::Done(outcome)
    }
}
