//! Keys of records: `user/ID`, `member/GROUP/SUBJECT` and their like, to and from text.
//!
//! ```text
//! key   = "organization" | ( "user" | "group" | "workspace" | "folder" ) "/" id
//!       | "member" "/" id "/" id | "grant" "/" id "/" id | "ledger" "/" ( "user" | "group" ) "/" id
//! id    = 1*( any character but "/" and "%" | "%" 2HEXDIG )
//! ```
//! A `%` that no two hexadecimal digits follow is taken as it stands: who writes keys by the letter of the contract
//! encodes only where there is a slash.

use std::borrow::Cow;

use super::words::Kind;

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key<'k> {
    Organization,
    Resource(Kind, Cow<'k, str>),
    Member { group: Cow<'k, str>, subject: Cow<'k, str> },
    Grant { object: Cow<'k, str>, subject: Cow<'k, str> },
    UserLoss(Cow<'k, str>),
    GroupLoss(Cow<'k, str>),
}

/// The first part of a resource's key.
pub(crate) fn section(kind: Kind) -> &'static str {
    match kind {
        Kind::Organization => "organization",
        Kind::User => "user/",
        Kind::Group => "group/",
        Kind::Workspace => "workspace/",
        Kind::Folder => "folder/",
    }
}

pub(crate) const MEMBER: &str = "member/";
pub(crate) const GRANT: &str = "grant/";
pub(crate) const USER_LOSS: &str = "ledger/user/";
pub(crate) const GROUP_LOSS: &str = "ledger/group/";

impl<'k> Key<'k> {
    /// Reads a key; `None` where it is none.
    pub(crate) fn parse(text: &'k str) -> Option<Self> {
        if text == section(Kind::Organization) {
            return Some(Key::Organization);
        }
        let (name, rest) = text.split_once('/')?;
        let kind = match name {
            "member" | "grant" => {
                let (container, subject) = rest.split_once('/')?;
                let (container, subject) = (decoded(container)?, decoded(subject)?);
                return Some(match name {
                    "member" => Key::Member { group: container, subject },
                    _ => Key::Grant { object: container, subject },
                });
            }
            "user" => Kind::User,
            "group" => Kind::Group,
            "workspace" => Kind::Workspace,
            "folder" => Kind::Folder,
            "ledger" => {
                let (name, id) = rest.split_once('/')?;
                return match name {
                    "user" => Some(Key::UserLoss(decoded(id)?)),
                    "group" => Some(Key::GroupLoss(decoded(id)?)),
                    _ => None,
                };
            }
            _ => return None,
        };
        Some(Key::Resource(kind, decoded(rest)?))
    }

    /// The key as it is written.
    pub(crate) fn text(&self) -> String {
        let one = |section: &str, id: &str| [section, &encoded(id)].concat();
        let two = |section: &str, container: &str, subject: &str| [section, &encoded(container), "/", &encoded(subject)].concat();
        match self {
            Key::Organization => section(Kind::Organization).into(),
            Key::Resource(kind, id) => one(section(*kind), id),
            Key::Member { group, subject } => two(MEMBER, group, subject),
            Key::Grant { object, subject } => two(GRANT, object, subject),
            Key::UserLoss(id) => one(USER_LOSS, id),
            Key::GroupLoss(id) => one(GROUP_LOSS, id),
        }
    }
}

/// An identifier as keys write it.
pub(crate) fn encoded(id: &str) -> Cow<'_, str> {
    if id.bytes().any(|byte| matches!(byte, b'/' | b'%')) { id.replace('%', "%25").replace('/', "%2F").into() } else { id.into() }
}

fn decoded(text: &str) -> Option<Cow<'_, str>> {
    let (mut slash, mut percent) = (false, false);
    for byte in text.bytes() {
        slash |= byte == b'/';
        percent |= byte == b'%';
    }
    if text.is_empty() || slash {
        return None;
    }
    if !percent {
        return Some(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (*byte == b'%').then(|| after.split_first_chunk::<2>()).flatten() {
            Some(([high, low], beyond)) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
                bytes.push(digit(*high) << 4 | digit(*low));
                rest = beyond;
            }
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back() {
        for id in ["u1", "a/b", "100%", "%2F", "%", "é/ß", "\"q\"", " ", "a%b/c%2", "🙂"] {
            for key in [
                Key::Organization,
                Key::Resource(Kind::User, id.into()),
                Key::Resource(Kind::Folder, id.into()),
                Key::Member { group: id.into(), subject: "s/".into() },
                Key::Grant { object: "/".into(), subject: id.into() },
                Key::UserLoss(id.into()),
                Key::GroupLoss(id.into()),
            ] {
                let text = key.text();
                assert_eq!(Key::parse(&text), Some(key), "{text}");
            }
        }
        assert_eq!(Key::Resource(Kind::User, "a/b%".into()).text(), "user/a%2Fb%25");
        assert_eq!(Key::parse("user/%41%e2%82%AC%zz%4"), Some(Key::Resource(Kind::User, "A€%zz%4".into())));
        for bad in [
            "",
            "user",
            "user/",
            "users/1",
            "user/a/b",
            "member/g",
            "member/g/",
            "member//s",
            "grant/o/s/t",
            "ledger/user",
            "ledger/user/",
            "ledger/x/1",
            "organization/",
            "organization/1",
            "User/1",
            "user/%ff",
            "/",
            "/user/1",
        ] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
    }
}
