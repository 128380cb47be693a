//! What this service provider supports, told as it is (RFC 7644 §4, RFC 7643 §5 to §7, RFC 9865 §3).

use super::exchange::{Answer, Exchange, not_found};
use super::request::{Actor, Response};
use super::target::{Address, Target};
use crate::error::ScimError;
use crate::json::Json;
use crate::org::Kind;
use crate::schema::{ResourceTypeId, Schema, resource_type_document, schema_document};

impl Exchange<'_, '_> {
    pub(crate) fn discover(&mut self, address: &Address) -> Answer<Response> {
        // A filter is refused, since what may be discovered is not queried (RFC 7644 §4).
        if address.query.iter().any(|(name, _)| name.eq_ignore_ascii_case("filter")) {
            return Err(ScimError::new(403, None, "discovery takes no filter").into());
        }
        let base_url = &self.draft.org.config.base_url;
        let document = match &address.target {
            Target::ResourceTypes(None) => list(&self.types().into_iter().map(|id| self.type_document(id)).collect::<Vec<_>>()),
            Target::ResourceTypes(Some(name)) => {
                let found = self.types().into_iter().find(|id| *self.draft.org.config.registry.resource_type(*id).name == **name);
                self.type_document(found.ok_or_else(|| not_found(format!("resource type `{name}` does not exist")))?)
            }
            Target::Schemas(None) => list(&self.schemas().into_iter().map(|schema| schema_document(schema, base_url)).collect::<Vec<_>>()),
            Target::Schemas(Some(urn)) => {
                let found = self.schemas().into_iter().find(|schema| schema.id.eq_ignore_ascii_case(urn));
                schema_document(found.ok_or_else(|| not_found(format!("schema `{urn}` does not exist")))?, base_url)
            }
            _ => self.configuration(),
        };
        Ok(Response { status: 200, headers: vec![("content-type", "application/scim+json".to_owned())], body: Some(document) })
    }

    /// The resource types that the actor sees.
    fn types(&self) -> Vec<ResourceTypeId> {
        let kinds: &[Kind] = match self.context.actor {
            Actor::IdentityProvider => &[Kind::User, Kind::Group],
            _ => &[Kind::User, Kind::Group, Kind::Workspace, Kind::Folder, Kind::Organization],
        };
        kinds.iter().map(|kind| self.draft.org.type_of(*kind)).collect()
    }

    fn type_document(&self, id: ResourceTypeId) -> String {
        let config = &self.draft.org.config;
        resource_type_document(config.registry.resource_type(id), &config.base_url)
    }

    fn schemas(&self) -> Vec<&Schema> {
        let registry = &self.draft.org.config.registry;
        let mut urns: Vec<&str> = Vec::new();
        for id in self.types() {
            let found = registry.resource_type(id);
            urns.push(&found.schema);
            urns.extend(found.extensions.iter().map(|extension| extension.schema.as_ref()));
        }
        urns.extend(["ServiceProviderConfig", "ResourceType", "Schema"].iter().filter_map(|name| {
            let id = registry.resource_type_named(name)?;
            Some(registry.resource_type(id).schema.as_ref())
        }));
        urns.into_iter().filter_map(|urn| registry.schema(urn)).collect()
    }

    fn configuration(&self) -> String {
        let config = &self.draft.org.config;
        let limits = &config.limits;
        let flag = |supported: bool| Json::object([("supported", Json::Flag(supported))]);
        Json::object([
            ("schemas", Json::List(vec![Json::text("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig")])),
            ("patch", flag(true)),
            (
                "bulk",
                Json::object([
                    ("supported", Json::Flag(true)),
                    ("maxOperations", Json::number(limits.bulk_operations)),
                    ("maxPayloadSize", Json::number(limits.payload_bytes)),
                ]),
            ),
            ("filter", Json::object([("supported", Json::Flag(true)), ("maxResults", Json::number(limits.page_size))])),
            ("changePassword", flag(false)),
            ("sort", flag(true)),
            ("etag", flag(true)),
            (
                "pagination",
                Json::object([
                    ("cursor", Json::Flag(true)),
                    ("index", Json::Flag(true)),
                    ("defaultPaginationMethod", Json::text("index")),
                    ("defaultPageSize", Json::number(limits.page_size.min(100))),
                    ("maxPageSize", Json::number(limits.page_size)),
                ]),
            ),
            (
                "authenticationSchemes",
                Json::List(vec![Json::object([
                    ("type", Json::text("oauthbearertoken")),
                    ("name", Json::text("Bearer token")),
                    ("description", Json::text("A token that the administrator made, in the Authorization header")),
                    ("specUri", Json::text("https://www.rfc-editor.org/info/rfc6750")),
                    ("primary", Json::Flag(true)),
                ])]),
            ),
            (
                "meta",
                Json::object([
                    ("resourceType", Json::text("ServiceProviderConfig")),
                    ("location", Json::text(format!("{}/ServiceProviderConfig", config.base_url))),
                ]),
            ),
        ])
        .to_string()
    }
}

/// A ListResponse of documents that are text already.
fn list(resources: &[String]) -> String {
    let count = resources.len();
    format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":{count},\"itemsPerPage\":{count},\
         \"startIndex\":1,\"Resources\":[{}]}}",
        resources.join(",")
    )
}
