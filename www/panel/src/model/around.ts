// An organization of all that bears on one person and one place, and of nothing else: to be asked why, before and after a
// change, wherever the whole is.
import { Organization, type ObjectRef, type OrganizationConfig, type RecordChange } from "scim-policy";
import type { Directory } from "./directory";

const CORE = "urn:ietf:params:scim:schemas:core:2.0";
const OWN = "urn:scim-policy:schemas:1.0";
const key = (...parts: string[]) => parts.map((part) => part.replaceAll("%", "%25").replaceAll("/", "%2F")).join("/");

function* recordsAround(directory: Directory, user: string, object: ObjectRef): Generator<RecordChange> {
  if (directory.organizationRecord) yield { key: "organization", value: directory.organizationRecord };
  const person = directory.people.get(user);
  if (person) yield { key: key("user", user), value: { schemas: [`${CORE}:User`], id: user, userName: person.userName || user, displayName: person.name, active: person.active } };
  // The groups they are in, and those that these are in.
  const subjects = new Set([user]);
  for (const subject of subjects) {
    for (const id of directory.groupsOf(subject)) {
      if (!subjects.has(id)) yield { key: key("group", id), value: { schemas: [`${CORE}:Group`], id, displayName: directory.groups.get(id)?.name ?? id } };
      subjects.add(id);
      yield { key: key("member", id, subject), value: { type: subject === user ? "User" : "Group" } };
    }
  }
  for (const { id, type, name, parent, audience, grants } of directory.trail(object.id)) {
    const above = parent === null ? undefined : directory.places.get(parent);
    yield { key: key(type.toLowerCase(), id), value: { schemas: [`${OWN}:${type}`], id, displayName: name, ...(type === "Folder" && above ? { parent: { value: above.id, type: above.type }, audience } : {}) } };
    for (const [subject, { role, subject: { type: kind } }] of grants) if (subjects.has(subject)) yield { key: key("grant", id, subject), value: { type: kind, role } };
  }
}

/** The caller frees it. */
export function around(directory: Directory, config: OrganizationConfig, user: string, object: ObjectRef): Organization {
  const organization = new Organization(config);
  organization.restore(recordsAround(directory, user, object));
  return organization;
}
