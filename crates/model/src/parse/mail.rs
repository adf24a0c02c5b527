//! `mail`

use crossgate_policy::EmailAddress;
use percent_encoding::percent_decode_str;
use url::Url;

use super::Context;
use crate::place::Place;
use crate::report::Finding;
use crate::{Host, Mail, Mailer, Secret, SmtpTls, raw};

impl Context<'_, '_> {
    pub(super) fn mail(&self, raw: &raw::Config) -> Option<Mail> {
        let mail = raw.mail.get()?;
        let place = Place::default().key("mail");
        let from = self.sender(mail, &place);
        let mailer = match (mail.smtp.is_absent(), mail.directory.text()) {
            (true, Some(directory)) => Some(Mailer::Directory(self.resolve(directory))),
            (false, None) => self.smtp(mail, &place),
            (true, None) if !mail.directory.is_absent() => None,
            _ => {
                let message = "mail goes one way: to a server, or into a directory";
                let fix =
                    "write either `smtp: \"smtp://mail.acme.example:587\"` or `directory: ./mail`";
                self.report.add(&place, Finding::error("mail-way", message, fix));
                None
            }
        };
        Some(Mail { mailer: mailer?, from: from? })
    }

    fn sender(&self, mail: &raw::Mail, place: &Place) -> Option<String> {
        let from = self.required(&mail.from, place, "from")?;
        if is_sender(from) {
            return Some(from.clone());
        }
        let message = "this is not an e-mail address, with or without a name in front";
        let fix = "write `access@acme.example`, or `Acme Access <access@acme.example>`";
        self.report
            .add(&place.key("from"), Finding::error("invalid-email", message, fix).value(from));
        None
    }

    fn smtp(&self, mail: &raw::Mail, place: &Place) -> Option<Mailer> {
        let text = self.secret(&mail.smtp, &place.key("smtp"))?;
        let Some(server) = Server::parse(text.expose()) else {
            let message = "this is not the URL of a mail server";
            let fix = "write `smtp://mail.acme.example:587` or `smtps://mail.acme.example:465`";
            self.report.add(&place.key("smtp"), Finding::error("invalid-smtp-url", message, fix));
            return None;
        };
        let on_loopback = is_loopback(&server.host);
        let tls = match (server.implicit_tls, mail.tls.get()) {
            (true, Some(_)) => {
                let message = "`smtps://` is TLS from the first byte, so `tls` means nothing";
                let fix = "remove `tls`, or write `smtp://`";
                self.report.add(&place.key("tls"), Finding::error("mail-tls", message, fix));
                SmtpTls::Implicit
            }
            (true, None) => SmtpTls::Implicit,
            (false, Some(raw::MailTls::None)) => SmtpTls::None,
            (false, Some(raw::MailTls::StartTls)) => SmtpTls::StartTls,
            (false, None) if on_loopback => SmtpTls::None,
            (false, None) => SmtpTls::StartTls,
        };
        let credentials = self.credentials(mail, server.credentials, place);
        if tls == SmtpTls::None && !on_loopback {
            self.report.add(&place.key("tls"), in_clear(credentials.is_some()));
        }
        Some(Mailer::Smtp { host: server.host, port: server.port, tls, credentials })
    }

    fn credentials(
        &self,
        mail: &raw::Mail,
        in_url: Option<(String, Secret<String>)>,
        place: &Place,
    ) -> Option<(String, Secret<String>)> {
        let Some(credentials) = mail.credentials.get() else { return in_url };
        let place = place.key("credentials");
        if in_url.is_some() {
            let message = "user name and password stand in the URL already";
            let fix = "take them out of the URL";
            self.report.add(&place, Finding::error("mail-credentials-twice", message, fix));
        }
        let username = self.required(&credentials.username, &place, "username").cloned();
        self.required(&credentials.password, &place, "password");
        let password = self.secret(&credentials.password, &place.key("password"));
        username.zip(password)
    }
}

/// What the URL of a mail server says.
struct Server {
    host: String,
    port: u16,
    implicit_tls: bool,
    credentials: Option<(String, Secret<String>)>,
}

impl Server {
    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let (implicit_tls, default_port) = match url.scheme() {
            "smtp" => (false, 587),
            "smtps" => (true, 465),
            _ => return None,
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        let host = Host::parse(url.host_str()?).ok()?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(String::from);
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (username, Some(password)) => {
                Some((decoded(username)?, Secret::new(decoded(password)?)))
            }
            (_, None) => return None,
        };
        let host = host.as_str().trim_matches(['[', ']']).to_owned();
        Some(Self { host, port: url.port().unwrap_or(default_port), implicit_tls, credentials })
    }
}

/// An address, or a name that needs no quoting and an address (RFC 5322, section 3.4).
fn is_sender(text: &str) -> bool {
    match text.strip_suffix('>').and_then(|text| text.split_once(" <")) {
        None => EmailAddress::parse(text).is_ok(),
        Some((name, address)) => {
            let is_plain = |c: char| c.is_alphanumeric() || " !#$%&'*+-/=?^_`{|}~".contains(c);
            EmailAddress::parse(address).is_ok() && !name.is_empty() && name.chars().all(is_plain)
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn in_clear(with_password: bool) -> Finding {
    if with_password {
        return Finding::error(
            "mail-password-in-clear",
            "the password would go to the mail server unprotected",
            "remove `tls: none`, or the password",
        );
    }
    Finding::warning(
        "mail-in-clear",
        "codes go to the mail server unprotected: whoever reads one on the way can sign in with it",
        "remove `tls: none`",
    )
}
