//! A plain HTTP client with cookies: what `curl` would be, and what a browser's navigation sends.

use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use crate::wait::PATIENCE;
use crate::{Answer, Form, Jar};

/// A visitor without a browser. `*.localhost` is 127.0.0.1, as in browsers. Clones share their cookies.
#[derive(Clone, Debug, Default)]
pub struct Client {
    jar: Arc<Mutex<Jar>>,
    forwarded_for: Option<Arc<str>>,
}

/// A request to be sent.
#[derive(Debug)]
pub struct Outgoing {
    client: Client,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    cookies: bool,
}

impl Client {
    /// A visitor who was never here.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A visitor with these cookies.
    #[must_use]
    pub fn with(jar: Jar) -> Self {
        Self { jar: Arc::new(Mutex::new(jar)), forwarded_for: None }
    }

    /// The same visitor, who comes through a proxy from this address.
    #[must_use]
    pub fn forwarded_for(mut self, address: &str) -> Self {
        self.forwarded_for = Some(address.into());
        self
    }

    /// The cookies.
    pub fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap()
    }

    /// A request that is sent as it is: no redirect is followed.
    ///
    /// # Panics
    ///
    /// When method or URL are none.
    #[must_use]
    pub fn request(&self, method: &str, url: &str) -> Outgoing {
        let forwarded = self.forwarded_for.iter();
        let forwarded = forwarded.map(|address| ("x-forwarded-for", address.parse().unwrap()));
        Outgoing {
            client: self.clone(),
            method: method.parse().unwrap(),
            url: Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}")),
            headers: forwarded
                .map(|(name, value)| (HeaderName::from_static(name), value))
                .collect(),
            body: Bytes::new(),
            cookies: true,
        }
    }

    /// A GET that is sent as it is.
    #[must_use]
    pub fn get(&self, url: &str) -> Outgoing {
        self.request("GET", url)
    }

    /// A preflight as a browser sends it: without cookies.
    #[must_use]
    pub fn preflight(&self, url: &str, origin: &str, method: &str) -> Outgoing {
        let request = self.request("OPTIONS", url).without_cookies().header("origin", origin);
        request.header("access-control-request-method", method)
    }

    /// Opens a URL as the address bar does, and follows redirects to the end.
    ///
    /// # Panics
    ///
    /// When they have none.
    pub async fn navigate(&self, url: &str) -> Answer {
        self.follow(self.get(url).navigation("none").send().await).await
    }

    /// Sends a form as its page does, and follows redirects.
    pub async fn submit(&self, page: &Answer, form: &Form) -> Answer {
        let target = page.url.join(&form.action).unwrap();
        let origin = target.origin().ascii_serialization();
        let request = self.request("POST", target.as_str()).navigation("same-origin");
        let request = request.header("origin", &origin);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.follow(request.body(form.body()).send().await).await
    }

    async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            match answer.location().filter(|_| answer.status.is_redirection()) {
                Some(next) => answer = self.get(next.as_str()).navigation("none").send().await,
                None => return answer,
            }
        }
        panic!("too many redirects, the last to {}", answer.url)
    }
}

impl Outgoing {
    /// Adds a header.
    ///
    /// # Panics
    ///
    /// When it cannot be one.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap();
        self.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// The headers of a top-level navigation.
    #[must_use]
    pub fn navigation(self, site: &str) -> Self {
        self.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
    }

    /// The headers of a fetch by a page of this origin.
    #[must_use]
    pub fn fetch_by(self, origin: &str, site: &str) -> Self {
        self.header("accept", "*/*")
            .header("origin", origin)
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "cors")
            .header("sec-fetch-dest", "empty")
    }

    /// Sends this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Leaves the cookies at home.
    #[must_use]
    pub fn without_cookies(mut self) -> Self {
        self.cookies = false;
        self
    }

    /// Sends it and reads the answer.
    ///
    /// # Panics
    ///
    /// When there is none within [`PATIENCE`].
    pub async fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.url);
        match timeout(PATIENCE, self.exchange()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => panic!("{what}: {error}"),
            Err(_) => panic!("{what}: no answer within {PATIENCE:?}"),
        }
    }

    async fn exchange(self) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let host = self.url.host_str().unwrap().to_owned();
        let port = self.url.port_or_known_default().unwrap();
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let response = sender.send_request(self.head(&host, port)).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        connection.abort();
        let answer = Answer { url: self.url, status: head.status, headers: head.headers, body };
        for cookie in answer.cookies() {
            self.client.jar().store(&host, cookie);
        }
        Ok(answer)
    }

    fn head(&self, host: &str, port: u16) -> Request<Full<Bytes>> {
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("{}{query}", self.url.path());
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = target.parse().unwrap();
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        let authority = format!("{host}:{port}");
        headers.entry("host").or_insert_with(|| authority.parse().unwrap());
        if let Some(cookies) =
            self.client.jar().header(host, self.url.path()).filter(|_| self.cookies)
        {
            headers.append("cookie", cookies.parse().unwrap());
        }
        request
    }
}
