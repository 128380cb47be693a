//! The schemas that are always there, as a table: RFC 7643 §3.1, §4 to §7 and our own three.
//!
//! A line is `name type characteristics - description`; two spaces of indentation make a sub-attribute.
//! Where the schema documents of §8.7 and the text of §4 differ, the text counts: `manager.value` and
//! `manager.$ref` are recommended, not required; `schemaExtensions` is optional.
//! `members.display` is readWrite, as the PATCH examples of RFC 7644 §3.5.2.1 set it; identifiers compare
//! exactly (RFC 7643 §3.1: `id` is caseExact, and so is whatever holds one).

use super::attribute::Identity;

pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(super) const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(super) const WORKSPACE: &str = "urn:scim-policy:schemas:1.0:Workspace";
pub(super) const FOLDER: &str = "urn:scim-policy:schemas:1.0:Folder";
pub(super) const ORGANIZATION: &str = "urn:scim-policy:schemas:1.0:Organization";
pub(super) const SERVICE_PROVIDER_CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
pub(super) const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
pub(super) const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// RFC 7643 §3.1. In this order: the numbers in [`super::common`] are its lines.
pub(super) const COMMON: &str = "\
schemas reference multi required always - URIs of the schemas this resource uses
id string exact readOnly always server - Identifier the service provider gave
externalId string exact - Identifier the client gave
meta complex readOnly - What the service provider knows about the resource
  resourceType string exact readOnly - Name of the resource type
  created dateTime readOnly - When the resource came to be
  lastModified dateTime readOnly - When the resource last changed
  location reference exact readOnly ref(uri) - Where the resource is
  version string exact readOnly - Version tag
";

/// URN, name, description, attributes.
pub(super) const SCHEMAS: &[(&str, &str, &str, &str)] = &[
    (USER, "User", "A person with an account", "\
userName string required server - Name the person signs in with, unique without case
name complex - Parts of the person's name
  formatted string - Whole name, ready to show
  familyName string - Family name
  givenName string - Given name
  middleName string - Middle names
  honorificPrefix string - Title before the name
  honorificSuffix string - Suffix after the name
displayName string - Name to show
nickName string - Casual name
profileUrl reference exact ref(external) - Page about the person
title string - Job title
userType string - Relation to the organization, such as Employee
preferredLanguage string - Language as an Accept-Language header writes it
locale string - Locale for dates, numbers and currency
timezone string - Time zone of the IANA database
active boolean - Whether the account may be used; unassigned means it may
password string writeOnly never - Password in clear text, never returned and never kept here
emails complex multi - E-mail addresses
  value string - Address
  display string - Address to show
  type string canonical(work|home|other) - What the address is for
  primary boolean - Whether this is the preferred one
phoneNumbers complex multi - Telephone numbers
  value string - Number
  display string - Number to show
  type string canonical(work|home|mobile|fax|pager|other) - What the number is for
  primary boolean - Whether this is the preferred one
ims complex multi - Instant messaging addresses
  value string - Address
  display string - Address to show
  type string canonical(aim|gtalk|icq|xmpp|msn|skype|qq|yahoo) - Messaging service
  primary boolean - Whether this is the preferred one
photos complex multi - Pictures of the person
  value reference exact ref(external) - Where the picture is
  display string - Name to show
  type string canonical(photo|thumbnail) - Kind of picture
  primary boolean - Whether this is the preferred one
addresses complex multi - Postal addresses
  formatted string - Whole address, ready to show
  streetAddress string - Street and house number
  locality string - City
  region string - State or region
  postalCode string - Postal code
  country string - Country as ISO 3166-1 alpha-2
  type string canonical(work|home|other) - What the address is for
  primary boolean - Whether this is the preferred one
groups complex multi readOnly - Groups the person belongs to, by membership or by nesting
  value string exact readOnly - Identifier of the group
  $ref reference exact readOnly ref(Group) - Where the group is
  display string readOnly - Name of the group
  type string readOnly canonical(direct|indirect) - Whether the membership is direct
entitlements complex multi - Things the person is entitled to
  value string - Entitlement
  display string - Name to show
  type string - Kind of entitlement
  primary boolean - Whether this is the preferred one
roles complex multi - Roles the identity provider gave the person
  value string - Role
  display string - Name to show
  type string - Kind of role
  primary boolean - Whether this is the preferred one
x509Certificates complex multi - Certificates of the person
  value binary exact - DER-encoded certificate in base64
  display string - Name to show
  type string - Kind of certificate
  primary boolean - Whether this is the preferred one
"),
    (GROUP, "Group", "A group of users and groups", "\
displayName string required - Name of the group
members complex multi - Users and groups that belong to the group
  value string exact immutable - Identifier of the member
  $ref reference exact immutable ref(User|Group) - Where the member is
  type string immutable canonical(User|Group) - Resource type of the member
  display string - Name of the member
"),
    (ENTERPRISE_USER, "EnterpriseUser", "What an enterprise keeps about a person", "\
employeeNumber string - Number of the employee
costCenter string - Cost center
organization string - Organization
division string - Division
department string - Department
manager complex - The person's manager
  value string exact - Identifier of the manager
  $ref reference exact ref(User) - Where the manager is
  displayName string readOnly - Name of the manager
"),
    (WORKSPACE, "Workspace", "A workspace that holds a tree of folders", "\
displayName string required - Name of the workspace
grants complex multi - Who has which role here
  value string required exact server - Identifier of the user or group
  type string required closed(User|Group) - Resource type of the subject
  role string required closed(ROLES) - Role granted
  $ref reference exact readOnly ref(User|Group) - Where the subject is
  display string readOnly - Name of the subject
"),
    (FOLDER, "Folder", "A folder in a workspace or in another folder", "\
displayName string required - Name of the folder
parent complex required - What the folder is in
  value string required exact - Identifier of the workspace or folder
  type string required closed(Workspace|Folder) - Resource type of the parent
  $ref reference exact readOnly ref(Workspace|Folder) - Where the parent is
audience string closed(private|parent|GROUP_ROLES) - What of the access to the parent comes down: none, all, or at most a role
grants complex multi - Who has which role here
  value string required exact server - Identifier of the user or group
  type string required closed(User|Group) - Resource type of the subject
  role string required closed(ROLES) - Role granted
  $ref reference exact readOnly ref(User|Group) - Where the subject is
  display string readOnly - Name of the subject
"),
    (ORGANIZATION, "Organization", "The organization that gathers the workspaces", "\
displayName string - Name of the organization
features complex - What the organization's subscription includes
  scim boolean - Whether an identity provider may provision
membersCanCreateWorkspaces boolean - Whether people who are no owners may create workspaces
owners complex multi - Users who own the organization
  value string required exact server - Identifier of the user
  $ref reference exact readOnly ref(User) - Where the user is
  display string readOnly - Name of the user
guards complex multi - Limits that a change is held against
  type string required closed(lastOwner|lastWorkspaceOwner|selfLockout|massLoss|massGain|emptySource|escalation|downgradeByAddition) - Name of the guard
  outcome string closed(off|warn|hold|forbid) - What happens when it fires
  count integer - How many it takes
  share integer - Percentage it takes
  window integer - Minutes over which losses add up
  role string closed(ROLES) - Role from which escalation counts
policy complex - How access follows from grants
  combine string closed(strongest|mostSpecific) - Whether a grant on a folder adds to what comes down or stands instead of it
  unknownMembers string closed(refuse|skip) - What happens to a member that nobody knows
  workspaceExitRevokesFolders boolean - Whether folders need a grant on their workspace
"),
    (SERVICE_PROVIDER_CONFIG, "ServiceProviderConfig", "What this service provider supports", "\
documentationUri reference exact readOnly ref(external) - Page about this service
patch complex required readOnly - PATCH
  supported boolean required readOnly - Whether it is supported
bulk complex required readOnly - Bulk operations
  supported boolean required readOnly - Whether they are supported
  maxOperations integer required readOnly - Operations in one request
  maxPayloadSize integer required readOnly - Bytes of one request
filter complex required readOnly - Filters
  supported boolean required readOnly - Whether they are supported
  maxResults integer required readOnly - Resources in one answer
changePassword complex required readOnly - Changing a password
  supported boolean required readOnly - Whether it is supported
sort complex required readOnly - Sorting
  supported boolean required readOnly - Whether it is supported
etag complex required readOnly - Version tags
  supported boolean required readOnly - Whether they are supported
pagination complex readOnly - Paging (RFC 9865)
  cursor boolean readOnly - Whether cursors are supported
  index boolean readOnly - Whether startIndex is supported
  defaultPaginationMethod string readOnly canonical(cursor|index) - Method when a request names none
  defaultPageSize integer readOnly - Resources in a page when a request names no count
  maxPageSize integer readOnly - Resources in a page at most
  cursorTimeout integer readOnly - Seconds a cursor lives at least
authenticationSchemes complex multi required readOnly - How clients authenticate
  type string required readOnly canonical(oauth|oauth2|oauthbearertoken|httpbasic|httpdigest) - Kind of scheme
  name string required readOnly - Name of the scheme
  description string required readOnly - What the scheme is
  specUri reference exact readOnly ref(external) - Specification of the scheme
  documentationUri reference exact readOnly ref(external) - Page about the scheme
  primary boolean readOnly - Whether this is the preferred one
"),
    (RESOURCE_TYPE, "ResourceType", "A kind of resource and its schemas", "\
name string required exact readOnly server - Name of the resource type
description string readOnly - What such a resource is
endpoint reference required exact readOnly server ref(uri) - Path below the root
schema reference required exact readOnly ref(uri) - URI of the main schema
schemaExtensions complex multi readOnly - Extensions
  schema reference required exact readOnly ref(uri) - URI of the extension
  required boolean required readOnly - Whether a resource must have it
"),
    (SCHEMA, "Schema", "A schema: attributes and their characteristics", "\
name string required readOnly - Name of the schema
description string readOnly - What the schema describes
attributes complex multi required readOnly - Attributes
  name string required exact readOnly - Name of the attribute
  type string required readOnly canonical(string|complex|boolean|decimal|integer|dateTime|reference|binary) - Data type
  multiValued boolean required readOnly - Whether there are several values
  description string exact readOnly - What the attribute is
  required boolean readOnly - Whether a resource must have it
  canonicalValues string multi exact readOnly - Suggested values
  caseExact boolean readOnly - Whether text compares by case
  mutability string exact readOnly canonical(readOnly|readWrite|immutable|writeOnly) - Who may write it
  returned string exact readOnly canonical(always|never|default|request) - When it is in an answer
  uniqueness string exact readOnly canonical(none|server|global) - What else must not have its value
  referenceTypes string multi exact readOnly - Resource types a reference may point to
  subAttributes complex multi readOnly - Parts of a complex attribute
    name string required exact readOnly - Name of the sub-attribute
    type string required readOnly canonical(string|complex|boolean|decimal|integer|dateTime|reference|binary) - Data type
    multiValued boolean required readOnly - Whether there are several values
    description string exact readOnly - What the sub-attribute is
    required boolean readOnly - Whether a value must have it
    canonicalValues string multi exact readOnly - Suggested values
    caseExact boolean readOnly - Whether text compares by case
    mutability string exact readOnly canonical(readOnly|readWrite|immutable|writeOnly) - Who may write it
    returned string exact readOnly canonical(always|never|default|request) - When it is in an answer
    uniqueness string exact readOnly canonical(none|server|global) - What else must not have its value
    referenceTypes string multi exact readOnly - Resource types a reference may point to
    subAttributes complex multi readOnly - Parts of the schema of schemas itself
      name string required exact readOnly - Name of the sub-attribute
      type string required readOnly - Data type
      multiValued boolean required readOnly - Whether there are several values
      description string exact readOnly - What the sub-attribute is
      required boolean readOnly - Whether a value must have it
      canonicalValues string multi exact readOnly - Suggested values
      caseExact boolean readOnly - Whether text compares by case
      mutability string exact readOnly - Who may write it
      returned string exact readOnly - When it is in an answer
      uniqueness string exact readOnly - What else must not have its value
      referenceTypes string multi exact readOnly - Resource types a reference may point to
"),
];

/// What makes two values one, whatever a schema document says: schema, attribute.
pub(super) const IDENTITIES: &[(&str, &str, Identity)] = &[
    (GROUP, "members", Identity::Value),
    (WORKSPACE, "grants", Identity::OnlyValue),
    (FOLDER, "grants", Identity::OnlyValue),
    (ORGANIZATION, "owners", Identity::OnlyValue),
];

/// Name, endpoint, description, schema, extensions (none of them required).
pub(super) const RESOURCE_TYPES: &[(&str, &str, &str, &str, &[&str])] = &[
    ("User", "/Users", "A person with an account", USER, &[ENTERPRISE_USER]),
    ("Group", "/Groups", "A group of users and groups", GROUP, &[]),
    ("Workspace", "/Workspaces", "A workspace that holds a tree of folders", WORKSPACE, &[]),
    ("Folder", "/Folders", "A folder in a workspace or in another folder", FOLDER, &[]),
    ("Organization", "/Organization", "The organization that gathers the workspaces", ORGANIZATION, &[]),
    ("ServiceProviderConfig", "/ServiceProviderConfig", "What this service provider supports", SERVICE_PROVIDER_CONFIG, &[]),
    ("ResourceType", "/ResourceTypes", "A kind of resource and its schemas", RESOURCE_TYPE, &[]),
    ("Schema", "/Schemas", "A schema: attributes and their characteristics", SCHEMA, &[]),
];
