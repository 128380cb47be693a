//! A SCIM request with the transport taken away, who asks it, and the answer.

use serde::Deserialize;

use crate::dialect::Dialect;
use crate::org::{Guard, Time};

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
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
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
        #[serde(default, rename = "onBehalfOf")]
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
