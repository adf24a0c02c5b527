//! The resources of an access gateway, twice: as the config file spells them (`raw`) and as the gateway uses
//! them (everything else).
//!
//! Invariants: a value of a validated type cannot be wrong; all problems of a config are found in one pass; a
//! [`Snapshot`] never changes once made.
//!
//! Entry points: [`Config::parse`] turns text into a [`Config`] or problems, [`Config::snapshot`] turns that
//! and the remembered identifiers into the [`Snapshot`] that decisions are made on; [`schema`] is for editors.
//! Only [`Surroundings::of_this_machine`] touches the disk.

mod acme;
mod application;
mod closest;
mod config;
mod domain;
mod duration;
mod host;
mod identifiers;
mod ingress;
mod listener;
mod mail;
mod organization;
mod outline;
mod parse;
mod place;
mod problem;
mod public;
mod raw;
mod read;
mod report;
mod schema;
mod secret;
mod service_token;
mod snapshot;
mod surroundings;
mod tls_files;
mod tree;

pub use acme::{Acme, AcmeAuthority, AcmeChallenge};
pub use application::{
    Application, ApplicationSettings, CookieSettings, SameSite, UnauthenticatedFetch,
};
pub use config::Config;
pub use domain::{DomainPattern, HostPattern, PathPattern, PatternError, comparable_path};
pub use duration::{DurationError, GoDuration};
pub use host::{Host, HostError};
pub use identifiers::{Identifier, Kind, Wanted};
pub use ingress::{IngressRule, OriginRequest, UpstreamScheme, UpstreamUrl};
pub use listener::{Admin, CertificateFiles, Listener};
pub use mail::{Mail, Mailer, SmtpTls};
pub use organization::Organization;
pub use outline::Outline;
pub use problem::{Problem, Severity, Span};
pub use public::{PublicAddress, PublicScheme};
pub use schema::schema;
pub use secret::Secret;
pub use service_token::ServiceToken;
pub use snapshot::Snapshot;
pub use surroundings::Surroundings;
pub use tls_files::{CertificateSummary, TlsFiles, UnreadTlsFiles};
