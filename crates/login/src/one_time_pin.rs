//! Signing in with a code that comes by mail.
//!
//! Two forms, one after the other: an address, then the code. The machine is [`step`]: a state and what the visitor
//! sent, in; the next state and what is to be done, out. The forms carry the state, so it is bound: the flow's name in
//! the store is made of the browser's `__Host-CF_Session`, the form's nonce and the address. A nonce in another browser, or
//! beside another address, names a flow that does not exist.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use crossgate_model::Application;
use crossgate_policy::EmailAddress;

use crate::hash::sha256;
use crate::limits::{self, Limit};

/// Digits of a code.
pub const CODE_DIGITS: usize = 6;
/// How long a code is valid, in seconds.
pub const CODE_SECONDS: i64 = 600;

/// Where a sign-in by code stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// No address yet.
    Address,
    /// A code was asked for.
    Code(Flow),
}

/// A sign-in by code that has an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The address, not verified.
    pub email: EmailAddress,
    /// The form's nonce, as the form carries it.
    pub nonce: String,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// An address was sent.
    AddressSent(&'a str),
    /// A code was sent.
    CodeSent(&'a str),
    /// A counter is full.
    TooOften,
    /// The store has judged the code.
    Judged(Judgement),
}

/// What the store says of a code. By then it is used up, if it was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is right; this is the address that it proves.
    Accepted {
        /// As it was asked for.
        email: String,
    },
    /// It was used before.
    AlreadyUsed,
    /// It is too old, or no such flow exists.
    Expired,
    /// Too many wrong codes: no code will do any more.
    TooManyAttempts,
    /// It is wrong.
    Wrong {
        /// How many attempts are left.
        attempts_left: u32,
    },
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Show the form for an address.
    AskAddress(Option<Complaint>),
    /// Show the form for a code.
    AskCode(Option<Complaint>),
    /// Count these; then, if none is full, keep a flow with a code, mail the code where `admitted`, and show the form
    /// for it. Whether it is admitted must show in nothing else.
    MakeCode {
        /// What is counted first.
        limits: Vec<Limit>,
        /// Some allow policy would admit the address.
        admitted: bool,
    },
    /// Count these; then, if none is full, have the store judge the digits.
    TryCode {
        /// What is counted first.
        limits: Vec<Limit>,
        /// Exactly [`CODE_DIGITS`] ASCII digits.
        digits: String,
    },
    /// The address is proved: sign it in.
    SignIn {
        /// The address.
        email: String,
    },
}

/// What a form says above its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// That is no e-mail address.
    NotAnAddress,
    /// That is not six digits.
    NotACode,
    /// The code is wrong.
    WrongCode {
        /// How many attempts are left.
        attempts_left: u32,
    },
    /// The code was used before.
    UsedCode,
    /// The code is too old.
    ExpiredCode,
    /// Too many wrong codes.
    TooManyWrongCodes,
    /// Too many codes were asked for or tried.
    TooOften,
}

/// What a step is taken in.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The application.
    pub application: &'a Application,
    /// The visitor's address on the network.
    pub client: IpAddr,
    /// The device cookie, where it vouches for the address.
    pub known_device: &'a (dyn Fn(&EmailAddress) -> Option<Vec<u8>> + Sync),
    /// A fresh nonce for a flow, from random bytes.
    pub nonce: &'a str,
}

/// Takes one step.
#[must_use]
pub fn step(state: State, event: Event<'_>, around: &Surroundings<'_>) -> (State, Effect) {
    match (state, event) {
        (_, Event::AddressSent(text)) => address_sent(text, around),
        (State::Code(flow), Event::CodeSent(text)) => code_sent(flow, text, around),
        (State::Code(flow), Event::Judged(judgement)) => judged(flow, judgement),
        (State::Code(flow), Event::TooOften) => {
            (State::Code(flow), Effect::AskCode(Some(Complaint::TooOften)))
        }
        (State::Address, Event::TooOften) => {
            (State::Address, Effect::AskAddress(Some(Complaint::TooOften)))
        }
        (State::Address, Event::CodeSent(_) | Event::Judged(_)) => {
            (State::Address, Effect::AskAddress(None))
        }
    }
}

fn address_sent(text: &str, around: &Surroundings<'_>) -> (State, Effect) {
    let Ok(email) = EmailAddress::parse(text.trim()) else {
        return (State::Address, Effect::AskAddress(Some(Complaint::NotAnAddress)));
    };
    let known = (around.known_device)(&email);
    let limits = limits::asking(email.as_str(), around.client, known.as_deref());
    let admitted = around.application.settings.policies.could_admit(email.as_str(), around.client);
    let flow = Flow { email, nonce: around.nonce.to_owned() };
    (State::Code(flow), Effect::MakeCode { limits, admitted })
}

fn code_sent(flow: Flow, text: &str, around: &Surroundings<'_>) -> (State, Effect) {
    let digits: String =
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(CODE_DIGITS + 1).collect();
    if digits.len() != CODE_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return (State::Code(flow), Effect::AskCode(Some(Complaint::NotACode)));
    }
    let known = (around.known_device)(&flow.email);
    let limits = limits::trying(flow.email.as_str(), around.client, known.as_deref());
    (State::Code(flow), Effect::TryCode { limits, digits })
}

fn judged(flow: Flow, judgement: Judgement) -> (State, Effect) {
    let complaint = match judgement {
        Judgement::Accepted { email } => return (State::Code(flow), Effect::SignIn { email }),
        Judgement::AlreadyUsed => Complaint::UsedCode,
        Judgement::Expired => Complaint::ExpiredCode,
        Judgement::TooManyAttempts => Complaint::TooManyWrongCodes,
        Judgement::Wrong { attempts_left: 0 } => Complaint::TooManyWrongCodes,
        Judgement::Wrong { attempts_left } => Complaint::WrongCode { attempts_left },
    };
    (State::Code(flow), Effect::AskCode(Some(complaint)))
}

impl Flow {
    /// The flow that a form carries.
    #[must_use]
    pub fn read(email: &str, nonce: &str) -> Option<Self> {
        let well_formed = nonce.len() <= 64 && nonce.bytes().all(|byte| byte.is_ascii_graphic());
        let email = EmailAddress::parse(email).ok().filter(|_| well_formed)?;
        Some(Self { email, nonce: nonce.to_owned() })
    }

    /// The name of the flow in the store, for the browser that holds this `__Host-CF_Session`.
    #[must_use]
    pub fn id(&self, browser: &str) -> String {
        let email = self.email.as_str().as_bytes();
        let hash = sha256(&[b"one-time pin", browser.as_bytes(), self.nonce.as_bytes(), email]);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
