//! The ordered table of the request path.
//!
//! Each row is a function; the first that fits answers. Rows 1 to 8 need to know only the request and the
//! config; the others need to know who is asking, which may take a look into the store. So the walk has two
//! steps with the caller's look-up between them. Nothing is decided in the caller.
//!
//! The order is the point. The preflight (rows 4 to 6) comes before authentication, because browsers send no
//! cookies with it. Isolation (row 8) comes before authentication, so that another site cannot tell a signed-in
//! visitor from a stranger. The write check (row 13) comes after it, because only a cookie makes a
//! cross-site write dangerous.

use std::sync::Arc;

use crossgate_cors::{
    Origin, OriginHeader, Preflight, Refusal, RequestOrigin, SecFetchDest, SecFetchMode,
    SecFetchSite,
};
use crossgate_model::{Application, IngressRule, Snapshot, UnauthenticatedFetch, comparable_path};
use crossgate_policy::Decision;
use http::{Method, StatusCode};

use crate::admission::{admit_person, admit_without_identity, policy_hit};
use crate::application_index::ApplicationIndex;
use crate::ingress_index::{Ingress, IngressIndex};
use crate::path_index::is_below;
use crate::trust::trusts_by_name;
use crate::verdict::FetchInitiator;
use crate::{
    AccessEndpoint, AccessPath, Action, Answer, Evidence, Format, Forward, Head, LoginRedirect,
    Malformed, NoSession, PolicyHit, Presence, Reason, ReturnPath, Row, Stamp, Standing,
    TokenEvidence, UpstreamIdentity, Verdict,
};

/// A snapshot with the indexes that make its decisions cost the same at any size.
#[derive(Debug)]
pub struct Gate {
    snapshot: Arc<Snapshot>,
    applications: ApplicationIndex,
    ingress: IngressIndex,
}

/// How far a request came without knowing who asks.
#[derive(Debug)]
pub enum Step<'g> {
    /// It is decided.
    Decided(Verdict<'g>),
    /// The caller finds out what the credentials are worth and calls [`Pending::decide`].
    Authenticate(Pending<'g>),
}

/// A request that passed rows 1 to 8.
#[derive(Debug)]
pub struct Pending<'g> {
    application: &'g Arc<Application>,
    ingress: &'g IngressRule,
    stamp: Stamp,
}

impl Gate {
    /// Indexes a snapshot.
    #[must_use]
    pub fn new(snapshot: Arc<Snapshot>) -> Self {
        let applications = ApplicationIndex::new(&snapshot);
        let ingress = IngressIndex::new(&snapshot);
        Self { snapshot, applications, ingress }
    }

    /// The snapshot decided on.
    #[must_use]
    pub const fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// The application that protects a host and path.
    #[must_use]
    pub fn application(
        &self,
        host: &crossgate_model::Host,
        path: &str,
    ) -> Option<&Arc<Application>> {
        self.applications.find(host, path)
    }

    /// The application with this audience tag.
    #[must_use]
    pub fn application_by_aud(&self, aud: &str) -> Option<&Arc<Application>> {
        self.applications.by_aud(aud)
    }

    /// Whether a path of a host is this application's: it covers it, or the path is one of the gateway's own at which
    /// sign-ins to any application of the host end.
    #[must_use]
    pub fn covers(
        &self,
        application: &Application,
        host: &crossgate_model::Host,
        path: &str,
    ) -> bool {
        let is_it = |found: &Arc<Application>| found.aud == application.aud;
        match AccessPath::read(path) {
            Some(AccessPath::Endpoint(endpoint)) if endpoint.ends_sign_ins() => {
                self.applications.on_host(host).any(is_it)
            }
            _ => self.applications.find(host, path).is_some_and(is_it),
        }
    }

    /// The applications that protect anything of a host, the most specific host pattern's first.
    pub fn applications_on(
        &self,
        host: &crossgate_model::Host,
    ) -> impl Iterator<Item = &Arc<Application>> {
        self.applications.on_host(host)
    }

    /// The verdict on a request that could not be read: row 1.
    pub fn malformed(&self, malformed: Malformed) -> Verdict<'_> {
        let (status, reason) = match malformed {
            Malformed::AliasedHeader => (StatusCode::BAD_REQUEST, Reason::AliasedHeader),
            Malformed::Method => (StatusCode::METHOD_NOT_ALLOWED, Reason::MethodNotOffered),
            Malformed::Message => (StatusCode::BAD_REQUEST, Reason::MalformedMessage),
            Malformed::Target(_) => (StatusCode::BAD_REQUEST, Reason::UnreadableTarget),
            Malformed::Timeout => (StatusCode::REQUEST_TIMEOUT, Reason::HeadTimeout),
            Malformed::TooLarge => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, Reason::HeadTooLarge)
            }
        };
        let answer = Answer { status, format: Format::Problem, sign_in: false };
        Verdict::without_application(Row(1), reason, Action::Answer(answer))
    }

    /// The verdict on a request that came over a connection with another host's certificate: row 3.
    pub fn misdirected(&self, head: &Head<'_>) -> Verdict<'_> {
        let answer = refusal(head, StatusCode::MISDIRECTED_REQUEST);
        Verdict::without_application(Row(3), Reason::Misdirected, answer)
    }

    /// The verdict on a request that asks for the answer to an authority's live challenge: row 2.
    pub fn acme_challenge(&self, head: &Head<'_>) -> Verdict<'_> {
        let answer = refusal(head, StatusCode::OK);
        Verdict::without_application(Row(2), Reason::AcmeChallenge, answer)
    }

    /// The verdict on a request at a listener that only leads to HTTPS: row 2, or row 3 where the host is nobody's.
    pub fn redirect_to_https(&self, head: &Head<'_>) -> Verdict<'_> {
        let host = head.target.host();
        let on_login_host = *host == self.snapshot.organization.auth_domain;
        let found = self.ingress.find(&self.snapshot, host, head.target.path());
        let (row, reason, status) = match found {
            Ingress::UnknownHost if !on_login_host => {
                (Row(3), Reason::UnknownHost, StatusCode::MISDIRECTED_REQUEST)
            }
            _ => (Row(2), Reason::HttpsRedirect, StatusCode::PERMANENT_REDIRECT),
        };
        Verdict::without_application(row, reason, refusal(head, status))
    }

    /// Rows 1 to 8.
    pub fn before_authentication<'g>(&'g self, head: &Head<'_>) -> Step<'g> {
        match self.rows_1_to_8(head) {
            Ok(pending) => Step::Authenticate(pending),
            Err(verdict) => Step::Decided(*verdict),
        }
    }

    fn rows_1_to_8<'g>(&'g self, head: &Head<'_>) -> Result<Pending<'g>, Box<Verdict<'g>>> {
        let target = &head.target;
        let ingress = self.ingress.find(&self.snapshot, target.host(), target.path());
        let application = self.applications.find(target.host(), target.path());
        self.row_1_one_reading(head, application)?;
        self.row_2_own_paths(head, ingress)?;
        let (application, ingress) = row_3_known(head, application, ingress)?;
        let pending = Pending { application, ingress, stamp: Stamp::of(head, application) };
        pending.rows_4_to_6_preflight(head)?;
        pending.row_7_bypass(head)?;
        pending.row_8_isolation(head)?;
        Ok(pending)
    }

    /// Row 1, for paths with several readings: they pass only where no decision depends on them.
    fn row_1_one_reading<'g>(
        &'g self,
        head: &Head<'_>,
        application: Option<&'g Arc<Application>>,
    ) -> Result<(), Box<Verdict<'g>>> {
        if !head.target.is_ambiguous() {
            return Ok(());
        }
        let host = head.target.host();
        // All that share the host: an upstream may take the path of one for another's.
        let mut sharing = self.applications.on_host(host);
        let preserve = application.is_some()
            && sharing.all(|application| application.settings.preserve_encoded_slashes);
        let depends = self.applications.depends_on_path(host)
            || self.ingress.depends_on_path(&self.snapshot, host);
        let tolerated = preserve && !head.target.has_empty_segments();
        if tolerated || !depends {
            return Ok(());
        }
        let answer = refusal(head, StatusCode::BAD_REQUEST);
        Err(Verdict::without_application(Row(1), Reason::AmbiguousPath, answer).into())
    }

    /// Row 2: the gateway's own paths, on every host that it knows.
    fn row_2_own_paths<'g>(
        &'g self,
        head: &Head<'_>,
        ingress: Ingress<'g>,
    ) -> Result<(), Box<Verdict<'g>>> {
        let on_login_host = *head.target.host() == self.snapshot.organization.auth_domain;
        let known = on_login_host || !matches!(ingress, Ingress::UnknownHost);
        let access_path = AccessPath::read(head.target.path()).filter(|_| known);
        let refuse = |status, reason| {
            Err(Verdict::without_application(Row(2), reason, refusal(head, status)).into())
        };
        let endpoint = match access_path {
            Some(_) if Preflight::recognise(head.method, &head.origin, head.headers).is_some() => {
                return refuse(StatusCode::FORBIDDEN, Reason::PreflightToEndpoint);
            }
            Some(AccessPath::Endpoint(endpoint)) if endpoint.exists_on(on_login_host) => endpoint,
            Some(_) => return refuse(StatusCode::NOT_FOUND, Reason::NoEndpoint),
            None if on_login_host => return refuse(StatusCode::NOT_FOUND, Reason::NoEndpoint),
            None => return Ok(()),
        };
        if !endpoint.methods().contains(head.method) {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, Reason::MethodNotAllowed);
        }
        let embedded = head.fetch.mode == Some(SecFetchMode::NoCors) || is_nested(head.fetch.dest);
        let by_itself = matches!(head.fetch.site, Some(SecFetchSite::SameOrigin));
        if endpoint == AccessEndpoint::GetIdentity && embedded && !by_itself {
            return refuse(StatusCode::FORBIDDEN, Reason::CrossSiteEmbed);
        }
        Err(self.endpoint(head, endpoint, on_login_host).into())
    }

    fn endpoint<'g>(
        &'g self,
        head: &Head<'_>,
        endpoint: AccessEndpoint,
        on_login_host: bool,
    ) -> Verdict<'g> {
        if let (AccessEndpoint::Login { .. }, false) = (&endpoint, on_login_host) {
            return self.start_sign_in(head);
        }
        let host = head.target.host();
        let stamp = match endpoint {
            AccessEndpoint::GetIdentity => self
                .applications
                .find(host, "/")
                .map(|application| Stamp::of(head, application))
                .unwrap_or_default(),
            AccessEndpoint::Exchange | AccessEndpoint::Status => {
                Stamp::by_name(head, self.applications.on_host(host))
            }
            _ => Stamp::default(),
        };
        Verdict {
            row: Row(2),
            reason: Reason::Endpoint,
            application: None,
            policy: None,
            stamp,
            action: Action::Endpoint(endpoint),
        }
    }

    /// `/cdn-cgi/access/login?redirect_url=PATH` on an application's host: a stable link that starts a sign-in.
    fn start_sign_in<'g>(&'g self, head: &Head<'_>) -> Verdict<'g> {
        let query = head.target.query().unwrap_or_default();
        let field = |wanted: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find_map(|(name, value)| (name == wanted).then_some(value))
        };
        let return_path = field("redirect_url")
            .and_then(|path| ReturnPath::parse(&path).ok())
            .unwrap_or_else(ReturnPath::root);
        let application = self.applications.find(head.target.host(), return_path.path());
        let page = field("origin").and_then(|origin| Origin::parse(origin.as_bytes()).ok());
        let page = page.filter(|origin| {
            application.is_some_and(|application| trusts_by_name(application, origin))
        });
        let return_path = match page {
            Some(RequestOrigin::Tuple(origin)) => ReturnPath::to_page(&return_path, &origin),
            Some(RequestOrigin::Null) | None => return_path,
        };
        match application {
            Some(application) => Verdict {
                row: Row(2),
                reason: Reason::Endpoint,
                application: Some(application),
                policy: None,
                stamp: Stamp::default(),
                action: Action::Login(LoginRedirect { application, return_path, fetch: None }),
            },
            None => {
                let action = refusal(head, StatusCode::FORBIDDEN);
                Verdict::without_application(Row(2), Reason::NoApplication, action)
            }
        }
    }
}

/// Row 3: hosts and paths that nobody configured.
fn row_3_known<'g>(
    head: &Head<'_>,
    application: Option<&'g Arc<Application>>,
    ingress: Ingress<'g>,
) -> Result<(&'g Arc<Application>, &'g IngressRule), Box<Verdict<'g>>> {
    let (status, reason) = match (ingress, application) {
        (Ingress::Rule(ingress), Some(application)) => return Ok((application, ingress)),
        (Ingress::UnknownHost, _) => (StatusCode::MISDIRECTED_REQUEST, Reason::UnknownHost),
        (_, None) => (StatusCode::FORBIDDEN, Reason::NoApplication),
        (Ingress::UnknownPath, Some(_)) => (StatusCode::NOT_FOUND, Reason::NoIngress),
    };
    Err(Verdict::without_application(Row(3), reason, refusal(head, status)).into())
}

impl<'g> Pending<'g> {
    /// The application whose credentials are to be looked at.
    #[must_use]
    pub const fn application(&self) -> &'g Arc<Application> {
        self.application
    }

    /// The verdict where the store is needed to know who asks, and cannot be used.
    pub fn store_unavailable(&self) -> Verdict<'g> {
        self.verdict(9, Reason::StoreUnavailable, problem(StatusCode::SERVICE_UNAVAILABLE))
    }

    /// Rows 9 to 20.
    pub fn decide(self, head: &Head<'_>, evidence: &Evidence<'_>) -> Verdict<'g> {
        let verdict = self
            .row_9_service_token(head, evidence)
            .and_then(|()| self.row_10_header_token(head, evidence))
            .and_then(|()| self.rows_11_to_15_session(head, evidence))
            .and_then(|()| self.row_16_only_service_auth(head))
            .and_then(|()| self.row_17_cannot_follow(head, evidence))
            .and_then(|()| self.row_18_fetch(head, evidence))
            .and_then(|()| self.row_19_write(head, evidence));
        match verdict {
            Ok(()) => self.row_20_anything_else(head, evidence),
            Err(verdict) => *verdict,
        }
    }

    /// Rows 4 to 6: a preflight is decided by the settings alone.
    fn rows_4_to_6_preflight(&self, head: &Head<'_>) -> Result<(), Box<Verdict<'g>>> {
        let Some(preflight) = Preflight::recognise(head.method, &head.origin, head.headers) else {
            return Ok(());
        };
        let settings = &self.application.settings;
        let goes_on = settings.options_preflight_bypass || settings.cors_report_only;
        if goes_on && let Err(refusal) = preflight.well_formed() {
            let action = Action::RefusePreflight(Some(refusal));
            return Err(self.verdict(6, Reason::PreflightRefused, action).into());
        }
        if settings.options_preflight_bypass {
            return Err(self.row_4_preflight_to_upstream(head, None).into());
        }
        match &settings.cors {
            Some(cors) => {
                let protected = settings.read_service_tokens_from_header.as_slice();
                let judgement = cors.answer(&preflight, protected);
                if settings.cors_report_only {
                    let judgement = Some(judgement.map(drop));
                    return Err(self.row_4_preflight_to_upstream(head, judgement).into());
                }
                Err(match judgement {
                    Ok(answer) => {
                        self.verdict(5, Reason::PreflightAllowed, Action::AnswerPreflight(answer))
                    }
                    Err(refusal) if settings.cors_debug => {
                        self.verdict(6, Reason::PreflightRefused, Action::ExplainRefusal(refusal))
                    }
                    Err(refusal) => self.verdict(
                        6,
                        Reason::PreflightRefused,
                        Action::RefusePreflight(Some(refusal)),
                    ),
                }
                .into())
            }
            None if self.bypass(head).is_some() => Ok(()),
            None => {
                let action = Action::RefusePreflight(None);
                Err(self.verdict(6, Reason::PreflightNotConfigured, action).into())
            }
        }
    }

    fn row_4_preflight_to_upstream(
        &self,
        head: &Head<'_>,
        judgement: Option<Result<(), Refusal>>,
    ) -> Verdict<'g> {
        let policies = &self.application.settings.policies;
        let may_pass = policies.could_allow(head.client)
            || policies.before_identity(head.client, None).is_some()
            || policies.admits_service_tokens();
        if may_pass {
            let action = Action::ForwardPreflight { ingress: self.ingress, judgement };
            self.verdict(4, Reason::PreflightForwarded, action)
        } else {
            self.verdict(4, Reason::NonIdentityExcluded, Action::RefusePreflight(None))
        }
    }

    /// Row 7.
    fn row_7_bypass(&self, head: &Head<'_>) -> Result<(), Box<Verdict<'g>>> {
        let Some(policy) = self.bypass(head) else { return Ok(()) };
        let forward = Forward { ingress: self.ingress, identity: UpstreamIdentity::None };
        let verdict = self.verdict(7, Reason::Bypass, Action::Forward(forward));
        Err(Verdict { policy: Some(policy), ..verdict }.into())
    }

    fn bypass(&self, head: &Head<'_>) -> Option<PolicyHit<'g>> {
        let policies = &self.application.settings.policies;
        let found = policies.before_identity(head.client, None)?;
        (found.decision == Decision::Bypass).then(|| policy_hit(policies, &found))
    }

    /// Row 8: what another site loads without CORS tells it whether the visitor is signed in. `null` that is bound comes by
    /// the gateway's own redirects only, which end at `authorized`.
    fn row_8_isolation(&self, head: &Head<'_>) -> Result<(), Box<Verdict<'g>>> {
        let settings = &self.application.settings;
        let null = head.origin == OriginHeader::One(RequestOrigin::Null);
        let same_origin = head.fetch.site == Some(SecFetchSite::SameOrigin);
        if null && head.is_fetch() && !same_origin && binds_null(self.application) {
            let answer = problem(StatusCode::FORBIDDEN);
            return Err(self.verdict(8, Reason::NullNotBound, answer).into());
        }
        let cross_site =
            matches!(head.fetch.site, Some(SecFetchSite::CrossSite | SecFetchSite::Unknown));
        let (embed, welcome) = match head.fetch.mode {
            Some(SecFetchMode::Navigate) => {
                (is_nested(head.fetch.dest), settings.cross_site_embeds && settings.allow_iframe)
            }
            Some(SecFetchMode::NoCors | SecFetchMode::Unknown) => {
                (true, settings.cross_site_embeds)
            }
            Some(SecFetchMode::Cors | SecFetchMode::SameOrigin | SecFetchMode::WebSocket)
            | None => {
                return Ok(());
            }
        };
        if !cross_site || !embed || welcome {
            return Ok(());
        }
        Err(self.verdict(8, Reason::CrossSiteEmbed, refusal(head, StatusCode::FORBIDDEN)).into())
    }

    /// Row 9: service tokens are strict. Never a redirect, never a cookie.
    fn row_9_service_token(
        &self,
        head: &Head<'_>,
        evidence: &Evidence<'_>,
    ) -> Result<(), Box<Verdict<'g>>> {
        let refuse = |status, reason| Err(self.verdict(9, reason, problem(status)).into());
        let token = match evidence.service_token {
            TokenEvidence::Absent => return Ok(()),
            TokenEvidence::Malformed => {
                return refuse(StatusCode::UNAUTHORIZED, Reason::ServiceTokenMalformed);
            }
            TokenEvidence::Refused => {
                return refuse(StatusCode::UNAUTHORIZED, Reason::ServiceTokenRefused);
            }
            TokenEvidence::Authenticated(token) => token,
        };
        let policies = &self.application.settings.policies;
        match policies.before_identity(head.client, Some(token)) {
            Some(found) => {
                let forward =
                    Forward { ingress: self.ingress, identity: UpstreamIdentity::ServiceToken };
                let verdict =
                    self.verdict(9, Reason::ServiceTokenAllowed, Action::Forward(forward));
                Err(Verdict { policy: Some(policy_hit(policies, &found)), ..verdict }.into())
            }
            None => refuse(StatusCode::FORBIDDEN, Reason::ServiceTokenNotAllowed),
        }
    }

    /// Row 10: a token in a header was put there by somebody who meant it; it is good or the answer is 401.
    fn row_10_header_token(
        &self,
        head: &Head<'_>,
        evidence: &Evidence<'_>,
    ) -> Result<(), Box<Verdict<'g>>> {
        let contradicts = |person: crate::Person<'_>| {
            evidence.cookie.person().is_some_and(|cookie| cookie.user_id != person.user_id)
        };
        match evidence.header {
            Presence::Nobody(NoSession::Absent) => Ok(()),
            Presence::Person(person) if !contradicts(person) => Ok(()),
            Presence::Person(_) | Presence::Nobody(_) => {
                let answer = unauthorized(format_for(head));
                Err(self.verdict(10, Reason::HeaderTokenRefused, answer).into())
            }
        }
    }

    /// Rows 11 to 15: there is a session, with or without identity.
    fn rows_11_to_15_session(
        &self,
        head: &Head<'_>,
        evidence: &Evidence<'_>,
    ) -> Result<(), Box<Verdict<'g>>> {
        let without_identity =
            admit_without_identity(&self.application.settings.policies, head.client);
        let (person, identity) = match (evidence.header.person(), evidence.cookie.person()) {
            (Some(person), _) => (Some(person), UpstreamIdentity::Header),
            (None, person) => (person, UpstreamIdentity::Cookie),
        };
        let session = without_identity.is_some() || person.is_some();
        if head.websocket {
            self.row_12_websocket(head, session, evidence)?;
        }
        if !session {
            return Ok(());
        }
        let by_header = without_identity.is_none() && identity == UpstreamIdentity::Header;
        if crossgate_cors::is_unsafe(head.method) && !by_header {
            self.row_13_cross_site_write(head)?;
        }
        let admission = match (without_identity, person) {
            (Some(policy), _) => {
                Ok((Reason::NonIdentity, UpstreamIdentity::NonIdentity, Some(policy)))
            }
            (None, Some(person)) => {
                admit_person(&self.application.settings.policies, &person, head.client)
                    .map(|policy| (Reason::Allowed, identity, Some(policy)))
            }
            (None, None) => Err(None),
        };
        Err(match admission {
            Ok((reason, identity, policy)) => {
                let forward = Forward { ingress: self.ingress, identity };
                Verdict { policy, ..self.verdict(14, reason, Action::Forward(forward)) }
            }
            Err(policy) => {
                let answer = refusal(head, StatusCode::FORBIDDEN);
                Verdict { policy, ..self.verdict(15, Reason::NotAllowed, answer) }
            }
        }
        .into())
    }

    /// Row 12: WebSockets know no CORS, so the page that opens one is checked here.
    fn row_12_websocket(
        &self,
        head: &Head<'_>,
        session: bool,
        evidence: &Evidence<'_>,
    ) -> Result<(), Box<Verdict<'g>>> {
        let known = || {
            let standing = Standing::of(head, self.application);
            standing.own || standing.trusted_for_websocket
        };
        if head.origin != OriginHeader::Absent && !known() {
            return Err(self
                .verdict(12, Reason::WebSocketOrigin, problem(StatusCode::FORBIDDEN))
                .into());
        }
        if session {
            return Ok(());
        }
        let answer = unauthorized(Format::Problem);
        Err(self.verdict(12, no_session(evidence), answer).into())
    }

    /// Row 13. Sec-Fetch-Site is read first: a form under `no-referrer` sends `Origin: null` to its own host.
    fn row_13_cross_site_write(&self, head: &Head<'_>) -> Result<(), Box<Verdict<'g>>> {
        let by_itself =
            matches!(head.fetch.site, Some(SecFetchSite::SameOrigin | SecFetchSite::None));
        let no_browser = head.fetch.site.is_none() && head.origin == OriginHeader::Absent;
        let exempt = || {
            let mut paths = self.application.settings.csrf_exempt_paths.iter();
            let path = comparable_path(head.target.path());
            paths.any(|prefix| is_below(prefix, &path))
        };
        let known = || {
            let standing = Standing::of(head, self.application);
            standing.own || standing.trusted
        };
        if by_itself || no_browser || known() || exempt() {
            return Ok(());
        }
        Err(self.verdict(13, Reason::CrossSiteWrite, refusal(head, StatusCode::FORBIDDEN)).into())
    }

    /// Row 16: a login page would promise what no sign-in can keep.
    fn row_16_only_service_auth(&self, head: &Head<'_>) -> Result<(), Box<Verdict<'g>>> {
        let policies = &self.application.settings.policies;
        let reason = if policies.only_service_auth() {
            Reason::ServiceAuthRequired
        } else if policies.could_allow(head.client) {
            return Ok(());
        } else {
            Reason::NonIdentityExcluded
        };
        let answer = if self.application.settings.service_auth_401_redirect {
            problem(StatusCode::UNAUTHORIZED)
        } else {
            refusal(head, StatusCode::FORBIDDEN)
        };
        Err(self.verdict(16, reason, answer).into())
    }

    /// Row 17: requests that could not follow a redirect to another origin, or would not show what is there.
    fn row_17_cannot_follow(
        &self,
        head: &Head<'_>,
        evidence: &Evidence<'_>,
    ) -> Result<(), Box<Verdict<'g>>> {
        let says = |name: &str, value: &str| {
            head.headers
                .get(name)
                .is_some_and(|found| found.as_bytes().eq_ignore_ascii_case(value.as_bytes()))
        };
        let loads = matches!(
            head.fetch.dest,
            Some(
                SecFetchDest::Manifest
                    | SecFetchDest::ServiceWorker
                    | SecFetchDest::SharedWorker
                    | SecFetchDest::Worker
            )
        );
        let same_origin_fetch =
            head.is_fetch() && head.fetch.site == Some(SecFetchSite::SameOrigin);
        let prefetch = head.headers.get("sec-purpose").is_some_and(|purpose| {
            let token = purpose.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
            token.trim_ascii() == b"prefetch"
        });
        if !(says("x-requested-with", "XMLHttpRequest") || same_origin_fetch || loads || prefetch) {
            return Ok(());
        }
        let accepts = head.accepts();
        let only_html = accepts.html && !accepts.json && !accepts.anything;
        let format = if only_html { Format::Page } else { Format::Problem };
        Err(self.verdict(17, no_session(evidence), unauthorized(format)).into())
    }

    /// Row 18: a fetch by an origin that the application knows gets a readable 401, or the two-site flow.
    fn row_18_fetch(
        &self,
        head: &Head<'_>,
        evidence: &Evidence<'_>,
    ) -> Result<(), Box<Verdict<'g>>> {
        if !head.is_fetch() || !Standing::of(head, self.application).allowed {
            return Ok(());
        }
        let settings = &self.application.settings;
        let simple_read = matches!(*head.method, Method::GET | Method::HEAD)
            && !crossgate_cors::needed_preflight(head.method, head.headers, settings.cors.as_ref());
        let reason = no_session(evidence);
        let redirect =
            settings.unauthenticated_fetch == UnauthenticatedFetch::Redirect && simple_read;
        let return_path =
            ReturnPath::parse(head.target.path_and_query().as_str()).ok().filter(|_| redirect);
        let action = match (return_path, &head.origin) {
            (Some(return_path), OriginHeader::One(origin)) => {
                let origin = match origin {
                    RequestOrigin::Tuple(origin) => Some(origin.clone()),
                    RequestOrigin::Null => None,
                };
                let fetch = Some(FetchInitiator { origin, site: head.fetch.site });
                Action::Login(LoginRedirect { application: self.application, return_path, fetch })
            }
            _ => unauthorized(Format::Problem),
        };
        Err(self.verdict(18, reason, action).into())
    }

    /// Row 19: a redirect would lose the body or carry it to the login host.
    fn row_19_write(
        &self,
        head: &Head<'_>,
        evidence: &Evidence<'_>,
    ) -> Result<(), Box<Verdict<'g>>> {
        if !crossgate_cors::is_unsafe(head.method) {
            return Ok(());
        }
        let answer = unauthorized(format_for(head));
        Err(self.verdict(19, no_session(evidence), answer).into())
    }

    /// Row 20.
    fn row_20_anything_else(&self, head: &Head<'_>, evidence: &Evidence<'_>) -> Verdict<'g> {
        let accepts = head.accepts();
        let shows_pages = !accepts.given || accepts.html || accepts.anything;
        let return_path = ReturnPath::parse(head.target.path_and_query().as_str())
            .unwrap_or_else(|_| ReturnPath::root());
        let action = if *head.method == Method::OPTIONS || !shows_pages {
            unauthorized(Format::Problem)
        } else {
            Action::Login(LoginRedirect { application: self.application, return_path, fetch: None })
        };
        self.verdict(20, no_session(evidence), action)
    }

    fn verdict(&self, row: u8, reason: Reason, action: Action<'g>) -> Verdict<'g> {
        let refused = matches!(action, Action::RefusePreflight(_) | Action::ExplainRefusal(_));
        Verdict {
            row: Row(row),
            reason,
            application: Some(self.application),
            policy: None,
            stamp: if refused { Stamp::default() } else { self.stamp.clone() },
            action,
        }
    }
}

impl<'g> Verdict<'g> {
    fn without_application(row: Row, reason: Reason, action: Action<'g>) -> Self {
        Self { row, reason, application: None, policy: None, stamp: Stamp::default(), action }
    }
}

fn binds_null(application: &Application) -> bool {
    application.settings.cors.as_ref().is_some_and(crossgate_cors::Policy::binds_null)
}

const fn is_nested(dest: Option<SecFetchDest>) -> bool {
    matches!(
        dest,
        Some(
            SecFetchDest::Embed
                | SecFetchDest::Frame
                | SecFetchDest::Iframe
                | SecFetchDest::Object
                | SecFetchDest::Unknown
        )
    )
}

const fn no_session(evidence: &Evidence<'_>) -> Reason {
    match evidence.cookie {
        Presence::Person(_) | Presence::Nobody(NoSession::Absent) => Reason::SessionAbsent,
        Presence::Nobody(NoSession::Expired) => Reason::SessionExpired,
        Presence::Nobody(NoSession::Invalid) => Reason::SessionInvalid,
        Presence::Nobody(NoSession::NotBound) => Reason::SessionNotBound,
        Presence::Nobody(NoSession::Revoked) => Reason::SessionRevoked,
    }
}

fn format_for(head: &Head<'_>) -> Format {
    if head.is_navigation() { Format::Page } else { Format::Problem }
}

fn refusal<'g>(head: &Head<'_>, status: StatusCode) -> Action<'g> {
    Action::Answer(Answer { status, format: format_for(head), sign_in: false })
}

const fn problem<'g>(status: StatusCode) -> Action<'g> {
    Action::Answer(Answer { status, format: Format::Problem, sign_in: false })
}

const fn unauthorized<'g>(format: Format) -> Action<'g> {
    Action::Answer(Answer { status: StatusCode::UNAUTHORIZED, format, sign_in: true })
}

#[cfg(test)]
mod tests;
