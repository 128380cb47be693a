//! Schemas, compiled: RFC 7643's and ours, and those a host adds (RFC 7643 §2.2, §4 to §7).
//!
//! A [`Registry`] turns schema documents and resource types into one flat table of attributes with
//! their characteristics. A resource type's attributes are numbered once ([`AttributeId`]); whatever
//! reads a payload afterwards compares numbers, not names.
//!
//! ```
//! use scim_policy::schema::Registry;
//!
//! let registry = Registry::builtin();
//! let user = registry.resource_type_named("User").ok_or("User is built in")?;
//! let path = scim_policy::path::parse_attribute_path("USERNAME")?;
//! let (id, _) = registry.resolve(user, &path, Default::default())?;
//! assert_eq!(registry.attribute(id).name.as_ref(), "userName");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attribute;
mod builtin;
mod compile;
mod discovery;
mod names;
mod registry;
mod resolve;
mod slots;

pub(crate) use attribute::Identity;
pub use attribute::{Attribute, AttributeId, Mutability, Returned, Type, Uniqueness};
pub use compile::SchemaError;
pub use discovery::{resource_type_document, schema_document};
pub(crate) use names::{NameKey, Names};
pub(crate) use registry::Extension;
pub use registry::{Registry, ResourceType, ResourceTypeId, Roles, Schema};
pub use resolve::ResolveError;
pub(crate) use slots::Slots;

/// The attributes every resource has (RFC 7643 §3.1), by their number in every registry.
pub mod common {
    use super::AttributeId;

    /// `schemas`
    pub const SCHEMAS: AttributeId = AttributeId(0);
    /// `id`
    pub const ID: AttributeId = AttributeId(1);
    /// `externalId`
    pub const EXTERNAL_ID: AttributeId = AttributeId(2);
    /// `meta`
    pub const META: AttributeId = AttributeId(3);
    /// `meta.resourceType`
    pub const META_RESOURCE_TYPE: AttributeId = AttributeId(4);
    /// `meta.created`
    pub const META_CREATED: AttributeId = AttributeId(5);
    /// `meta.lastModified`
    pub const META_LAST_MODIFIED: AttributeId = AttributeId(6);
    /// `meta.location`
    pub const META_LOCATION: AttributeId = AttributeId(7);
    /// `meta.version`
    pub const META_VERSION: AttributeId = AttributeId(8);
}
