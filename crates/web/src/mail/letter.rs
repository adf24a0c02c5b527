//! What a mail says.

use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use askama::Template;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use time::OffsetDateTime;
use time::macros::format_description;

use super::MailError;

/// A code on its way to an address.
#[derive(Clone)]
pub struct Letter {
    /// The address.
    pub to: String,
    /// The digits.
    pub code: String,
    /// The application's name.
    pub application: String,
    /// The host on which it was asked for.
    pub host: String,
    /// The visitor's address on the network.
    pub client: IpAddr,
    /// The visitor's browser, in words.
    pub browser: &'static str,
    /// When it was asked for, in Unix seconds.
    pub asked_at: i64,
    /// A random name for the message.
    pub id: String,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    application: &'a str,
    host: &'a str,
    code: &'a str,
    time: &'a str,
    ip: &'a str,
    browser: &'a str,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    application: &'a str,
    host: &'a str,
    code: &'a str,
    time: &'a str,
    ip: &'a str,
    browser: &'a str,
}

impl Letter {
    /// The message. The code is not in its subject, which shows on locked screens. No link in it does anything.
    pub(super) fn message(&self, from: &str) -> Result<Message, MailError> {
        let from: Mailbox = from.parse()?;
        let to = Mailbox::new(None, self.to.parse()?);
        let (application, host, code, browser) =
            (&*one_line(&self.application), &*self.host, &*self.code, self.browser);
        let (time, ip) = (&*moment(self.asked_at), &*self.client.to_string());
        let text = Text { application, host, code, time, ip, browser }.render()?;
        let html = Html { application, host, code, time, ip, browser }.render()?;
        let id = format!("<{}@{}>", self.id, from.email.domain());
        let sent = UNIX_EPOCH + Duration::from_secs(u64::try_from(self.asked_at).unwrap_or(0));
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let message = Message::builder()
            .from(from)
            .to(to)
            .subject(format!("Your sign-in code for {application}"))
            .date(sent)
            .message_id(Some(id))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(text, html))?;
        Ok(message)
    }
}

/// A name without controls: a line break in it would be a line break in the mail.
fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn moment(unix: i64) -> String {
    let format =
        format_description!("[day padding:none] [month repr:long] [year] at [hour]:[minute] UTC");
    OffsetDateTime::from_unix_timestamp(unix)
        .ok()
        .and_then(|moment| moment.format(format).ok())
        .unwrap_or_else(|| "an unknown day".to_owned())
}
