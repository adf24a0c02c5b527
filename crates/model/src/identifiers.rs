//! Ids and audience tags, made once and remembered under kind and name.

/// The kinds of resources that have ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An application: has an audience tag as well.
    Application,
    /// A group.
    Group,
    /// An identity provider.
    IdentityProvider,
    /// A policy.
    Policy,
}

/// A resource whose id is to be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its kind.
    pub kind: Kind,
    /// Its name, unique within the kind.
    pub name: String,
    /// The id that the config gives.
    pub id: Option<String>,
}

/// What is remembered of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// The id, a UUID.
    pub id: String,
    /// The audience tag, 64 hex digits: applications only.
    pub aud: Option<String>,
}
