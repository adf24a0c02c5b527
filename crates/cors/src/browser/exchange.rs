//! One request of a page, from the call to what the page gets (Fetch, "main fetch", "HTTP fetch").

mod answered;
mod origin;

use std::time::SystemTime;

use http::Method;
use url::Url;

use super::cookies::Access;
use super::preflight::Needs;
use super::preflight_cache::Key;
use super::{
    Answer, Browser, Check, Credentials, Destination, Engine, FetchRequest, Hop, Mode, Outcome,
    OutcomeKind, Reason, Redirect, Rule, SentKind, SentRequest, fetch_metadata, origin_of,
    redirect, same_origin, sending,
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
            Err(reason) => exchange.done(OutcomeKind::Refused, None, Rule::Constructor, reason),
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

    fn url(&self) -> &Url {
        self.urls.last().unwrap_or(&self.request.url)
    }

    fn needs(&self) -> Needs {
        Needs::of(&self.request.method, &self.request.headers)
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
        let rule = check.rule;
        self.note(check);
        self.done(OutcomeKind::Blocked, None, rule, reason)
    }

    fn blocked(&mut self, rule: Rule, reason: Reason) -> Step {
        self.fail(Check::failed(rule, reason))
    }

    fn done(&mut self, kind: OutcomeKind, status: Option<u16>, rule: Rule, reason: Reason) -> Step {
        let warnings = std::mem::take(&mut self.warnings);
        let outcome = Outcome { kind, status, reason, rule, warnings };
        self.outcome = Some(outcome.clone());
        Step::Done(outcome)
    }
}
