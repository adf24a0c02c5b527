//! Ids and audience tags, remembered under kind and name.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

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
        let mut remembered = HashMap::new();
        let mut found = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let of_kind = match remembered.entry(wanted.kind) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    unknown.insert(OfKind::read(&mut write, wanted.kind).await?)
                }
            };
            found.push(of_kind.remember(&mut write, wanted).await?);
        }
        commit(write).await?;
        Ok(found)
    }
}

/// All that is remembered of a kind, read at once: a question to the database for each of ten thousand resources takes longer than
/// all the rest of a reload.
#[derive(Default)]
struct OfKind {
    by_name: BTreeMap<Name, Identifier>,
    by_id: HashMap<String, Name>,
}

/// A name, and how many were remembered before: names need not be unique, and the oldest is meant.
type Name = (String, usize);

impl OfKind {
    async fn read(
        write: &mut Transaction<'static, Sqlite>,
        kind: &'static str,
    ) -> Result<Self, StoreError> {
        let rows =
            sqlx::query("SELECT name, id, aud FROM identifiers WHERE kind = ? ORDER BY rowid")
                .bind(kind)
                .fetch_all(&mut **write)
                .await
                .map_err(StoreError::of("looking ids up"))?;
        let mut read = Self::default();
        for (number, row) in rows.iter().enumerate() {
            let identifier = Identifier { id: row.get("id"), aud: row.get("aud") };
            read.add((row.get("name"), number), identifier);
        }
        Ok(read)
    }

    async fn remember(
        &mut self,
        write: &mut Transaction<'static, Sqlite>,
        wanted: &Wanted,
    ) -> Result<Identifier, StoreError> {
        match self.find(wanted) {
            Some((name, known)) if name.0 == wanted.name && known.has_given_id(wanted) => {
                Ok(known.clone())
            }
            Some((name, known)) => {
                let (name, known) = (name.clone(), known.clone());
                self.rename(write, name, known, wanted).await
            }
            None => self.insert(write, wanted).await,
        }
    }

    fn find(&self, wanted: &Wanted) -> Option<(&Name, &Identifier)> {
        let by_id = wanted.given_id.as_ref().and_then(|id| self.by_id.get(id));
        match by_id {
            Some(name) => self.by_name.get_key_value(name),
            None => {
                let oldest = self.by_name.range((wanted.name.clone(), 0)..).next();
                oldest.filter(|(name, _)| name.0 == wanted.name)
            }
        }
    }

    /// Lets what is known have the wanted name, and the given id if there is one.
    async fn rename(
        &mut self,
        write: &mut Transaction<'static, Sqlite>,
        name: Name,
        known: Identifier,
        wanted: &Wanted,
    ) -> Result<Identifier, StoreError> {
        let id = wanted.given_id.as_ref().unwrap_or(&known.id).clone();
        sqlx::query("UPDATE identifiers SET name = ?, id = ? WHERE kind = ? AND id = ?")
            .bind(&wanted.name)
            .bind(&id)
            .bind(wanted.kind)
            .bind(&known.id)
            .execute(&mut **write)
            .await
            .map_err(StoreError::of("remembering a name"))?;
        self.by_name.remove(&name);
        self.by_id.remove(&known.id);
        let renamed = Identifier { id, aud: known.aud };
        self.add((wanted.name.clone(), name.1), renamed.clone());
        Ok(renamed)
    }

    async fn insert(
        &mut self,
        write: &mut Transaction<'static, Sqlite>,
        wanted: &Wanted,
    ) -> Result<Identifier, StoreError> {
        let id = wanted.given_id.as_ref().unwrap_or(&wanted.fresh_id).clone();
        sqlx::query("INSERT INTO identifiers (kind, name, id, aud) VALUES (?, ?, ?, ?)")
            .bind(wanted.kind)
            .bind(&wanted.name)
            .bind(&id)
            .bind(&wanted.fresh_aud)
            .execute(&mut **write)
            .await
            .map_err(StoreError::of("remembering an id"))?;
        let identifier = Identifier { id, aud: wanted.fresh_aud.clone() };
        self.add((wanted.name.clone(), self.by_name.len()), identifier.clone());
        Ok(identifier)
    }

    fn add(&mut self, name: Name, identifier: Identifier) {
        self.by_id.insert(identifier.id.clone(), name.clone());
        self.by_name.insert(name, identifier);
    }
}

impl Identifier {
    /// Whether it has the given id, if there is one.
    fn has_given_id(&self, wanted: &Wanted) -> bool {
        wanted.given_id.as_ref().is_none_or(|id| *id == self.id)
    }
}
