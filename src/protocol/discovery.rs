//! What this service provider supports, told as it is (RFC 7644 §4, RFC 7643 §5 to §7, RFC 9865 §3).

use serde_json::{Value, json};

use super::exchange::{Answer, Exchange, not_found};
use super::request::{Actor, Response};
use super::target::{Address, Target};
use crate::error::ScimError;
use crate::org::Kind;
use crate::schema::{ResourceTypeId, resource_type_document, schema_document};

impl Exchange<'_, '_> {
    pub(crate) fn discover(&mut self, address: &Address) -> Answer<Response> {
        // A filter is refused, since what may be discovered is not queried (RFC 7644 §4).
        if address.query.iter().any(|(name, _)| name.eq_ignore_ascii_case("filter")) {
            return Err(ScimError::new(403, None, "discovery takes no filter").into());
        }
        let document = match &address.target {
            Target::ResourceTypes(None) => list(self.types().into_iter().map(|id| self.type_document(id)).collect()),
            Target::ResourceTypes(Some(name)) => {
                let found = self.types().into_iter().find(|id| *self.draft.org.config.registry.resource_type(*id).name == **name);
                self.type_document(found.ok_or_else(|| not_found(format!("resource type `{name}` does not exist")))?)
            }
            Target::Schemas(None) => list(self.schemas()),
            Target::Schemas(Some(urn)) => {
                let found = self
                    .schemas()
                    .into_iter()
                    .find(|schema| schema.get("id").and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(urn)));
                found.ok_or_else(|| not_found(format!("schema `{urn}` does not exist")))?
            }
            _ => self.configuration(),
        };
        Ok(Response { status: 200, headers: vec![("content-type", "application/scim+json".to_owned())], body: Some(document.to_string()) })
    }

    /// The resource types that the actor sees.
    fn types(&self) -> Vec<ResourceTypeId> {
        let kinds: &[Kind] = match self.context.actor {
            Actor::IdentityProvider => &[Kind::User, Kind::Group],
            _ => &[Kind::User, Kind::Group, Kind::Workspace, Kind::Folder, Kind::Organization],
        };
        kinds.iter().map(|kind| self.draft.org.type_of(*kind)).collect()
    }

    fn type_document(&self, id: ResourceTypeId) -> Value {
        let config = &self.draft.org.config;
        resource_type_document(config.registry.resource_type(id), &config.base_url)
    }

    fn schemas(&self) -> Vec<Value> {
        let config = &self.draft.org.config;
        let mut urns: Vec<&str> = Vec::new();
        for id in self.types() {
            let found = config.registry.resource_type(id);
            urns.push(&found.schema);
            urns.extend(found.extensions.iter().map(|extension| extension.schema.as_ref()));
        }
        urns.extend(["ServiceProviderConfig", "ResourceType", "Schema"].iter().filter_map(|name| {
            let id = config.registry.resource_type_named(name)?;
            Some(config.registry.resource_type(id).schema.as_ref())
        }));
        urns.into_iter().filter_map(|urn| config.registry.schema(urn)).map(|schema| schema_document(schema, &config.base_url)).collect()
    }

    fn configuration(&self) -> Value {
        let config = &self.draft.org.config;
        let limits = &config.limits;
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": {"supported": true},
            "bulk": {"supported": true, "maxOperations": limits.bulk_operations, "maxPayloadSize": limits.payload_bytes},
            "filter": {"supported": true, "maxResults": limits.page_size},
            "changePassword": {"supported": false},
            "sort": {"supported": true},
            "etag": {"supported": true},
            "pagination": {
                "cursor": true,
                "index": true,
                "defaultPaginationMethod": "index",
                "defaultPageSize": limits.page_size.min(100),
                "maxPageSize": limits.page_size,
            },
            "authenticationSchemes": [{
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token that the administrator made, in the Authorization header",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": true,
            }],
            "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{}/ServiceProviderConfig", config.base_url)},
        })
    }
}

fn list(resources: Vec<Value>) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": resources.len(),
        "itemsPerPage": resources.len(),
        "startIndex": 1,
        "Resources": resources,
    })
}
