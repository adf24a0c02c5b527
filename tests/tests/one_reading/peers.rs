//! Other proxies, set up as their manuals say, with the same upstream behind them.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use crossgate_testkit::wait::until;
use crossgate_testkit::{Process, ports};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::recorder::Recorder;
use crate::world::Proxy;

/// A header of theirs towards the upstream: the path that they decide on.
pub(crate) const DECIDED: &str = "x-decided";

/// A proxy that many have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Nginx,
    Haproxy,
}

/// A running one.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) proxy: Proxy,
    _process: Process,
    _folder: TempDir,
}

const NGINX: &str = r#"
daemon off;
master_process off;
pid @FOLDER@/nginx.pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path @FOLDER@/body; proxy_temp_path @FOLDER@/proxy;
  fastcgi_temp_path @FOLDER@/fastcgi; uwsgi_temp_path @FOLDER@/uwsgi; scgi_temp_path @FOLDER@/scgi;
  map $uri $decided { default $uri; "~[[:cntrl:]]" ""; }
  map $http_upgrade $connection_upgrade { default ""; websocket upgrade; }
  upstream recorder { server @RECORDER@; keepalive 16; }
  server {
    listen 127.0.0.1:@PORT@;
    listen 127.0.0.1:@HTTP2@ http2;
    location / {
      proxy_pass http://recorder;
      proxy_http_version 1.1;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Cf-Access-Jwt-Assertion "";
      proxy_set_header Cf-Access-Authenticated-User-Email "";
      proxy_set_header X-Decided $decided;
    }
  }
}
"#;

const HAPROXY: &str = "
global
  maxconn 4000
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
  timeout http-request 5s
frontend visitors
  bind 127.0.0.1:@PORT@
  bind 127.0.0.1:@HTTP2@ proto h2
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto http
  http-request del-header cf-access- -m beg
  http-request set-header X-Decided %[path]
  default_backend upstream
backend upstream
  server recorder @RECORDER@
";

impl Peer {
    pub(crate) const ALL: [Self; 2] = [Self::Nginx, Self::Haproxy];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
        }
    }

    /// Its version; nothing where it is not installed.
    pub(crate) fn version(self) -> Option<String> {
        let output = Command::new(self.name()).arg("-v").output().ok()?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        let number = |word: &&str| {
            word.trim_start_matches("nginx/").starts_with(|c: char| c.is_ascii_digit())
        };
        let version = text.split_whitespace().find(number)?;
        let version = version.trim_start_matches("nginx/").split('-').next()?;
        Some(version.to_owned())
    }

    /// Whether it says the path that it decides on with its escapes decoded.
    pub(crate) const fn decodes(self) -> bool {
        matches!(self, Self::Nginx)
    }

    pub(crate) async fn start(self) -> Running {
        let recorder = Recorder::start().await;
        let folder = tempfile::tempdir().unwrap();
        let [plain, plain_http2] = [ports::free(), ports::free()]
            .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let config = if self == Self::Nginx { NGINX } else { HAPROXY };
        let config = config
            .replace("@FOLDER@", &folder.path().display().to_string())
            .replace("@RECORDER@", &recorder.address.to_string())
            .replace("@PORT@", &plain.port().to_string())
            .replace("@HTTP2@", &plain_http2.port().to_string());
        let file = folder.path().join("proxy.conf");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new(self.name());
        let mut process = match self {
            Self::Nginx => {
                Process::start(command.arg("-p").arg(folder.path()).arg("-c").arg(&file))
            }
            Self::Haproxy => Process::start(command.arg("-db").arg("-f").arg(&file)),
        };
        until(self.name(), Duration::from_secs(10), async || {
            assert!(process.ended().is_none(), "{}: {}", self.name(), process.errors.text());
            TcpStream::connect(plain).await.ok()
        })
        .await;
        let proxy = Proxy {
            plain,
            plain_http2,
            tls: None,
            patience: Duration::from_secs(2),
            cookies: "none=1".to_owned(),
            recorder,
        };
        Running { proxy, _process: process, _folder: folder }
    }
}
