//! `service_token`: one token.

use crate::TokenIdentity;
use crate::selector::Values;

/// A service token as rules name it: by id or by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenRef(pub String);

/// Any number of tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens(Values<Box<str>>);

impl Tokens {
    pub(crate) fn insert(&mut self, token: &TokenRef) {
        self.0.insert(token.0.as_str().into());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contain(&self, token: &TokenIdentity<'_>) -> bool {
        self.0.contains(token.id) || self.0.contains(token.name)
    }
}
