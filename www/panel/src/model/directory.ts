// Stored records turned into what pages list: people, groups, and the tree of workspaces and folders with their grants.
// It is a view of facts, never of access: who may do what is asked of the module alone.
import type { ObjectRef, RecordChange, Role, SubjectRef } from "scim-policy";

export interface Person {
  id: string;
  userName: string;
  name: string;
  email: string;
  department: string;
  active: boolean;
  externalId: string;
}
export interface Group {
  id: string;
  name: string;
  externalId: string;
  members: ReadonlyMap<string, SubjectRef["type"]>;
}
export interface Grant {
  subject: SubjectRef;
  role: Role;
}
export type Audience = "private" | "parent" | (string & {});
/** A workspace or a folder. */
export interface Place {
  id: string;
  type: "Workspace" | "Folder";
  name: string;
  parent: string | null;
  audience: Audience;
  grants: ReadonlyMap<string, Grant>;
}
export interface GuardSetting {
  type: string;
  outcome: "off" | "warn" | "hold" | "forbid";
  count?: number;
  share?: number;
  window?: number;
  role?: string;
}
export interface OrganizationFacts {
  displayName: string;
  scim: boolean;
  membersCanCreateWorkspaces: boolean;
  owners: string[];
  guards: GuardSetting[];
  policy: Record<string, unknown>;
}

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

type Json = Record<string, any>;

export class Directory {
  people = new Map<string, Person>();
  groups = new Map<string, Group>();
  places = new Map<string, Place>();
  organization: OrganizationFacts = { displayName: "", scim: true, membersCanCreateWorkspaces: true, owners: [], guards: [], policy: {} };
  organizationId = "";
  organizationRecord: object | null = null;
  /** Members and grants that came before what they belong to. */
  #early: RecordChange[] = [];
  #children: Map<string | null, Place[]> | null = null;
  #groupsOf: Map<string, string[]> | null = null;

  /** The directory as it would be after these records. What they do not touch is shared with this one. */
  with(records: Iterable<RecordChange>): Directory {
    const next = new Directory();
    next.people = new Map(this.people);
    next.groups = new Map(this.groups);
    next.places = new Map(this.places);
    next.organization = this.organization;
    next.organizationId = this.organizationId;
    next.organizationRecord = this.organizationRecord;
    next.apply(records);
    return next;
  }

  /** Takes records in; the last one fed for a key wins, and null removes. */
  apply(records: Iterable<RecordChange>): void {
    const members = new Map<string, Map<string, SubjectRef["type"]>>();
    const grants = new Map<string, Map<string, Grant>>();
    const edges: { key: string; rest: string[]; value: Json | null }[] = [];
    const early = this.#early;
    this.#early = [];
    for (const { key, value } of [...early, ...records] as { key: string; value: Json | null }[]) {
      const [kind, ...rest] = key.split("/").map(decodeURIComponent);
      const id = rest[0] ?? "";
      if (kind === "user") value ? this.people.set(id, person(id, value)) : this.people.delete(id);
      else if (kind === "group") value ? this.groups.set(id, group(id, value, this.groups.get(id))) : this.groups.delete(id);
      else if (kind === "workspace") value ? this.places.set(id, place(id, "Workspace", value, this.places.get(id))) : this.places.delete(id);
      else if (kind === "folder") value ? this.places.set(id, place(id, "Folder", value, this.places.get(id))) : this.places.delete(id);
      else if (kind === "organization" && value) {
        this.organization = organization(value);
        this.organizationId = String(value.id ?? "");
        this.organizationRecord = value;
      } else if (kind === "member" || kind === "grant") edges.push({ key: kind, rest, value });
    }
    // Edges may come before what they join.
    for (const { key, rest, value } of edges) {
      const [from, to] = rest as [string, string];
      if (key === "member") {
        const held = this.groups.get(from);
        if (!held) {
          if (value) this.#early.push({ key: recordKey("member", from, to), value });
          continue;
        }
        let own = members.get(from);
        if (!own) members.set(from, (own = new Map(held.members)));
        value ? own.set(to, value.type ?? "User") : own.delete(to);
      } else {
        const held = this.places.get(from);
        if (!held) {
          if (value) this.#early.push({ key: recordKey("grant", from, to), value });
          continue;
        }
        let own = grants.get(from);
        if (!own) grants.set(from, (own = new Map(held.grants)));
        value ? own.set(to, { subject: { type: value.type ?? "Group", id: to }, role: value.role }) : own.delete(to);
      }
    }
    for (const [id, own] of members) this.groups.set(id, { ...this.groups.get(id)!, members: own });
    for (const [id, own] of grants) this.places.set(id, { ...this.places.get(id)!, grants: own });
    this.#children = null;
    this.#groupsOf = null;
  }

  /** What lies directly in a workspace or folder, by name; null gives the workspaces. */
  children(parent: string | null): Place[] {
    if (!this.#children) {
      this.#children = new Map();
      for (const each of this.places.values()) {
        const at = each.type === "Workspace" ? null : each.parent;
        const siblings = this.#children.get(at);
        siblings ? siblings.push(each) : this.#children.set(at, [each]);
      }
      for (const siblings of this.#children.values()) siblings.sort(byName);
    }
    return this.#children.get(parent) ?? [];
  }

  /** A place and everything under it. */
  *subtree(id: string): Generator<Place> {
    const root = this.places.get(id);
    if (!root) return;
    yield root;
    for (const child of this.children(id)) yield* this.subtree(child.id);
  }

  /** From the workspace down to the place itself. */
  trail(id: string): Place[] {
    const trail: Place[] = [];
    for (let at = this.places.get(id); at && trail.length < 64; at = at.parent ? this.places.get(at.parent) : undefined) trail.unshift(at);
    return trail;
  }

  /** Groups someone or something is directly in. */
  groupsOf(subject: string): string[] {
    if (!this.#groupsOf) {
      this.#groupsOf = new Map();
      for (const each of this.groups.values()) {
        for (const member of each.members.keys()) {
          const own = this.#groupsOf.get(member);
          own ? own.push(each.id) : this.#groupsOf.set(member, [each.id]);
        }
      }
    }
    return this.#groupsOf.get(subject) ?? [];
  }

  /** Places where a subject is granted a role directly. */
  grantedTo(subject: string): { place: Place; role: Role }[] {
    const found: { place: Place; role: Role }[] = [];
    for (const each of this.places.values()) {
      const grant = each.grants.get(subject);
      if (grant) found.push({ place: each, role: grant.role });
    }
    return found.sort((a, b) => byName(a.place, b.place));
  }

  personName(id: string): string {
    return this.people.get(id)?.name ?? id;
  }
  subjectName({ type, id }: SubjectRef): string {
    return (type === "User" ? this.people.get(id)?.name : this.groups.get(id)?.name) ?? id;
  }
  objectName({ type, id }: ObjectRef): string {
    return type === "Organization" ? this.organization.displayName || "The organization" : this.places.get(id)?.name ?? id;
  }
}

export const byName = (a: { name: string; id: string }, b: { name: string; id: string }) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);

const recordKey = (...parts: string[]) => parts.map(encodeURIComponent).join("/");

function person(id: string, value: Json): Person {
  const formatted = value.displayName ?? value.name?.formatted ?? [value.name?.givenName, value.name?.familyName].filter(Boolean).join(" ");
  const emails: Json[] = value.emails ?? [];
  return {
    id,
    userName: String(value.userName ?? ""),
    name: String(formatted || value.userName || id),
    email: String((emails.find((each) => each.primary) ?? emails[0])?.value ?? ""),
    department: String(value[ENTERPRISE]?.department ?? ""),
    active: value.active !== false,
    externalId: String(value.externalId ?? ""),
  };
}

function group(id: string, value: Json, before: Group | undefined): Group {
  return { id, name: String(value.displayName ?? id), externalId: String(value.externalId ?? ""), members: before?.members ?? new Map() };
}

function place(id: string, type: Place["type"], value: Json, before: Place | undefined): Place {
  const audience = String(value.audience ?? "private");
  return { id, type, name: String(value.displayName ?? id), parent: value.parent?.value ?? null, audience, grants: before?.grants ?? new Map() };
}

function organization(value: Json): OrganizationFacts {
  return {
    displayName: String(value.displayName ?? ""),
    scim: value.features?.scim !== false,
    membersCanCreateWorkspaces: value.membersCanCreateWorkspaces !== false,
    owners: (value.owners ?? []).map((owner: Json) => String(owner.value)),
    guards: value.guards ?? [],
    policy: value.policy ?? {},
  };
}
