//! Ids and audience tags, remembered under kind and name.

use sqlx::{Row, Sqlite, Transaction};

use crate::open::commit;
use crate::{Store, StoreError};

/// A resource whose id is wanted, with the values to use if nothing is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The kind of resource.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The id that the config gives, if it does.
    pub given_id: Option<String>,
    /// The id it gets if none is given or remembered.
    pub fresh_id: String,
    /// The audience tag it gets if none is remembered; `None` for kinds without one.
    pub fresh_aud: Option<String>,
}

/// What is remembered of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// The id.
    pub id: String,
    /// The audience tag.
    pub aud: Option<String>,
}

impl Store {
    /// The identifiers of resources, in their order; what is new is remembered before this returns.
    ///
    /// With a given id, the resource is the one with that id: its name may have changed, its audience tag stays. Where the name
    /// was remembered without its id having been given, the given id takes that resource over. Without a given id, it is the one with that
    /// name, or a new one.
    ///
    /// # Errors
    /// The database cannot be used.
    pub async fn remember_all(&self, wanted: &[Wanted]) -> Result<Vec<Identifier>, StoreError> {
        let mut write = self.write().await?;
        let mut found = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            found.push(remember(&mut write, wanted).await?);
        }
        commit(write).await?;
        Ok(found)
    }
}

async fn remember(
    write: &mut Transaction<'static, Sqlite>,
    wanted: &Wanted,
) -> Result<Identifier, StoreError> {
    if let Some(id) = &wanted.given_id
        && let Some(aud) = find(
            write,
            "SELECT aud, id FROM identifiers WHERE kind = ? AND id = ?",
            wanted.kind,
            id,
        )
        .await?
    {
        rename(write, wanted, id, id).await?;
        return Ok(Identifier { id: id.clone(), aud: aud.aud });
    }
    let by_name = "SELECT aud, id FROM identifiers WHERE kind = ? AND name = ?";
    if let Some(known) = find(write, by_name, wanted.kind, &wanted.name).await? {
        if let Some(id) = &wanted.given_id {
            rename(write, wanted, &known.id, id).await?;
            return Ok(Identifier { id: id.clone(), aud: known.aud });
        }
        return Ok(known);
    }
    let id = wanted.given_id.as_ref().unwrap_or(&wanted.fresh_id).clone();
    sqlx::query("INSERT INTO identifiers (kind, name, id, aud) VALUES (?, ?, ?, ?)")
        .bind(wanted.kind)
        .bind(&wanted.name)
        .bind(&id)
        .bind(&wanted.fresh_aud)
        .execute(&mut **write)
        .await
        .map_err(StoreError::of("remembering an id"))?;
    Ok(Identifier { id, aud: wanted.fresh_aud.clone() })
}

async fn find(
    write: &mut Transaction<'static, Sqlite>,
    query: &'static str,
    kind: &str,
    key: &str,
) -> Result<Option<Identifier>, StoreError> {
    let row = sqlx::query(query).bind(kind).bind(key).fetch_optional(&mut **write).await;
    let row = row.map_err(StoreError::of("looking an id up"))?;
    Ok(row.map(|row| Identifier { id: row.get("id"), aud: row.get("aud") }))
}

async fn rename(
    write: &mut Transaction<'static, Sqlite>,
    wanted: &Wanted,
    old_id: &str,
    id: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE identifiers SET name = ?, id = ? WHERE kind = ? AND id = ?")
        .bind(&wanted.name)
        .bind(id)
        .bind(wanted.kind)
        .bind(old_id)
        .execute(&mut **write)
        .await
        .map(|_| ())
        .map_err(StoreError::of("remembering a name"))
}
