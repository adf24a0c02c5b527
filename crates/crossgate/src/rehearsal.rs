//! A gateway that is tried out: the real one, on loopback, with an empty store, and in place of its upstreams one that answers what it
//! was told to.

mod deciding_line;
mod decisions;
mod upstream;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use crossgate_cors::browser::{Answer, Browser, Exchange, FetchRequest, Received, SentRequest};
use crossgate_model::{Config, Listener, Outline, PublicAddress, UpstreamUrl};
use crossgate_session::SignIn;
use crossgate_store::Store;
use crossgate_web::team_cookie;
use http::header::{HeaderName, HeaderValue, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use ipnet::IpNet;
use tempfile::TempDir;
use url::Url;

use crate::cli::ExplainOptions;
use crate::commands::service_token;
use crate::config_file::ConfigFile;
use crate::exchanges::{Connection, Network, Reply, play};
use crate::running::{Heir, Running, Surroundings};
use crate::{clock, remember};

use decisions::Decisions;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const CLIENT_ID: HeaderName = HeaderName::from_static("cf-access-client-id");
const CLIENT_SECRET: HeaderName = HeaderName::from_static("cf-access-client-secret");

/// The longest that anything on loopback takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A gateway under trial.
pub(crate) struct Rehearsal {
    running: Running,
    entrances: Vec<(PublicAddress, SocketAddr)>,
    decisions: Decisions,
    outline: Option<Outline>,
    file: String,
    ip: IpAddr,
    service_token: Option<[(HeaderName, HeaderValue); 2]>,
    _folder: TempDir,
}

impl Rehearsal {
    /// Starts it.
    pub(crate) async fn start(
        config: Config,
        file: &ConfigFile,
        options: &ExplainOptions,
    ) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for an empty store")?;
        let upstream = upstream::start(options).await?;
        let config = on_loopback(config, &upstream, folder.path());
        let store = remember::open_store(&config).await?;
        let service_token = match &options.service_token {
            Some(name) => Some(known_service_token(&store, name).await?),
            None => None,
        };
        store.close().await;
        let decisions = Decisions::default();
        let surroundings = Surroundings {
            workers: 1,
            inherited: Vec::new(),
            admin_pages: None,
            log: Box::new(decisions.clone()),
        };
        let running = Running::start(config, surroundings).await?;
        let gate = running.gateway.gate.load();
        let public = gate.snapshot().listeners.iter().map(|listener| listener.public);
        let entrances = public.zip(running.addresses.iter().copied()).collect();
        drop(gate);
        Ok(Self {
            entrances,
            running,
            decisions,
            outline: Outline::read(&file.text),
            file: file.path.display().to_string(),
            ip: options.ip,
            service_token,
            _folder: folder,
        })
    }

    /// The headers of the service token that the request brings, if it does.
    pub(crate) fn service_token_headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        self.service_token.iter().flatten().cloned().collect()
    }

    /// Lets somebody sign in on the login host and then open `url`.
    pub(crate) async fn sign_in(
        &mut self,
        browser: &mut Browser,
        email: &str,
        url: &Url,
    ) -> Result<()> {
        let gate = self.running.gateway.gate.load_full();
        let snapshot = gate.snapshot();
        let who = SignIn {
            email: email.to_owned(),
            idp_id: String::new(),
            ip: self.ip,
            user_agent: String::new(),
            country: None,
        };
        let (organization, now) = (&snapshot.organization, clock::now());
        let sessions = &self.running.gateway.sessions;
        let session = sessions.sign_in(who, organization.session_duration, now).await?;
        let cookie = team_cookie(&session, snapshot.login_same_site, now)
            .context("the login host's token is no cookie")?;
        let login = Url::parse(&snapshot.public.origin(&organization.auth_domain))?;
        let visit = FetchRequest::navigation(None, login);
        let (mut exchange, _) = Exchange::begin(browser, visit, crate::exchanges::now());
        let headers = HeaderMap::from_iter([(SET_COOKIE, cookie)]);
        let answer = Answer::Response(Received { status: StatusCode::OK.as_u16(), headers });
        exchange.receive(browser, answer, crate::exchanges::now());
        play(browser, FetchRequest::navigation(None, url.clone()), self).await;
        Ok(())
    }

    /// Stops it.
    pub(crate) async fn end(self) {
        self.running.drain(Duration::ZERO, Heir::Nobody).await;
    }
}

impl Network for Rehearsal {
    async fn answer(&mut self, sent: &SentRequest) -> Reply {
        let (scheme, port) = (sent.url.scheme(), sent.url.port_or_known_default());
        let serves =
            |public: &PublicAddress| public.scheme.as_str() == scheme && Some(public.port) == port;
        let Some((_, address)) = self.entrances.iter().find(|(public, _)| serves(public)) else {
            let error = format!(
                "no listener of the config is reached by {scheme} on port {}",
                port.unwrap_or_default()
            );
            return Reply { answer: Answer::NetworkError, decided_by: None, error: Some(error) };
        };
        let headers = HeaderValue::try_from(self.ip.to_string())
            .map(|ip| vec![(FORWARDED_FOR, ip)])
            .unwrap_or_default();
        let to = (address.ip().to_string(), address.port());
        let connection = Connection { to, tls: false, headers, patience: PATIENCE };
        match connection.send(sent).await {
            Ok(response) => {
                let decision =
                    self.decisions.next_of(sent.url.host_str().unwrap_or_default()).await;
                let decided_by = decision.map(|decision| {
                    deciding_line::decided_by(&decision, self.outline.as_ref(), &self.file)
                });
                Reply { answer: Answer::Response(response), decided_by, error: None }
            }
            Err(error) => Reply {
                answer: Answer::NetworkError,
                decided_by: None,
                error: Some(error.to_string()),
            },
        }
    }
}

/// The same config, cut off from everything outside.
fn on_loopback(mut config: Config, upstream: &UpstreamUrl, folder: &Path) -> Config {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let any_port = SocketAddr::new(loopback, 0);
    for listener in &mut config.listeners {
        *listener = Listener::plain(any_port, listener.public);
    }
    config.admin.address = any_port;
    config.trusted_proxies = vec![IpNet::from(loopback)];
    config.store = format!("sqlite:{}", folder.join("rehearsal.db").display());
    config.store_key = None;
    config.mail = None;
    for rule in &mut config.ingress {
        rule.service = vec![upstream.clone()];
        rule.origin_request.ca_pool = None;
        rule.origin_request.http2 = false;
    }
    config
}

/// Makes a service token of this name, or of this id.
async fn known_service_token(store: &Store, name: &str) -> Result<[(HeaderName, HeaderValue); 2]> {
    let (mut token, secret) = service_token::fresh(name.to_owned(), "1h".to_owned())?;
    if uuid::Uuid::parse_str(name).is_ok() {
        name.clone_into(&mut token.id);
    }
    store.create_service_token(&token).await?;
    let secret = HeaderValue::try_from(secret.expose())?;
    Ok([(CLIENT_ID, HeaderValue::try_from(&token.client_id)?), (CLIENT_SECRET, secret)])
}
