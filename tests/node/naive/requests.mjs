// Random organizations, and random requests that change them: each as SCIM writes it, and as what it does to the facts.
import { Facts, ROLES } from "./facts.mjs";
import { DEFAULTS } from "./guards.mjs";

const CORE = "urn:ietf:params:scim:schemas:core:2.0";
const OWN = "urn:scim-policy:schemas:1.0";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ENDPOINT = { User: "Users", Group: "Groups", Workspace: "Workspaces", Folder: "Folders" };
const GROUP_ROLES = ROLES.slice(0, 3);
const AUDIENCES = ["private", "parent", "viewer", "checker", "editor"];

export class Random {
  constructor(seed) {
    this.state = (seed * 2_654_435_761) >>> 0 || 1;
  }

  next() {
    this.state ^= this.state << 13;
    this.state >>>= 0;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    this.state >>>= 0;
    return this.state / 2 ** 32;
  }

  below(limit) {
    return Math.floor(this.next() * limit);
  }

  chance(share) {
    return this.next() < share;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  some(list, share) {
    return list.filter(() => this.chance(share));
  }
}

/** Facts of an organization, with ids of every sort but such as hold a slash. */
export function organization(random) {
  const facts = new Facts(undefined, DEFAULTS);
  const set = (key, value) => facts.facts.set(key, value);
  const make = (kind, stem, count) => Array.from({ length: count }, (_, index) => {
    const id = `${random.chance(0.2) ? random.pick(["é-", "Z ", "😀", "%2F"]) : ""}${stem}${index}`;
    set(`exists/${id}`, kind);
    return id;
  });
  const [users, groups] = [make("User", "u", 3 + random.below(12)), make("Group", "g", 1 + random.below(6))];
  const [workspaces, folders] = [make("Workspace", "w", 1 + random.below(3)), make("Folder", "f", random.below(9))];
  for (const user of users) set(`active/${user}`, String(random.chance(0.8)));
  folders.forEach((folder, index) => {
    set(`parent/${folder}`, random.chance(0.6) && index > 0 ? random.pick(folders.slice(0, index)) : random.pick(workspaces));
    set(`audience/${folder}`, random.pick(["parent", ...AUDIENCES]));
  });
  for (const group of groups) {
    for (const user of random.some(users, 0.35)) set(`member/${group}/${user}`, "member");
    for (const other of random.some(groups, 0.15)) set(`member/${group}/${other}`, "member");
  }
  for (const object of [...workspaces, ...folders]) {
    for (const group of random.some(groups, 0.25)) set(`grant/${object}/${group}`, random.pick(GROUP_ROLES));
    for (const user of random.some(users, 0.12)) set(`grant/${object}/${user}`, random.pick(ROLES));
  }
  for (const user of random.some(users, 0.15)) set(`grant/organization/${user}`, "owner");
  set("policy", `${random.chance(0.25) ? "mostSpecific" : "strongest"},${random.chance(0.2)}`);
  for (const setting of Object.values(facts.guards)) {
    if (random.chance(0.6)) setting.outcome = random.pick(["off", "warn", "warn", "hold"]);
    if (setting.count !== undefined && random.chance(0.6)) setting.count = 1 + random.below(5);
    if (setting.share !== undefined && random.chance(0.6)) setting.share = random.pick([0, 10, 20, 50, 100]);
    if (setting.window !== undefined && random.chance(0.6)) setting.window = random.pick([10, 60, 180]);
    if (setting.role !== undefined && random.chance(0.4)) setting.role = random.pick(ROLES);
  }
  return facts;
}

/** The records of an organization. */
export function records(facts) {
  const key = (...words) => words.map((word) => word.replaceAll("%", "%25")).join("/");
  const [combine, exit] = facts.facts.get("policy").split(",");
  const owners = facts.edges("grant", "organization").map(([value]) => ({ value }));
  const guards = Object.entries(facts.guards).map(([type, setting]) => ({ type, ...setting }));
  const found = [{ key: "organization", value: { guards, policy: { combine, workspaceExitRevokesFolders: exit === "true" }, ...(owners.length > 0 && { owners }) } }];
  const add = (name, value) => found.push({ key: name, value });
  for (const id of facts.ids("User")) add(key("user", id), { userName: `name-${id}`, active: facts.active(id) });
  for (const id of facts.ids("Group")) add(key("group", id), { displayName: `Group ${id}` });
  for (const id of facts.ids("Workspace")) add(key("workspace", id), { displayName: `Workspace ${id}` });
  for (const id of facts.ids("Folder")) {
    const parent = facts.parent(id);
    add(key("folder", id), { displayName: `Folder ${id}`, parent: { value: parent, type: facts.kind(parent) }, audience: facts.facts.get(`audience/${id}`) });
  }
  for (const id of facts.ids("Group")) for (const [subject] of facts.edges("member", id)) add(key("member", id, subject), { type: facts.kind(subject) });
  for (const id of facts.ids("Workspace", "Folder")) for (const [subject, role] of facts.edges("grant", id)) add(key("grant", id, subject), { type: facts.kind(subject), role });
  return found;
}

const patch = (path, ...Operations) => ({ method: "PATCH", path, body: { schemas: [PATCH], Operations } });

/** Makes requests over `facts`, into which each is written as it is made; `actor` says which kinds it may make. */
export class Requests {
  /** What the requests named, and whether one added a grant or member. */
  named = new Set();
  added = false;
  /** Ids that the requests' POSTs are to be given. */
  ids = [];
  changesPolicy = false;

  constructor(random, facts, actor, newId) {
    Object.assign(this, { random, facts, actor, newId });
  }

  next() {
    const directory = ["member", "member", "member", "members", "removals", "removals", "noMembers", "newGroup", "noGroup", "rename", "newUser", "active", "active", "noUser"];
    const objects = ["grant", "grant", "grant", "noGrant", "grants", "newFolder", "newWorkspace", "move", "move", "audience", "owners", "noObject", "guard", "policy"];
    const kinds = { identityProvider: directory, user: objects, system: [...directory, ...objects] }[this.actor.kind];
    for (;;) {
      const request = this[this.random.pick(kinds)](this.index ?? 0);
      if (request === null) continue;
      this.index = (this.index ?? 0) + 1;
      return request;
    }
  }

  #one(...kinds) {
    return this.random.pick(this.facts.ids(...kinds));
  }

  #path(id) {
    return `/${ENDPOINT[this.facts.kind(id)]}/${encodeURIComponent(id)}`;
  }

  #post(kind, index, body) {
    const id = this.newId(kind);
    this.ids.push(id);
    this.facts.write(`exists/${id}`, kind, index);
    const urn = kind === "User" || kind === "Group" ? CORE : OWN;
    return [id, { method: "POST", path: `/${ENDPOINT[kind]}`, body: { schemas: [`${urn}:${kind}`], ...body(id) } }];
  }

  #subjects(share) {
    return this.random.some(this.facts.ids("User", "Group"), share);
  }

  #member(subject) {
    return this.random.chance(0.3) ? { value: subject, type: this.facts.kind(subject) } : { value: subject };
  }

  #setMembers(group, members, index) {
    this.added ||= members.length > 0;
    for (const member of members) this.facts.write(`member/${group}/${member}`, "member", index);
  }

  #dropMembers(group, members, index) {
    for (const member of members) this.facts.write(`member/${group}/${member}`, undefined, index);
  }

  member(index) {
    const [group, members] = [this.#one("Group"), this.#subjects(0.2)];
    if (group === undefined || members.length === 0) return null;
    const path = this.#path(group);
    this.#setMembers(group, members, index);
    return patch(path, { op: "add", path: "members", value: members.map((id) => this.#member(id)) });
  }

  members(index) {
    const [group, members] = [this.#one("Group"), this.#subjects(0.3)];
    if (group === undefined) return null;
    const value = members.map((id) => this.#member(id));
    const gone = this.facts.edges("member", group).map(([id]) => id).filter((id) => !members.includes(id));
    this.#dropMembers(group, gone, index);
    this.#setMembers(group, members, index);
    const path = this.#path(group);
    if (this.random.chance(0.3)) return { method: "PUT", path, body: { schemas: [`${CORE}:Group`], displayName: `Group ${group}`, members: value } };
    if (this.random.chance(0.3)) return patch(path, { op: "replace", value: { members: value } });
    return patch(path, { op: "replace", path: "members", value: value.length === 1 ? value[0] : value });
  }

  removals(index) {
    const group = this.#one("Group");
    if (group === undefined) return null;
    const gone = this.random.some(this.facts.edges("member", group).map(([id]) => id), 0.4);
    const path = this.#path(group);
    this.#dropMembers(group, gone, index);
    if (this.random.chance(0.5)) return gone.length === 0 ? null : patch(path, ...gone.map((id) => ({ op: "remove", path: `members[value eq ${JSON.stringify(id)}]` })));
    return patch(path, { op: "remove", path: "members", value: [...gone, "nobody"].map((value) => ({ $ref: null, value })) });
  }

  noMembers(index) {
    const group = this.#one("Group");
    if (group === undefined) return null;
    this.#dropMembers(group, this.facts.edges("member", group).map(([id]) => id), index);
    return patch(this.#path(group), { op: "remove", path: "members" });
  }

  newGroup(index) {
    const members = this.#subjects(0.3);
    const [id, request] = this.#post("Group", index, (own) => ({ displayName: own, members: members.map((member) => this.#member(member)) }));
    this.#setMembers(id, members, index);
    return request;
  }

  newUser(index) {
    const active = this.random.chance(0.7);
    const [id, request] = this.#post("User", index, (own) => ({ userName: own, ...(!active && { active }) }));
    this.facts.write(`active/${id}`, String(active), index);
    return request;
  }

  rename() {
    const group = this.#one("Group");
    return group === undefined ? null : patch(this.#path(group), { op: "replace", path: "displayName", value: `Group ${this.random.below(1000)}` });
  }

  active(index) {
    const [user, active] = [this.#one("User"), this.random.chance(0.5)];
    if (user === undefined) return null;
    this.facts.write(`active/${user}`, String(active), index);
    const path = this.#path(user);
    if (active && this.random.chance(0.3)) return patch(path, { op: "remove", path: "active" });
    if (this.random.chance(0.3)) return { method: "PUT", path, body: { schemas: [`${CORE}:User`], userName: `name-${user}`, active } };
    return patch(path, this.random.chance(0.5) ? { op: "replace", value: { active } } : { op: "replace", path: "active", value: active });
  }

  #remove(id, index) {
    if (id === undefined) return null;
    const path = this.#path(id);
    this.facts.remove(id, index);
    return { method: "DELETE", path };
  }

  noUser(index) {
    return this.#remove(this.#one("User"), index);
  }

  noGroup(index) {
    return this.#remove(this.#one("Group"), index);
  }

  noObject(index) {
    return this.random.chance(0.4) ? this.#remove(this.#one("Workspace", "Folder"), index) : null;
  }

  #role(subject) {
    return this.random.pick(this.facts.kind(subject) === "User" ? ROLES : GROUP_ROLES);
  }

  grant(index) {
    const [object, subject] = [this.#one("Workspace", "Folder"), this.#one("User", "Group")];
    if (object === undefined || subject === undefined) return null;
    this.named.add(object);
    const [role, key] = [this.#role(subject), `grant/${object}/${subject}`];
    const known = this.facts.facts.get(key);
    this.facts.write(key, role, index);
    if (known !== undefined && known !== role) return patch(this.#path(object), { op: "replace", path: `grants[value eq ${JSON.stringify(subject)}].role`, value: role });
    this.added = true;
    return patch(this.#path(object), { op: "add", path: "grants", value: [{ value: subject, type: this.facts.kind(subject), role }] });
  }

  noGrant(index) {
    const object = this.#one("Workspace", "Folder");
    const [subject] = this.random.pick(object === undefined ? [] : this.facts.edges("grant", object)) ?? [];
    if (subject === undefined) return null;
    this.named.add(object);
    this.facts.write(`grant/${object}/${subject}`, undefined, index);
    return patch(this.#path(object), { op: "remove", path: `grants[value eq ${JSON.stringify(subject)}]` });
  }

  grants(index) {
    const object = this.#one("Workspace", "Folder");
    if (object === undefined) return null;
    this.named.add(object);
    this.added = true;
    const roles = new Map(this.#subjects(0.3).map((subject) => [subject, this.#role(subject)]));
    for (const [subject] of this.facts.edges("grant", object)) if (!roles.has(subject)) this.facts.write(`grant/${object}/${subject}`, undefined, index);
    for (const [subject, role] of roles) this.facts.write(`grant/${object}/${subject}`, role, index);
    return patch(this.#path(object), { op: "replace", path: "grants", value: [...roles].map(([value, role]) => ({ value, type: this.facts.kind(value), role })) });
  }

  newFolder(index) {
    const [parent, audience, user] = [this.#one("Workspace", "Folder"), this.random.pick(AUDIENCES), this.#one("User")];
    if (parent === undefined || user === undefined) return null;
    const type = this.facts.kind(parent);
    const [id, request] = this.#post("Folder", index, (own) => ({ displayName: own, parent: { value: parent, type }, audience, grants: [{ value: user, type: "User", role: "owner" }] }));
    this.named.add(id);
    this.added = true;
    this.facts.write(`parent/${id}`, parent, index);
    this.facts.write(`audience/${id}`, audience, index);
    this.facts.write(`grant/${id}/${user}`, "owner", index);
    return request;
  }

  newWorkspace(index) {
    const [id, request] = this.#post("Workspace", index, (own) => ({ displayName: own }));
    this.named.add(id);
    if (this.actor.kind === "user") this.facts.write(`grant/${id}/${this.actor.id}`, "owner", index);
    return request;
  }

  move(index) {
    const folder = this.#one("Folder");
    const parent = this.random.pick(folder === undefined ? [] : this.facts.ids("Workspace", "Folder").filter((id) => !this.facts.isBelow(id, folder)));
    if (parent === undefined) return null;
    this.named.add(folder);
    this.facts.write(`parent/${folder}`, parent, index);
    return patch(this.#path(folder), { op: "replace", path: "parent", value: { value: parent, type: this.facts.kind(parent) } });
  }

  audience(index) {
    const [folder, audience] = [this.#one("Folder"), this.random.pick(AUDIENCES)];
    if (folder === undefined) return null;
    this.named.add(folder);
    this.facts.write(`audience/${folder}`, audience, index);
    return patch(this.#path(folder), { op: "replace", path: "audience", value: audience });
  }

  owners(index) {
    const owners = this.random.some(this.facts.ids("User"), 0.25);
    this.named.add("organization");
    this.added ||= owners.length > 0;
    for (const [user] of this.facts.edges("grant", "organization")) if (!owners.includes(user)) this.facts.write(`grant/organization/${user}`, undefined, index);
    for (const user of owners) this.facts.write(`grant/organization/${user}`, "owner", index);
    return patch("/Organization", { op: "replace", path: "owners", value: owners.map((value) => ({ value })) });
  }

  guard() {
    const guard = this.random.pick(Object.keys(this.facts.guards));
    const setting = this.facts.guards[guard];
    const name = this.random.pick(Object.keys(setting));
    const value = this.random.pick({ outcome: ["off", "warn", "hold", "forbid"], role: ROLES, share: [0, 20, 60], window: [5, 60, 120], count: [1, 3, 6] }[name]);
    this.named.add("organization");
    setting[name] = value;
    return patch("/Organization", { op: "replace", path: `guards[type eq "${guard}"].${name}`, value });
  }

  policy(index) {
    const [combine, exit] = [this.random.pick(["strongest", "mostSpecific"]), this.random.chance(0.5)];
    this.named.add("organization");
    this.changesPolicy = true;
    this.facts.write("policy", `${combine},${exit}`, index);
    return patch("/Organization", { op: "replace", path: "policy", value: { combine, workspaceExitRevokesFolders: exit } });
  }
}
