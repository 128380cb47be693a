//! Identifiers as SCIM writes them, and the numbers that everything else is kept by.

use hashbrown::HashTable;
use siphasher::sip::SipHasher13;
use std::borrow::Cow;
use std::hash::Hasher;

use super::edges::CONTAINER;
use super::key::encoded;
use super::words::{Id, Kind};
use crate::resource::{Writer, push_uuid, uuid_of, uuid_text};

/// An identifier as keys of records write it, made to be compared.
#[derive(Clone, Debug)]
pub(crate) enum KeyText<'n> {
    Uuid(&'n [u8; 16]),
    Text(Cow<'n, str>),
}

/// What an identifier is looked up among: a user and a group of one name are two things, a workspace and a folder are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    Organization,
    User,
    Group,
    Object,
}

impl Class {
    pub(crate) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Organization => Class::Organization,
            Kind::User => Class::User,
            Kind::Group => Class::Group,
            Kind::Workspace | Kind::Folder => Class::Object,
        }
    }
}

impl Class {
    /// The other class that a subject of the same text may have.
    pub(crate) fn twin(self) -> Option<Self> {
        match self {
            Class::User => Some(Class::Group),
            Class::Group => Some(Class::User),
            Class::Organization | Class::Object => None,
        }
    }
}

/// A stable 64-bit hash of text, keyed by what it is of.
pub(crate) fn hash_text(key: u64, text: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(key, 0x5c1a);
    hasher.write(text);
    hasher.finish()
}

#[derive(Clone, Debug)]
enum Text {
    Vacant,
    Uuid([u8; 16]),
    Other(Box<str>),
}

#[derive(Clone, Debug)]
struct Name {
    class: Class,
    text: Text,
}

/// All identifiers of an organization, each once.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    names: Vec<Name>,
    hashes: Vec<u64>,
    table: HashTable<u32>,
    /// Numbers that may be given out again, the next one last.
    free: Vec<u32>,
    /// How many texts are a user's and a group's at once. Hardly ever any: what must look for twins asks this first.
    twins: usize,
}

/// The id of the one Organization resource.
pub(crate) const ORGANIZATION: &str = "organization";

impl Names {
    pub(crate) fn new() -> Self {
        let mut names = Self { names: Vec::new(), hashes: Vec::new(), table: HashTable::new(), free: Vec::new(), twins: 0 };
        names.intern(Class::Organization, ORGANIZATION);
        names
    }

    pub(crate) fn hash(class: Class, text: &str) -> u64 {
        match uuid_of(text) {
            Some(uuid) => Self::hash_uuid(class, &uuid),
            None => hash_text(class as u64, text.as_bytes()),
        }
    }

    pub(crate) fn hash_uuid(class: Class, uuid: &[u8; 16]) -> u64 {
        hash_text(class as u64 | 0x100, uuid)
    }

    pub(crate) fn find(&self, class: Class, text: &str) -> Option<Id> {
        if let Some(uuid) = uuid_of(text) {
            return self.find_uuid(class, &uuid);
        }
        let same = |id: &u32| {
            self.names.get(*id as usize).is_some_and(|name| name.class == class && matches!(&name.text, Text::Other(own) if **own == *text))
        };
        self.table.find(hash_text(class as u64, text.as_bytes()), same).map(|id| Id(*id))
    }

    fn find_uuid(&self, class: Class, uuid: &[u8; 16]) -> Option<Id> {
        self.find_hashed(class, uuid, Self::hash_uuid(class, uuid))
    }

    /// The same, where the hash is known.
    pub(crate) fn find_hashed(&self, class: Class, uuid: &[u8; 16], hash: u64) -> Option<Id> {
        let same = |id: &u32| {
            self.names.get(*id as usize).is_some_and(|name| name.class == class && matches!(&name.text, Text::Uuid(own) if own == uuid))
        };
        self.table.find(hash, same).map(|id| Id(*id))
    }

    /// Whether a user and a group have one text.
    pub(crate) fn has_twins(&self) -> bool {
        self.twins > 0
    }

    /// The group of a user's text, or the user of a group's.
    pub(crate) fn twin(&self, class: Class, text: &str) -> Option<Id> {
        if self.twins == 0 { None } else { self.find(class.twin()?, text) }
    }

    /// The number of an identifier, given to it now if it has none.
    pub(crate) fn intern(&mut self, class: Class, text: &str) -> Id {
        self.find(class, text).unwrap_or_else(|| self.add(class, text))
    }

    /// Gives a new identifier its number: that of [`Self::upcoming`]`(0)`.
    pub(crate) fn add(&mut self, class: Class, text: &str) -> Id {
        self.twins += usize::from(class.twin().is_some_and(|twin| self.find(twin, text).is_some()));
        match uuid_of(text) {
            Some(uuid) => self.insert(class, Text::Uuid(uuid), Self::hash_uuid(class, &uuid)),
            None => self.insert(class, Text::Other(text.into()), hash_text(class as u64, text.as_bytes())),
        }
    }

    /// The number of a UUID whose hash is known, given to it now if it has none.
    pub(crate) fn intern_hashed(&mut self, class: Class, uuid: &[u8; 16], hash: u64) -> Id {
        if let Some(id) = self.find_hashed(class, uuid, hash) {
            return id;
        }
        self.twins += usize::from(class.twin().is_some_and(|twin| self.find_uuid(twin, uuid).is_some()));
        self.insert(class, Text::Uuid(*uuid), hash)
    }

    fn insert(&mut self, class: Class, text: Text, hash: u64) -> Id {
        let name = Name { class, text };
        let id = match self.free.pop() {
            Some(id) => {
                if let (Some(slot), Some(old)) = (self.names.get_mut(id as usize), self.hashes.get_mut(id as usize)) {
                    *slot = name;
                    *old = hash;
                }
                id
            }
            None => {
                self.names.push(name);
                self.hashes.push(hash);
                (self.names.len() - 1) as u32
            }
        };
        let hashes = &self.hashes;
        self.table.insert_unique(hash, id, |id| hashes.get(*id as usize).copied().unwrap_or(0));
        Id(id)
    }

    /// The number that the `n`th identifier added from now on will get.
    pub(crate) fn upcoming(&self, n: usize) -> Id {
        match self.free.len().checked_sub(n + 1).and_then(|at| self.free.get(at)) {
            Some(id) => Id(*id),
            None => Id((self.names.len() + n - self.free.len()) as u32),
        }
    }

    /// The inverse of [`Self::upcoming`], for a number that no identifier has.
    pub(crate) fn upcoming_at(&self, id: Id) -> Option<usize> {
        match (id.0 as usize).checked_sub(self.names.len()) {
            Some(beyond) => Some(beyond + self.free.len()),
            None => self.free.iter().rev().position(|free| *free == id.0),
        }
    }

    /// Forgets an identifier that nothing refers to any more.
    pub(crate) fn release(&mut self, id: Id) {
        let hash = self.hash_of(id);
        let twin = self.class(id).filter(|_| self.twins > 0).is_some_and(|class| self.twin(class, &self.text(id)).is_some());
        if let Ok(entry) = self.table.find_entry(hash, |other| *other == id.0) {
            entry.remove();
            self.twins -= usize::from(twin);
            if let Some(name) = self.names.get_mut(id.0 as usize) {
                name.text = Text::Vacant;
            }
            self.free.push(id.0);
        }
    }

    /// The identifier's text.
    pub(crate) fn text(&self, id: Id) -> Cow<'_, str> {
        match self.names.get(id.0 as usize).map(|name| &name.text) {
            Some(Text::Uuid(uuid)) => {
                let mut text = String::with_capacity(36);
                push_uuid(uuid, &mut text);
                text.into()
            }
            Some(Text::Other(text)) => Cow::Borrowed(text),
            Some(Text::Vacant) | None => "".into(),
        }
    }

    /// The bytes of an identifier that is a UUID.
    pub(crate) fn uuid(&self, id: Id) -> Option<&[u8; 16]> {
        match self.names.get(id.0 as usize).map(|name| &name.text) {
            Some(Text::Uuid(uuid)) => Some(uuid),
            _ => None,
        }
    }

    /// Puts identifiers in the order of the first bytes of their UUIDs, which tell nearly all apart.
    pub(crate) fn sort_by_first_bytes(&self, ids: &mut [Id]) {
        let word = |id: &Id| match self.uuid(*id) {
            Some([a, b, c, d, e, ..]) => u64::from_be_bytes([*a, *b, *c, *d, *e, 0, 0, 0]) | u64::from(id.0),
            None => u64::from(id.0),
        };
        let mut words: Vec<u64> = ids.iter().map(word).collect();
        words.sort_unstable();
        for (id, word) in ids.iter_mut().zip(words) {
            *id = Id((word & u64::from(CONTAINER)) as u32);
        }
    }

    /// The identifier as keys of records write it.
    pub(crate) fn key_text(&self, id: Id) -> KeyText<'_> {
        match self.names.get(id.0 as usize).map(|name| &name.text) {
            Some(Text::Uuid(uuid)) => KeyText::Uuid(uuid),
            Some(Text::Other(text)) => KeyText::Text(encoded(text)),
            Some(Text::Vacant) | None => KeyText::Text("".into()),
        }
    }

    /// Writes the identifier as keys of records do, inside a JSON string.
    pub(crate) fn write_key(&self, id: Id, out: &mut Writer) {
        match self.key_text(id) {
            KeyText::Uuid(uuid) => out.push(uuid_text(uuid).as_str()),
            KeyText::Text(text) => {
                let quoted = crate::path::quoted(&text);
                out.push(quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(""));
            }
        }
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn class(&self, id: Id) -> Option<Class> {
        self.names.get(id.0 as usize).filter(|name| !matches!(name.text, Text::Vacant)).map(|name| name.class)
    }

    /// The hash of the identifier, of which those of memberships and grants are made.
    pub(crate) fn hash_of(&self, id: Id) -> u64 {
        self.hashes.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// All identifiers of a class with their numbers.
    pub(crate) fn of_class(&self, class: Class) -> impl Iterator<Item = Id> + '_ {
        (0u32..).zip(&self.names).filter(move |(_, name)| name.class == class && !matches!(name.text, Text::Vacant)).map(|(id, _)| Id(id))
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let texts: usize = self.names.iter().map(|name| if let Text::Other(text) = &name.text { text.len() + 8 } else { 0 }).sum();
        self.names.capacity() * size_of::<Name>()
            + self.hashes.capacity() * 8
            + self.table.capacity() * 5
            + self.free.capacity() * 4
            + texts
    }
}

impl KeyText<'_> {
    /// The bytes of the text; `room` is where a UUID's are written.
    pub(crate) fn bytes<'b>(&'b self, room: &'b mut [u8; 36]) -> &'b [u8] {
        match self {
            KeyText::Text(text) => text.as_bytes(),
            KeyText::Uuid(uuid) => {
                *room = uuid_text(uuid).0;
                room
            }
        }
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.bytes(&mut [0; 36]) == text.as_bytes()
    }

    pub(crate) fn is_at_most(&self, text: &str) -> bool {
        self.bytes(&mut [0; 36]) <= text.as_bytes()
    }

    /// Whether it sorts before `text`, itself followed by a slash, and `text` too if it is `ended`.
    pub(crate) fn is_below(&self, text: &str, ended: bool) -> bool {
        let mut room = [0; 36];
        self.bytes(&mut room).iter().chain(b"/").lt(text.as_bytes().iter().chain(if ended { &b"/"[..] } else { &[] }))
    }
}
