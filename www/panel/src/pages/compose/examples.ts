// What Entra and Okta really send, about people and groups that are there.
import type { ScimRequest } from "scim-policy";
import { byName, type Directory } from "../../model/directory";

const PATCH = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
const CORE = "urn:ietf:params:scim:schemas:core:2.0";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

export interface Example {
  provider: "Entra" | "Okta";
  name: string;
  requests: ScimRequest[];
}

export function examples(directory: Directory): Example[] {
  const groups = [...directory.groups.values()].filter((group) => group.members.size > 0).sort(byName);
  const group = groups[0];
  const people = [...directory.people.values()].filter((person) => person.active).sort(byName);
  const member = group && people.find((person) => group.members.has(person.id));
  const other = group && people.find((person) => !group.members.has(person.id));
  const to = (id: string) => `/Groups/${encodeURIComponent(id)}`;
  const user = (id: string) => `/Users/${encodeURIComponent(id)}`;
  const newcomer = "robin.vale@acme.example";
  const all: (Example | false | undefined)[] = [
    { provider: "Entra", name: "Create a user", requests: [
      { method: "GET", path: `/Users?filter=${encodeURIComponent(`userName eq "${newcomer}"`)}` },
      { method: "POST", path: "/Users", body: { schemas: [`${CORE}:User`, ENTERPRISE], externalId: "robin.vale", userName: newcomer, active: true, displayName: "Robin Vale", emails: [{ primary: true, type: "work", value: newcomer }], meta: { resourceType: "User" }, name: { formatted: "Robin Vale", familyName: "Vale", givenName: "Robin" }, roles: [], [ENTERPRISE]: { department: "Design" } } },
    ] },
    group && other && { provider: "Entra", name: "Add a member", requests: [{ method: "PATCH", path: to(group.id), body: { schemas: PATCH, Operations: [{ op: "Add", path: "members", value: [{ $ref: null, value: other.id }] }] } }] },
    group && member && { provider: "Entra", name: "Remove a member", requests: [{ method: "PATCH", path: to(group.id), body: { schemas: PATCH, Operations: [{ op: "Remove", path: "members", value: [{ $ref: null, value: member.id }] }] } }] },
    member && { provider: "Entra", name: "Disable, rename and move to another department", requests: [{ method: "PATCH", path: user(member.id), body: { schemas: PATCH, Operations: [{ op: "Replace", path: "active", value: "False" }, { op: "Replace", path: "name.familyName", value: "Vale" }, { op: "Add", path: 'emails[type eq "work"].value', value: "renamed@acme.example" }, { op: "Replace", path: `${ENTERPRISE}:department`, value: "Marketing" }] } }] },
    group && { provider: "Entra", name: "Delete a group", requests: [{ method: "DELETE", path: to(group.id) }] },
    group && member && other && { provider: "Okta", name: "Push a group’s members", requests: [{ method: "PATCH", path: to(group.id), body: { schemas: PATCH, Operations: [{ op: "remove", path: `members[value eq "${member.id}"]` }, { op: "add", path: "members", value: [{ value: other.id, display: other.userName }] }] } }] },
    group && member && { provider: "Okta", name: "Replace all members by one", requests: [{ method: "PATCH", path: to(group.id), body: { schemas: PATCH, Operations: [{ op: "replace", path: "members", value: [{ value: member.id }] }] } }] },
    member && { provider: "Okta", name: "Deactivate a user", requests: [{ method: "PATCH", path: user(member.id), body: { schemas: PATCH, Operations: [{ op: "replace", value: { active: false } }] } }] },
    group && { provider: "Okta", name: "Rename a group", requests: [{ method: "PATCH", path: to(group.id), body: { schemas: PATCH, Operations: [{ op: "replace", value: { id: group.id, displayName: `${group.name} (renamed)` } }] } }] },
  ];
  return all.filter((example) => example !== false && example !== undefined);
}
