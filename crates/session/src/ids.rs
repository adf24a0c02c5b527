//! Ids of sessions in their short form: memory has millions of them.

use uuid::Uuid;

/// An id as the gateway makes them. Another spelling of one is none, so that each has one text.
pub(crate) fn id_of(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    (id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn an_id_has_one_spelling() {
        let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        assert_eq!(id_of(id).unwrap().to_string(), id);
        for other in [
            "",
            "67E55044-10B1-426F-9247-BB680E5FE0C8",
            "67e5504410b1426f9247bb680e5fe0c8",
            "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
            "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
        ] {
            assert_eq!(id_of(other), None, "{other:?}");
        }
    }
}
