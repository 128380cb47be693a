// What an administrator does, as SCIM requests and one line that says it.
import type { Dialect, ScimRequest, SubjectRef } from "scim-policy";
import type { Directory, Grant, GuardSetting, Place } from "./directory";
import { title } from "./roles";

export interface Edit {
  id: string;
  /** One line, e.g. "Move Brand into Marketing". */
  says: string;
  /** What it touches: so that the tree can mark it. */
  touches: string[];
  requests: ScimRequest[];
  /** The entry of the history that it takes back. */
  undoes?: number;
  /** Whose rules its requests are read by, where they are not the panel's own. */
  dialect?: Dialect;
}

/** Whose rules a change is read by: one change has one dialect, and `odd` is an edit that wants another. */
export function dialectOf(edits: Edit[]): { dialect: Dialect | undefined; odd: Edit | null } {
  const dialect = edits.find((edit) => edit.dialect !== undefined)?.dialect;
  return { dialect, odd: edits.find((edit) => edit.dialect !== undefined && edit.dialect !== dialect) ?? null };
}

const PATCH: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
type Operation = { op: "add" | "remove" | "replace"; path?: string; value?: unknown };

const patch = (path: string, Operations: Operation[]): ScimRequest => ({ method: "PATCH", path, body: { schemas: PATCH, Operations } });
const edit = (says: string, touches: string[], requests: ScimRequest[]): Edit => ({ id: crypto.randomUUID(), says, touches, requests });
export const pathOf = (place: { type: Place["type"]; id: string }) => `/${place.type}s/${encodeURIComponent(place.id)}`;

export interface Draft {
  name: string;
  audience: string;
  grants: ReadonlyMap<string, Grant>;
}

/** The PATCH that turns a place into what the dialog says; null when nothing differs. */
export function changePlace(directory: Directory, place: Place, draft: Draft): Edit | null {
  const operations: Operation[] = [];
  const said: string[] = [];
  if (draft.name !== place.name) {
    operations.push({ op: "replace", path: "displayName", value: draft.name });
    said.push(`rename to “${draft.name}”`);
  }
  if (place.type === "Folder" && draft.audience !== place.audience) {
    operations.push({ op: "replace", path: "audience", value: draft.audience });
    said.push(draft.audience === "private" ? "make it private" : draft.audience === "parent" ? "open it as its parent" : `open it as ${title(draft.audience)}`);
  }
  for (const [id, grant] of place.grants) {
    const next = draft.grants.get(id);
    const who = directory.subjectName(grant.subject);
    if (!next) {
      operations.push({ op: "remove", path: `grants[value eq ${JSON.stringify(id)}]` });
      said.push(`take ${title(grant.role)} from ${who}`);
    } else if (next.role !== grant.role) {
      operations.push({ op: "replace", path: `grants[value eq ${JSON.stringify(id)}].role`, value: next.role });
      said.push(`make ${who} ${title(next.role)}`);
    }
  }
  const added = [...draft.grants].filter(([id]) => !place.grants.has(id));
  if (added.length > 0) {
    operations.push({ op: "add", path: "grants", value: added.map(([id, { subject, role }]) => ({ value: id, type: subject.type, role })) });
    for (const [, { subject, role }] of added) said.push(`give ${directory.subjectName(subject)} ${title(role)}`);
  }
  if (operations.length === 0) return null;
  const listed = said.length > 3 ? `${said.slice(0, 2).join(", ")} and ${said.length - 2} more` : said.join(", ");
  return edit(`${place.name}: ${listed}`, [place.id], [patch(pathOf(place), operations)]);
}

export function createPlace(type: Place["type"], parent: Place | null, draft: Draft): Edit {
  const id = crypto.randomUUID();
  const body: Record<string, unknown> = { schemas: [`urn:scim-policy:schemas:1.0:${type}`], displayName: draft.name };
  if (type === "Folder" && parent) {
    body.parent = { value: parent.id, type: parent.type };
    body.audience = draft.audience;
  }
  if (draft.grants.size > 0) body.grants = [...draft.grants].map(([value, { subject, role }]) => ({ value, type: subject.type, role }));
  return edit(`New ${type.toLowerCase()} “${draft.name}”${parent ? ` in ${parent.name}` : ""}`, [id], [{ method: "POST", path: `/${type}s`, body, id }]);
}

export const movePlace = (place: Place, to: Place): Edit =>
  edit(`Move ${place.name} into ${to.name}`, [place.id], [patch(pathOf(place), [{ op: "replace", path: "parent", value: { value: to.id, type: to.type } }])]);

export const deletePlace = (place: Place): Edit => edit(`Delete ${place.name} and everything in it`, [place.id], [{ method: "DELETE", path: pathOf(place) }]);

export const setOrganization = (says: string, path: string, value: unknown): Edit => edit(says, ["organization"], [patch("/Organization", [{ op: "replace", path, value }])]);

export function setOwners(says: string, owners: string[]): Edit {
  return edit(says, ["organization"], [patch("/Organization", [{ op: "replace", path: "owners", value: owners.map((value) => ({ value })) }])]);
}

export function setGuard(guard: GuardSetting, changes: Partial<GuardSetting>): Edit {
  const at = `guards[type eq ${JSON.stringify(guard.type)}]`;
  const operations = Object.entries(changes).map(([name, value]): Operation => ({ op: "replace", path: `${at}.${name}`, value }));
  const said = Object.entries(changes).map(([name, value]) => `${name} ${value}`);
  return edit(`Guard ${guard.type}: ${said.join(", ")}`, ["organization"], [patch("/Organization", operations)]);
}

export const removeMember = (group: { id: string; name: string }, member: SubjectRef, name: string): Edit =>
  edit(`Remove ${name} from ${group.name}`, [group.id], [patch(`/Groups/${encodeURIComponent(group.id)}`, [{ op: "remove", path: `members[value eq ${JSON.stringify(member.id)}]` }])]);

export const addMembers = (group: { id: string; name: string }, members: SubjectRef[], says: string): Edit =>
  edit(says, [group.id], [patch(`/Groups/${encodeURIComponent(group.id)}`, [{ op: "add", path: "members", value: members.map(({ id, type }) => ({ value: id, type })) }])]);

export const deleteGroup = (group: { id: string; name: string }): Edit => edit(`Delete group ${group.name}`, [group.id], [{ method: "DELETE", path: `/Groups/${encodeURIComponent(group.id)}` }]);

export const setActive = (person: { id: string; name: string }, active: boolean): Edit =>
  edit(`${active ? "Reactivate" : "Deactivate"} ${person.name}`, [person.id], [patch(`/Users/${encodeURIComponent(person.id)}`, [{ op: "replace", path: "active", value: active }])]);

export const fromRequests = (says: string, requests: ScimRequest[], dialect?: Dialect): Edit => ({ ...edit(says, [], requests), ...(dialect === undefined ? {} : { dialect }) });

/** Gives somebody roles on places, each a grant of its own. */
export function giveGrants(says: string, subject: SubjectRef, grants: { place: Place; role: string }[]): Edit {
  return edit(says, grants.map(({ place }) => place.id), grants.map(({ place, role }) => patch(pathOf(place), [{ op: "add", path: "grants", value: [{ value: subject.id, type: subject.type, role }] }])));
}
