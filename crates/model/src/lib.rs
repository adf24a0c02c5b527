//! The resources of an access gateway, twice: as the config file spells them (`raw`) and as the gateway uses
//! them (everything else).
//!
//! Invariants: a value of a validated type cannot be wrong; all problems of a config are found in one pass; a
//! [`Snapshot`] never changes once made.
//!
//! Entry points: [`Config::parse`] turns text into a [`Config`] or problems, [`Config::snapshot`] turns that
//! and the remembered identifiers into the [`Snapshot`] that decisions are made on.

mod application;
mod config;
mod domain;
mod duration;
mod host;
mod identifiers;
mod ingress;
mod listener;
mod mail;
mod organization;
mod problem;
mod public;
mod snapshot;

pub use application::{
    Application, ApplicationSettings, CookieSettings, SameSite, UnauthenticatedFetch,
};
pub use config::Config;
pub use domain::{DomainPattern, HostPattern, PathPattern};
pub use duration::GoDuration;
pub use host::{Host, HostError};
pub use identifiers::{Identifier, Kind, Wanted};
pub use ingress::{IngressRule, OriginRequest, UpstreamScheme, UpstreamUrl};
pub use listener::{Admin, CertificateFiles, Listener};
pub use mail::{Mail, Mailer, SmtpTls};
pub use organization::Organization;
pub use problem::{Problem, Severity, Span};
pub use public::{PublicAddress, PublicScheme};
pub use snapshot::Snapshot;
