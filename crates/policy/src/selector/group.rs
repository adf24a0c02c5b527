//! `group`: whoever a group of rules matches.

/// A group as rules name it: by id or by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupId(pub String);
