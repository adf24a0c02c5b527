//! A tree into [`raw`](crate::raw) types, by their serde derives, without stopping at the first mistake.
//!
//! Every mistake is reported where it is found. [`Field`](crate::raw::Field) then turns the failure of one value into
//! a value that is known to be wrong, so that its neighbours are still read.

mod elsewhere;
mod entries;
mod items;
mod shape;

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};

use crate::place::Place;
use crate::report::{Finding, Report};
use crate::tree::{Node, Value};

/// Reads a document. Whatever is wrong with it is in the report afterwards.
pub(crate) fn read<'t, T: Deserialize<'t>>(tree: &'t Node, report: &Report<'t>) -> Option<T> {
    T::deserialize(Reader { node: tree, place: Place::default(), report }).ok()
}

/// One node, about to be read.
struct Reader<'t, 'r> {
    node: &'t Node,
    place: Place,
    report: &'r Report<'t>,
}

/// Something is wrong. `Reported`: and the report knows.
#[derive(Debug)]
enum Failure {
    Reported,
    Unreported(String),
}

impl<'t> Reader<'t, '_> {
    fn wrong_type(&self, expected: &str) -> Failure {
        let found = self.node.kind();
        let quoted =
            matches!(self.node.value, Value::Bool(_) | Value::Integer(_) | Value::Float(_));
        let fix = match self.node.scalar() {
            Some(_) if quoted && expected == "text" => "put it in quotes".to_owned(),
            _ => format!("write {expected} here"),
        };
        let finding = Finding {
            value: self.node.scalar(),
            ..Finding::error("wrong-type", format!("{expected} is expected here, not {found}"), fix)
        };
        self.report.add(&self.place, finding);
        Failure::Reported
    }

    /// Makes sure that what went wrong is reported.
    fn reported<T>(&self, result: Result<T, Failure>) -> Result<T, Failure> {
        result.map_err(|failure| {
            if let Failure::Unreported(message) = failure {
                let finding = Finding {
                    value: self.node.scalar(),
                    ..Finding::error("wrong-type", message, "write a value that this key can have")
                };
                self.report.add(&self.place, finding);
            }
            Failure::Reported
        })
    }

    fn number<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Integer(number) => {
                let result = match i64::try_from(*number) {
                    Ok(number) => visitor.visit_i64(number),
                    Err(_) => Err(Failure::custom("the number is out of range")),
                };
                self.reported(result)
            }
            _ => Err(self.wrong_type("a whole number")),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(_) => self.deserialize_bool(visitor),
            Value::Integer(_) => self.number(visitor),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Text(_) => self.deserialize_str(visitor),
            Value::Sequence(_) => self.deserialize_seq(visitor),
            Value::Mapping(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Bool(value) => self.reported(visitor.visit_bool(*value)),
            _ => Err(self.wrong_type("true or false")),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.number(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Integer(0..=65_535) => self.number(visitor),
            _ => Err(self.wrong_type("a number from 0 to 65535")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Text(text) => self.reported(visitor.visit_borrowed_str(text)),
            _ => Err(self.wrong_type("text")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Sequence(items) => visitor.visit_seq(items::Items::new(&self, items)),
            _ => Err(self.wrong_type("a list")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Mapping(entries) => visitor.visit_map(entries::Entries::any(&self, entries)),
            _ => Err(self.wrong_type("a mapping")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match &self.node.value {
            Value::Mapping(entries) => {
                let entries = entries::Entries::of(&self, entries, name, fields);
                self.reported(visitor.visit_map(entries))
            }
            _ => Err(self.wrong_type("a mapping")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let again = Self { node: self.node, place: self.place.clone(), report: self.report };
        again.reported(
            shape::Choice::new(self, name, variants).and_then(|it| visitor.visit_enum(it)),
        )
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct identifier
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reported => f.write_str("reported"),
            Self::Unreported(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Unreported(message.to_string())
    }
}
