//! A value that may be missing or wrong without making its neighbours unreadable.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Visitor};

/// The value of a key, or an item of a list.
#[derive(Default)]
pub(crate) enum Field<T> {
    /// Left out, or nothing.
    #[default]
    Absent,
    /// There, but cannot be read. This is reported already.
    Wrong,
    /// There.
    Is(T),
}

impl<T> Field<T> {
    pub(crate) const fn get(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Wrong => None,
        }
    }

    pub(crate) const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl Field<String> {
    pub(crate) fn text(&self) -> Option<&str> {
        self.get().map(String::as_str)
    }
}

impl Field<bool> {
    pub(crate) fn or(&self, default: bool) -> bool {
        self.get().copied().unwrap_or(default)
    }
}

impl<T> Field<Vec<Field<T>>> {
    /// The readable items under their numbers.
    pub(crate) fn items(&self) -> impl Iterator<Item = (usize, &T)> {
        let items = self.get().into_iter().flatten().enumerate();
        items.filter_map(|(index, item)| item.get().map(|item| (index, item)))
    }

    /// Whether there is no item, readable or not.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Is(items) => items.is_empty(),
            Self::Absent => true,
            Self::Wrong => false,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(FieldVisitor(PhantomData))
    }
}

struct FieldVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E>(self) -> Result<Field<T>, E> {
        Ok(Field::Absent)
    }

    fn visit_unit<E>(self) -> Result<Field<T>, E> {
        Ok(Field::Absent)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Field<T>, D::Error> {
        Ok(T::deserialize(deserializer).map_or(Field::Wrong, Field::Is))
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
