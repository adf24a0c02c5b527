//! The selectors, a file each.

mod address_range;
mod email;
mod email_domain;
mod group;
mod service_token;

pub(crate) use address_range::AddressRanges;
pub use address_range::{AddressError, parse_address_range};
pub(crate) use email::Emails;
pub use email::{EmailAddress, EmailError};
pub(crate) use email_domain::Domains;
pub use email_domain::{Domain, DomainError};
pub use group::GroupId;
pub use service_token::TokenRef;
pub(crate) use service_token::Tokens;

/// A set with a fast hash: its values come from the config, never from strangers.
pub(crate) type Values<T> = std::collections::HashSet<T, foldhash::fast::RandomState>;
