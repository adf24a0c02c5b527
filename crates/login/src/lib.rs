//! Sign-in as state machines without I/O.
//!
//! A sign-in is a walk over two hosts: an application sends a visitor to the login host ([`start`]), the login host
//! looks at what arrives ([`Entry::read`], then [`Entry::decide`]), asks for an address and a code
//! ([`one_time_pin`]), and sends the visitor back with a sealed result ([`Visit::leave`]) that the application's
//! host judges ([`Arrival::read`]). Each step is a function from plain data to what is to be done; sockets, the clock,
//! randomness and the store belong to the caller.
//!
//! A page that is signed in on its own host gets sessions at other applications with a [`ticket`], or with a [`Frame`];
//! [`Ways`] says which of them it has.
//!
//! Invariants:
//!
//! * The kind of a request is settled before any cookie of it is looked at: see [`Kind`].
//! * A request that is neither a top-level navigation nor a bound fetch or frame gets one constant answer.
//! * What leaves for an application has the same length whatever it says.
//! * Nobody is sent anywhere but to the gateway's own hosts: every target is made in [`locations`].
//! * Whether an address is admitted shows in no answer before its code is given.

mod admission;
mod app_session;
mod arrive;
mod enter;
mod frame;
mod hash;
mod kind;
pub mod limits;
pub mod locations;
pub mod one_time_pin;
mod query;
mod sign_out;
mod site;
mod start;
#[cfg(test)]
mod testing;
pub mod throttle;
pub mod ticket;
mod visit;
mod ways;

pub use admission::{Admission, admission, lifetime};
pub use app_session::AppSession;
pub use arrive::{Arrival, Mismatch, Redemption};
pub use enter::{Decision, Entry, EntryError, SignedIn};
pub use frame::Frame;
pub use kind::Kind;
pub use query::Fields;
pub use sign_out::{SignOut, sign_out};
pub use start::start;
pub use visit::{LeaveKeys, Visit};
pub use ways::Ways;
