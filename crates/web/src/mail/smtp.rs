//! Mail over SMTP (RFC 5321), protected by STARTTLS (RFC 3207) or TLS from the start (RFC 8314).

use std::time::Duration;

use crossgate_model::SmtpTls;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

/// Longest wait for the server at each step.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where and how a server is reached.
pub(super) struct Server<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) tls: SmtpTls,
    pub(super) credentials: Option<(&'a str, &'a str)>,
}

/// Hands a message to a server. Where STARTTLS is asked for and not offered, nothing is sent.
pub(super) async fn deliver(
    server: &Server<'_>,
    message: &Message,
) -> Result<(), lettre::transport::smtp::Error> {
    let parameters = || TlsParameters::new(server.host.trim_matches(['[', ']']).to_owned());
    let tls = match server.tls {
        SmtpTls::None => Tls::None,
        SmtpTls::StartTls => Tls::Required(parameters()?),
        SmtpTls::Implicit => Tls::Wrapper(parameters()?),
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host)
        .port(server.port)
        .tls(tls)
        .timeout(Some(PATIENCE));
    if let Some((name, password)) = server.credentials {
        transport = transport.credentials(Credentials::new(name.to_owned(), password.to_owned()));
    }
    transport.build().send(message.clone()).await.map(drop)
}
