//! A SCIM request with the transport taken away, who asks it, and the answer.

use crate::dialect::Dialect;
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::{Json, Unfit};
use crate::org::{Guard, Time};
use crate::resource::value::date_time;

/// An HTTP method that SCIM has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The method of that name, in upper case as HTTP has it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "GET" => Self::Get,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            _ => return None,
        })
    }

    /// The method's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Relative to the SCIM root, with the query.
    pub path: String,
    /// Names in any case.
    pub headers: Vec<(String, String)>,
    /// The body as received.
    pub body: Option<Vec<u8>>,
    /// The id that a POST of an inverse brings back; the system actor's alone.
    pub id: Option<String>,
}

impl Request {
    /// A request without headers or body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: None, id: None }
    }

    /// The same with a body.
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// All headers that answers have.
pub(crate) const HEADERS: [&str; 4] = ["content-type", "etag", "location", "allow"];

/// An answer, ready to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// JSON text.
    pub body: Option<String>,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Actor {
    /// Sees Users, Groups and discovery, while the organization has SCIM.
    #[default]
    IdentityProvider,
    /// Acts with that user's own capabilities.
    User {
        /// The user's id.
        id: String,
    },
    /// May do all.
    System {
        /// The person it acts for.
        on_behalf_of: Option<String>,
    },
}

/// Under which circumstances requests are planned. Nothing else comes from outside.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Milliseconds since 1970.
    pub now: Time,
    /// Who asks.
    pub actor: Actor,
    /// Whose habits are tolerated; by default as the organization is set up.
    pub dialect: Option<Dialect>,
    /// Guards an administrator has overridden for this plan.
    pub approve: Vec<Guard>,
    /// Guards whose earlier holds nobody has decided yet.
    pub unresolved: Vec<Guard>,
    /// The first refused request refuses the plan.
    pub atomic: bool,
    /// The version the organization has to be at.
    pub expect: Option<String>,
    /// Access changes listed at most.
    pub access_limit: Option<u32>,
}

/// The first and the last milliseconds of the years 0 to 9999.
const FIRST: Time = -62_167_219_200_000;
const LAST: Time = 253_402_300_799_999;

impl Actor {
    fn read(given: Option<&Json<'_>>) -> Result<Actor, Unfit> {
        let Some(given) = given else { return Ok(Actor::IdentityProvider) };
        match given.text_at("kind")?.as_deref() {
            Some("identityProvider") => Ok(Actor::IdentityProvider),
            Some("user") => Ok(Actor::User { id: given.text_at("id")?.ok_or_else(|| Unfit::missing("id"))? }),
            Some("system") => Ok(Actor::System { on_behalf_of: given.text_at("onBehalfOf")? }),
            _ => Err(Unfit::kind()),
        }
    }
}

impl Context {
    /// Reads the options of a plan as the JavaScript contract has them, and the ids that were given out for it before.
    pub fn from_json(json: &str) -> Result<(Self, Vec<String>), ScimError> {
        let invalid = |detail: String| ScimError::new(400, Some(ScimType::InvalidValue), detail);
        let unreadable = |error: &dyn std::fmt::Display| invalid(format!("the context cannot be read: {error}"));
        let options = Json::parse(json).map_err(|error| unreadable(&error))?;
        let word = |name| options.text_at(name).map_err(|error| unreadable(&error));
        let words = |name| options.texts_at(name).map_err(|error| unreadable(&error)).map(Option::unwrap_or_default);
        let now = match options.member("now") {
            Some(milliseconds @ Json::Number(_)) => milliseconds.as_number().filter(|now| (FIRST..=LAST).contains(now)),
            _ => word("now")?.and_then(|now| date_time(&now)).map(|(now, _)| now),
        };
        let now = now.ok_or_else(|| invalid("`now` is no time".into()))?;
        let dialect = match word("dialect")? {
            None => None,
            Some(name) => Some(Dialect::named(&name).ok_or_else(|| unreadable(&"`dialect` must be rfc, entra or okta"))?),
        };
        let access_limit = options.number_at("accessLimit").map_err(|error| unreadable(&error))?;
        let guards = |names: Vec<String>| {
            names
                .into_iter()
                .map(|name| Guard::named(&name).ok_or_else(|| invalid(format!("`{name}` is no guard"))))
                .collect::<Result<Vec<_>, _>>()
        };
        let context = Self {
            now,
            actor: Actor::read(options.member("actor")).map_err(|error| unreadable(&error))?,
            dialect,
            approve: guards(words("approve")?)?,
            unresolved: guards(words("unresolved")?)?,
            atomic: options.flag_at("atomic").map_err(|error| unreadable(&error))?,
            expect: word("expect")?,
            access_limit: access_limit.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX)),
        };
        Ok((context, words("ids")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_are_read() {
        let (context, ids) = Context::from_json(
            r#"{"now":"2026-01-02T03:04:05Z","actor":{"kind":"system","onBehalfOf":"ann"},"dialect":"okta","approve":["massLoss"],
                "atomic":true,"expect":"v","accessLimit":7,"ids":["a"]}"#,
        )
        .unwrap();
        assert_eq!(context.actor, Actor::System { on_behalf_of: Some("ann".into()) });
        assert_eq!((context.dialect, context.atomic, context.access_limit), (Some(Dialect::Okta), true, Some(7)));
        assert_eq!((context.approve, ids), (vec![Guard::MassLoss], vec!["a".to_owned()]));
        for now in ["-62167219200000", "1767322985000", "253402300799999"] {
            let (context, _) = Context::from_json(&format!("{{\"now\":{now}}}")).unwrap();
            assert_eq!(context.now.to_string(), now);
        }
        for (json, detail) in [
            ("", "the context cannot be read: expected a value at byte 0"),
            ("{}", "`now` is no time"),
            (r#"{"now":true}"#, "the context cannot be read: `now` must be a string"),
            (r#"{"now":1e400}"#, "`now` is no time"),
            (r#"{"now":253402300800000}"#, "`now` is no time"),
            (
                r#"{"now":"2026-01-02T03:04:05Z","actor":{"kind":"x"}}"#,
                "the context cannot be read: `actor.kind` must be identityProvider, user or system",
            ),
            (r#"{"now":"2026-01-02T03:04:05Z","approve":["x"]}"#, "`x` is no guard"),
        ] {
            assert_eq!(Context::from_json(json).unwrap_err().detail, detail);
        }
    }
}
