//! Choices: a word out of several, one key out of several, or one shape out of several.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};

use super::elsewhere::known_elsewhere;
use super::entries::only_entry;
use super::{Failure, Reader};
use crate::place::Place;
use crate::raw::SHAPE;
use crate::report::Finding;
use crate::tree::{Node, Value};

/// A variant that is known to be one of the enum's, and what it holds.
pub(super) struct Choice<'t, 'r> {
    variant: &'t str,
    content: Content<'t, 'r>,
}

enum Content<'t, 'r> {
    Nothing,
    Node(Reader<'t, 'r>),
}

impl<'t, 'r> Choice<'t, 'r> {
    pub(super) fn new(
        reader: Reader<'t, 'r>,
        name: &'static str,
        variants: &'static [&'static str],
    ) -> Result<Self, Failure> {
        if name == SHAPE {
            return Self::by_shape(reader, variants);
        }
        match &reader.node.value {
            Value::Text(word) => {
                check(&reader, &reader.place, reader.node, word, name, variants)?;
                Ok(Self { variant: word, content: Content::Nothing })
            }
            Value::Mapping(_) => Self::by_key(&reader, name, variants),
            _ => Err(reader.wrong_type("text")),
        }
    }

    fn by_key(
        reader: &Reader<'t, 'r>,
        name: &'static str,
        variants: &'static [&'static str],
    ) -> Result<Self, Failure> {
        let Some(entry) = only_entry(reader.node) else {
            let finding = Finding::error(
                "wrong-type",
                "a mapping with one key is expected here",
                format!("write one key: {}", variants.join(", ")),
            );
            reader.report.add(&reader.place, finding);
            return Err(Failure::Reported);
        };
        let place = reader.place.key(&entry.key);
        check(reader, &place, &entry.node, &entry.key, name, variants)?;
        let content = Reader { node: &entry.node, place, report: reader.report };
        Ok(Self { variant: &entry.key, content: Content::Node(content) })
    }

    fn by_shape(
        reader: Reader<'t, 'r>,
        variants: &'static [&'static str],
    ) -> Result<Self, Failure> {
        let variant = match &reader.node.value {
            Value::Sequence(_) => "sequence",
            Value::Mapping(_) => "mapping",
            _ => "scalar",
        };
        if variants.contains(&variant) {
            return Ok(Self { variant, content: Content::Node(reader) });
        }
        let expected = variants.iter().map(|variant| match *variant {
            "sequence" => "a list",
            "mapping" => "a mapping",
            _ => "text",
        });
        Err(reader.wrong_type(&expected.collect::<Vec<_>>().join(" or ")))
    }
}

fn check(
    reader: &Reader<'_, '_>,
    place: &Place,
    node: &Node,
    word: &str,
    name: &'static str,
    variants: &'static [&'static str],
) -> Result<(), Failure> {
    if variants.contains(&word) {
        return Ok(());
    }
    let allowed = variants.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    let fix = match known_elsewhere(name, word) {
        Some(hint) => hint.to_owned(),
        None => match reader.report.closest(word, variants.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write one of {allowed}"),
        },
    };
    let message = format!("`{word}` is not one of {allowed}");
    let finding = Finding::error("unknown-value", message, fix).value(word);
    let span = reader.report.span_at(place).or(node.span);
    reader.report.add_at(place, span, finding);
    Err(Failure::Reported)
}

impl<'t, 'r> EnumAccess<'t> for Choice<'t, 'r> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'t>>(self, seed: V) -> Result<(V::Value, Self), Failure> {
        let variant = BorrowedStrDeserializer::new(self.variant);
        Ok((seed.deserialize(variant)?, self))
    }
}

impl<'t> VariantAccess<'t> for Choice<'t, '_> {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        match self.content {
            Content::Nothing => Ok(()),
            Content::Node(reader) => Err(reader.wrong_type("text")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'t>>(self, seed: T) -> Result<T::Value, Failure> {
        match self.content {
            Content::Node(reader) => seed.deserialize(reader),
            Content::Nothing => {
                Err(serde::de::Error::custom("a mapping is expected here, not text"))
            }
        }
    }

    fn tuple_variant<V: Visitor<'t>>(self, _: usize, _: V) -> Result<V::Value, Failure> {
        Err(serde::de::Error::custom("a list cannot stand here"))
    }

    fn struct_variant<V: Visitor<'t>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match self.content {
            Content::Node(reader) => reader.deserialize_struct("", fields, visitor),
            Content::Nothing => {
                Err(serde::de::Error::custom("a mapping is expected here, not text"))
            }
        }
    }
}
