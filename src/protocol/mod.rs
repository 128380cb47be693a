//! One SCIM request -> one answer: endpoints, queries, conditions, bulk, discovery (RFC 7644 §3, §4; RFC 9865).
//!
//! What the RFCs demand of a service provider stands in `tests/rfc7644.md`, each statement with the test that shows it.
//!
//! ```
//! use scim_policy::protocol::{Context, Method, Request};
//!
//! let mut organization = scim_policy::Organization::from_json(r#"{"baseUrl": "https://acme.example/scim"}"#)?;
//! let mut ask = |method, path: &str, body: &str| {
//!     let request = Request::new(method, path).with_body(body);
//!     Ok::<_, scim_policy::ScimError>(organization.handle(request, &Context::default(), &mut || Ok("ann".to_owned()))?.response)
//! };
//! let user = r#"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann@acme.example"}"#;
//! let made = ask(Method::Post, "/Users", user)?;
//! assert_eq!(made.status, 201);
//! assert!(made.headers.contains(&("location", "https://acme.example/scim/Users/ann".to_owned())));
//! assert_eq!(ask(Method::Post, "/Users", user)?.status, 409);
//! assert!(ask(Method::Get, "/Users?filter=userName+eq+%22ANN@acme.example%22", "")?.body.unwrap().contains("\"totalResults\":1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bounds;
mod bulk;
mod defaults;
mod discovery;
mod exchange;
mod list;
mod members;
mod order;
mod projection;
mod query;
mod representation;
mod request;
mod sieve;
mod target;
mod unique;
mod write;

pub(crate) use exchange::{Exchange, Stop, refusal};
pub(crate) use request::HEADERS;
pub use request::{Actor, Context, Method, Request, Response};
pub(crate) use target::{encoded, endpoint};
