//! The forms of a sign-in by code.

use bytes::Bytes;
use crossgate_login::limits::Limit;
use crossgate_login::one_time_pin::{
    CODE_SECONDS, Complaint, Effect, Event, Flow, Judgement, State, Surroundings, step,
};
use crossgate_login::{Decision, Entry, Fields, SignedIn, Visit};
use crossgate_policy::EmailAddress;
use crossgate_session::SignIn;
use crossgate_store::{Pin, PinOutcome};
use crossgate_token::cookie;
use crossgate_token::device::Device;
use crossgate_token::pin;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Response, StatusCode};

use super::form::Browser;
use super::set;
use crate::answer::redirect_to;
use crate::endpoint::{Asked, EndpointError};
use crate::mail::{Letter, browser_name};
use crate::throttled::refused;
use crate::{Web, cookies, random, words};

/// Longest form that the page can send.
const MAX_FORM: usize = 16 * 1024;

impl Web {
    pub(super) async fn login_form(
        &self,
        asked: &Asked<'_>,
        host: &str,
    ) -> Result<Response<Bytes>, EndpointError> {
        if !is_form(asked) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Ok(self.message(
                status,
                words::FORM_UNREADABLE,
                "form-unreadable",
                asked.request_id,
                None,
                None,
            ));
        }
        if asked.form.len() > MAX_FORM {
            return Ok(self.failure(
                true,
                StatusCode::PAYLOAD_TOO_LARGE,
                "form-too-large",
                asked.request_id,
            ));
        }
        let fields = Fields::read(asked.form);
        let master = self.sessions().master();
        let entry = match Entry::read(
            asked.gate,
            asked.head,
            host,
            Some(&fields),
            master.meta(),
            asked.now,
        ) {
            Ok(entry) => entry,
            Err(error) => return Ok(self.no_entry(asked, &error)),
        };
        let visit = entry.visit();
        let token = fields.one("csrf").unwrap_or_default();
        let Some(browser) = Browser::known(asked).filter(|browser| browser.sent(master, token))
        else {
            let start = crossgate_login::locations::sign_in_link(
                asked.gate.snapshot(),
                &visit.host,
                &visit.return_path,
            );
            return Ok(self.form_outdated(asked, &start));
        };
        let text = |name| fields.one(name).unwrap_or_default();
        let (state, event) = match text("step") {
            "address" => (State::Address, Event::AddressSent(text("email"))),
            "code" => match Flow::read(text("email"), text("flow")) {
                Some(flow) => (State::Code(flow), Event::CodeSent(text("code"))),
                None => (State::Address, Event::AddressSent("")),
            },
            _ => (State::Address, Event::AddressSent("")),
        };
        self.walk(asked, &entry, &browser, text("email"), state, event).await
    }

    /// Takes steps until there is something to show.
    async fn walk(
        &self,
        asked: &Asked<'_>,
        entry: &Entry<'_>,
        browser: &Browser,
        email: &str,
        state: State,
        event: Event<'_>,
    ) -> Result<Response<Bytes>, EndpointError> {
        let visit = entry.visit();
        let nonce = hex(&random::bytes::<16>()?);
        let known_device = |email: &EmailAddress| self.device_that_knows(asked, email);
        let around = Surroundings {
            application: visit.application,
            client: asked.head.client,
            known_device: &known_device,
            nonce: &nonce,
        };
        let (mut state, mut effect) = step(state, event, &around);
        let mut wait = None;
        loop {
            let event = match (effect, &state) {
                (Effect::AskAddress(complaint), _)
                | (Effect::AskCode(complaint), State::Address) => {
                    return self.ask_address(asked, visit, browser, email, complaint);
                }
                (Effect::AskCode(complaint), State::Code(flow)) => {
                    let answer = self.ask_code(asked, visit, browser, flow, complaint);
                    return Ok(match wait {
                        Some(seconds) => refused(answer, "too-many-codes", seconds),
                        None => answer,
                    });
                }
                (Effect::SignIn { email }, _) => return self.signed_in(asked, entry, &email).await,
                (Effect::MakeCode { limits, admitted }, State::Code(flow)) => {
                    wait = self.wait_for(&limits, asked.now).await?;
                    if wait.is_none() {
                        self.make_code(asked, visit, browser, flow, admitted).await?;
                        return Ok(self.ask_code(asked, visit, browser, flow, None));
                    }
                    Event::TooOften
                }
                (Effect::TryCode { limits, digits }, State::Code(flow)) => {
                    let flow_id = flow.id(browser.value());
                    if !self.sessions().store().has_pin(&flow_id).await? {
                        // Not counted: whoever asked for no code has nothing to guess, and could lock the address out.
                        Event::Judged(Judgement::Expired)
                    } else {
                        wait = self.wait_for(&limits, asked.now).await?;
                        match wait {
                            None => Event::Judged(self.judge(asked, browser, flow, &digits).await?),
                            Some(_) => Event::TooOften,
                        }
                    }
                }
                (Effect::MakeCode { .. } | Effect::TryCode { .. }, State::Address) => {
                    Event::AddressSent("")
                }
            };
            (state, effect) = step(state, event, &around);
        }
    }

    /// Counts in all of them. If one is full, how many seconds it takes until all begin anew.
    async fn wait_for(&self, limits: &[Limit], now: i64) -> Result<Option<i64>, EndpointError> {
        let mut wait = None;
        for limit in limits {
            let counted = self
                .sessions()
                .store()
                .count(&limit.bucket, now, limit.window_seconds, limit.limit)
                .await?;
            if !counted.within {
                wait = wait.max(Some(counted.ends_at.saturating_sub(now).max(1)));
            }
        }
        Ok(wait)
    }

    /// Keeps a flow with a code, and mails the code if the address is admitted. Where it is not, the flow holds a code
    /// that nobody knows; the work is the same.
    async fn make_code(
        &self,
        asked: &Asked<'_>,
        visit: &Visit<'_>,
        browser: &Browser,
        flow: &Flow,
        admitted: bool,
    ) -> Result<(), EndpointError> {
        let flow_id = flow.id(browser.value());
        let digits = pin::digits(random::bytes()?);
        let mac = pin::mac(self.sessions().master().pin(), &flow_id, &digits);
        let unknown: [u8; 32] = random::bytes()?;
        let pin = Pin {
            flow_id,
            email: flow.email.as_str().to_owned(),
            aud: visit.application.aud.clone(),
            code_mac: if admitted { mac } else { unknown }.to_vec(),
            created_at: asked.now,
            expires_at: asked.now.saturating_add(CODE_SECONDS),
        };
        self.sessions().store().create_pin(&pin).await?;
        let letter = Letter {
            to: flow.email.as_str().to_owned(),
            code: digits,
            application: visit.application.settings.name.clone(),
            host: visit.host.as_str().to_owned(),
            client: asked.head.client,
            browser: browser_name(user_agent(asked)),
            asked_at: asked.now,
            id: hex(&random::bytes::<16>()?),
        };
        if admitted {
            self.outbox.post(letter);
        }
        Ok(())
    }

    async fn judge(
        &self,
        asked: &Asked<'_>,
        browser: &Browser,
        flow: &Flow,
        digits: &str,
    ) -> Result<Judgement, EndpointError> {
        let flow_id = flow.id(browser.value());
        let mac = pin::mac(self.sessions().master().pin(), &flow_id, digits);
        Ok(match self.sessions().store().try_pin(&flow_id, &mac, asked.now).await? {
            PinOutcome::Accepted { email, .. } => Judgement::Accepted { email },
            PinOutcome::AlreadyUsed => Judgement::AlreadyUsed,
            PinOutcome::Expired | PinOutcome::Unknown => Judgement::Expired,
            PinOutcome::TooManyAttempts => Judgement::TooManyAttempts,
            PinOutcome::Wrong { attempts_left } => Judgement::Wrong { attempts_left },
        })
    }

    /// The address is proved: a session begins, and the visitor goes on to the application if it admits them.
    async fn signed_in(
        &self,
        asked: &Asked<'_>,
        entry: &Entry<'_>,
        email: &str,
    ) -> Result<Response<Bytes>, EndpointError> {
        let snapshot = asked.gate.snapshot();
        let who = SignIn {
            email: email.to_owned(),
            idp_id: "onetimepin".to_owned(),
            ip: asked.head.client,
            user_agent: user_agent(asked).to_owned(),
            country: None,
        };
        let lifetime = snapshot.organization.session_duration;
        let session = self.sessions().sign_in(who, lifetime, asked.now).await?;
        let visit = entry.visit();
        let person = SignedIn { email, sid: &session.sid };
        let mut response = match entry.decide_after_sign_in(person, asked.head.client) {
            Decision::Leave(outcome) => {
                redirect_to(StatusCode::SEE_OTHER, &self.way_back(asked, visit, outcome)?)
            }
            Decision::Ask | Decision::NotAllowed => self.not_allowed(asked, visit, email),
        };
        set(&mut response, cookies::team(&session, snapshot.login_same_site, asked.now));
        set(&mut response, cookies::device(&self.device_with(asked, email), asked.now));
        set(&mut response, Browser::fresh()?.fresh_cookie(asked.now));
        Ok(response)
    }

    /// The device cookie's value, where it says that this browser has signed in with the address.
    fn device_that_knows(&self, asked: &Asked<'_>, email: &EmailAddress) -> Option<Vec<u8>> {
        let key = self.sessions().master().device();
        cookie::values_of(asked.head.headers, cookie::DEVICE)
            .find(|value| Device::open(key, value, asked.now).knows(key, email.as_str()))
            .map(<[u8]>::to_vec)
    }

    /// The device cookie's value from now on.
    fn device_with(&self, asked: &Asked<'_>, email: &str) -> String {
        let key = self.sessions().master().device();
        let value =
            cookie::values_of(asked.head.headers, cookie::DEVICE).next().unwrap_or_default();
        let mut device = Device::open(key, value, asked.now);
        device.remember(key, email, asked.now);
        device.seal(key)
    }
}

fn is_form(asked: &Asked<'_>) -> bool {
    let mut kinds = asked.head.headers.get_all(CONTENT_TYPE).iter();
    let kind = kinds.next().map(http::HeaderValue::as_bytes).unwrap_or_default();
    let essence = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    kinds.next().is_none() && essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}

fn user_agent<'a>(asked: &Asked<'a>) -> &'a str {
    asked.head.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn in_words(complaint: Complaint) -> String {
    match complaint {
        Complaint::NotAnAddress => "That is not an e-mail address.".to_owned(),
        Complaint::NotACode => "A code has six digits.".to_owned(),
        Complaint::WrongCode { attempts_left: 1 } => {
            "That code is not right. You can try once more.".to_owned()
        }
        Complaint::WrongCode { attempts_left } => {
            format!("That code is not right. You can try {attempts_left} more times.")
        }
        Complaint::UsedCode => "This code has already been used. Send a new code.".to_owned(),
        Complaint::ExpiredCode => "This code is not valid any more. Send a new code.".to_owned(),
        Complaint::TooManyWrongCodes => "Too many wrong codes. Send a new code.".to_owned(),
        Complaint::TooOften => {
            "Too many codes have been asked for or tried. Wait a while, then try again.".to_owned()
        }
    }
}
