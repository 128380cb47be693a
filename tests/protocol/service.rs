//! A service with a few people in it, asked one request at a time.

use scim_policy::Organization;
use scim_policy::protocol::{Actor, Context, Method, Request};
use serde_json::{Value, json};

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub const WORKSPACE: &str = "urn:scim-policy:schemas:1.0:Workspace";
pub const FOLDER: &str = "urn:scim-policy:schemas:1.0:Folder";
pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
pub const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
pub const BASE: &str = "https://scim.acme.example/v2";

/// A request, and who sends it.
pub struct Ask {
    request: Request,
    actor: Actor,
}

fn ask(method: Method, path: &str, body: Option<Vec<u8>>) -> Ask {
    let mut request = Request::new(method, path);
    request.body = body;
    Ask { request, actor: Actor::IdentityProvider }
}

pub fn get(path: &str) -> Ask {
    ask(Method::Get, path, None)
}

pub fn delete(path: &str) -> Ask {
    ask(Method::Delete, path, None)
}

pub fn post(path: &str, body: Value) -> Ask {
    ask(Method::Post, path, Some(body.to_string().into_bytes()))
}

pub fn put(path: &str, body: Value) -> Ask {
    ask(Method::Put, path, Some(body.to_string().into_bytes()))
}

/// A PATCH of these operations.
pub fn patch(path: &str, operations: Value) -> Ask {
    let body = json!({"schemas": [PATCH_OP], "Operations": operations});
    ask(Method::Patch, path, Some(body.to_string().into_bytes()))
}

pub fn send(method: &str, path: &str, text: &str) -> Ask {
    ask(Method::named(method).unwrap(), path, Some(text.as_bytes().to_vec()))
}

impl Ask {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.request.headers.push((name.into(), value.into()));
        self
    }

    pub fn by_system(mut self) -> Self {
        self.actor = Actor::System { on_behalf_of: None };
        self
    }

    pub fn by(mut self, user: &str) -> Self {
        self.actor = Actor::User { id: user.into() };
        self
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    headers: Vec<(&'static str, String)>,
    pub text: Option<String>,
    pub body: Value,
    asked: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.body);
        if status >= 400 {
            assert_eq!(self.body["schemas"], json!([ERROR]), "{}: every error has the body of RFC 7644 §3.12", self.asked);
            assert_eq!(self.body["status"], json!(status.to_string()), "{}: the status is a string", self.asked);
            assert!(self.body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{}: {}", self.asked, self.body);
            assert_eq!(self.header("content-type"), Some("application/scim+json"), "{}", self.asked);
        }
        self
    }

    /// An error with that scimType.
    #[track_caller]
    pub fn fails(self, status: u16, scim_type: &str) -> Self {
        let answer = self.is(status);
        assert_eq!(answer.body["scimType"], json!(scim_type), "{}: {}", answer.asked, answer.body);
        answer
    }

    /// The ids of a list, in its order.
    #[track_caller]
    pub fn ids(&self) -> Vec<&str> {
        assert_eq!(self.status, 200, "{}: {}", self.asked, self.body);
        self.body["Resources"].as_array().unwrap().iter().map(|resource| resource["id"].as_str().unwrap()).collect()
    }
}

pub struct Service {
    pub organization: Organization,
    made: u32,
    /// Milliseconds; every request comes a second after the one before.
    pub now: i64,
}

impl Service {
    pub fn with(config: Value) -> Self {
        let mut config = config;
        config["baseUrl"] = json!(BASE);
        Self { organization: Organization::from_json(&config.to_string()).unwrap(), made: 0, now: 1_767_225_600_000 }
    }

    /// Ann (u1), Bob (u2) and Cyd (u3); Staff (g4) holds Ann and Bob, All (g5) holds Staff.
    pub fn new() -> Self {
        let mut service = Self::with(json!({}));
        let ann = json!({
            "schemas": [USER, ENTERPRISE], "userName": "Ann", "externalId": "X1", "title": "Lead",
            "name": {"familyName": "Zimt", "givenName": "Ann"},
            "emails": [{"value": "ann@home.example", "type": "home"}, {"value": "Ann@Acme.example", "type": "work", "primary": true}],
            ENTERPRISE: {"department": "Ores", "manager": {"value": "2"}},
        });
        service.ask(post("/Users", ann)).is(201);
        service.ask(post("/Users", json!({"schemas": [USER], "userName": "bob", "name": {"familyName": "adler"}}))).is(201);
        service.ask(post("/Users", json!({"schemas": [USER], "userName": "Cyd"}))).is(201);
        let staff = json!({"schemas": [GROUP], "displayName": "Staff", "members": [{"value": "1"}, {"value": "2"}]});
        service.ask(post("/Groups", staff)).is(201);
        service.ask(post("/Groups", json!({"schemas": [GROUP], "displayName": "All", "members": [{"value": "4"}]}))).is(201);
        service
    }

    pub fn ask(&mut self, ask: Ask) -> Answer {
        let asked = format!("{} {}", ask.request.method.name(), ask.request.path);
        self.now += 1000;
        let context = Context { now: self.now, actor: ask.actor, ..Context::default() };
        let made = &mut self.made;
        let mut new_id = || {
            *made += 1;
            Ok(made.to_string())
        };
        let response = self.organization.handle(ask.request, &context, &mut new_id).unwrap().response;
        let body = response.body.as_deref().map_or(Value::Null, |body| serde_json::from_str(body).expect("a JSON body"));
        Answer { status: response.status, headers: response.headers, text: response.body, body, asked }
    }

    /// Asks, and asserts that nothing has changed.
    #[track_caller]
    pub fn refused(&mut self, ask: Ask, status: u16) -> Answer {
        let version = self.organization.version();
        let answer = self.ask(ask).is(status);
        assert_eq!(self.organization.version(), version, "{}: a refused request changes nothing", answer.asked);
        answer
    }
}

/// Text for a query.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
