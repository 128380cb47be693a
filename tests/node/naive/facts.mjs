// A naive model of an organization: a map of facts, and access worked out for everyone on everything, straight from the
// definition. It shares nothing with the package but the words.

export const ROLES = ["viewer", "checker", "editor", "admin", "owner"];
export const rank = (role) => (role === undefined || role === null ? 0 : ROLES.indexOf(role) + 1);
export const roleOf = (number) => (number === 0 ? null : ROLES[number - 1]);
const EXEMPT = rank("admin");

export const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Keys: exists/ID, active/ID, parent/ID, audience/ID, member/GROUP/SUBJECT, grant/OBJECT/SUBJECT, policy; ids hold no slash. */
export class Facts {
  constructor(facts = [["exists/organization", "Organization"], ["policy", "strongest,false"]], guards = {}) {
    this.facts = new Map(facts);
    this.guards = structuredClone(guards);
    /** Who wrote a fact last, of those that were written. */
    this.writers = new Map();
  }

  copy() {
    return new Facts(this.facts, this.guards);
  }

  write(key, value, request) {
    if (this.facts.get(key) === value) return;
    if (value === undefined) this.facts.delete(key);
    else this.facts.set(key, value);
    this.writers.set(key, request);
  }

  kind(id) {
    return this.facts.get(`exists/${id}`);
  }

  ids(...kinds) {
    return [...this.facts].filter(([key, kind]) => key.startsWith("exists/") && kinds.includes(kind)).map(([key]) => key.slice(7));
  }

  active(user) {
    return this.kind(user) === "User" && this.facts.get(`active/${user}`) === "true";
  }

  /** [subject, value] of the memberships of a group, or the grants on an object. */
  edges(sort, id) {
    const prefix = `${sort}/${id}/`;
    return [...this.facts].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]);
  }

  parent(id) {
    return this.facts.get(`parent/${id}`);
  }

  workspace(object) {
    return this.kind(object) === "Folder" ? this.workspace(this.parent(object)) : object;
  }

  isBelow(object, above) {
    return object === above || (this.kind(object) === "Folder" && this.isBelow(this.parent(object), above));
  }

  /** A resource goes with all that names it; a folder's and workspace's subtree goes too. */
  remove(id, request) {
    for (const child of this.ids("Folder")) if (this.parent(child) === id) this.remove(child, request);
    for (const key of [...this.facts.keys()]) {
      const [sort, first, second] = key.split("/");
      if (first === id || ((sort === "member" || sort === "grant") && second === id)) this.write(key, undefined, request);
    }
  }
}

/** Facts, indexed for questions about access. */
export class Access {
  #reach = new Map();
  #groups = new Map();
  #grants = new Map();

  constructor(facts) {
    this.facts = facts;
    const [combine, exit] = facts.facts.get("policy").split(",");
    this.mostSpecific = combine === "mostSpecific";
    this.exit = exit === "true";
    const push = (map, key, value) => map.set(key, [...(map.get(key) ?? []), value]);
    for (const [key, value] of facts.facts) {
      const [sort, first, second] = key.split("/");
      if (sort === "member") push(this.#groups, second, first);
      if (sort === "grant") push(this.#grants, first, [second, rank(value)]);
    }
    this.users = facts.ids("User");
    this.objects = facts.ids("Organization", "Workspace", "Folder");
  }

  /** Whom a user reaches, each with the shortest chain of groups, ties by id. */
  reach(user) {
    if (this.#reach.has(user)) return this.#reach.get(user);
    const found = new Map(this.facts.kind(user) === "User" ? [[user, []]] : []);
    for (let level = [...found.keys()]; level.length > 0; ) {
      const next = new Map();
      for (const from of level) {
        for (const group of this.#groups.get(from) ?? []) {
          const chain = [...found.get(from), group];
          if (!found.has(group) && (!next.has(group) || chainOrder(chain, next.get(group)) < 0)) next.set(group, chain);
        }
      }
      for (const [group, chain] of next) found.set(group, chain);
      level = [...next.keys()];
    }
    this.#reach.set(user, found);
    return found;
  }

  /** Grants on an object that reach a user: {subject, object, granted, role}. */
  explicit(user, object) {
    const reach = this.reach(user);
    return (this.#grants.get(object) ?? []).filter(([subject]) => reach.has(subject)).map(([subject, role]) => ({ subject, object, granted: role, role }));
  }

  /** Every grant that reaches a user on an object or above it, with the role it gives there; 0 where it is blocked. */
  paths(user, object) {
    const own = this.explicit(user, object);
    if (this.facts.kind(object) !== "Folder") return own;
    const audience = this.facts.facts.get(`audience/${object}`);
    const lowered = (role) => (role >= EXEMPT || audience === "parent" ? role : audience === "private" ? 0 : Math.min(role, rank(audience)));
    const hidden = (role) => this.mostSpecific && own.length > 0 && role < EXEMPT;
    const carried = this.paths(user, this.facts.parent(object)).map((path) => ({ ...path, role: hidden(lowered(path.role)) ? 0 : lowered(path.role) }));
    return [...own, ...carried];
  }

  contributions(user, object) {
    if (!this.facts.kind(object) || !this.facts.kind(user)) return [];
    if (this.exit && this.facts.kind(object) === "Folder" && this.explicit(user, this.facts.workspace(object)).length === 0) return [];
    return this.paths(user, object).filter((path) => path.role > 0);
  }

  potential(user, object) {
    return Math.max(0, ...this.contributions(user, object).map((path) => path.role));
  }

  effective(user, object) {
    return this.facts.active(user) ? this.potential(user, object) : 0;
  }

  /** Whether an active user has the strongest role on an object. */
  owned(object) {
    return this.facts.kind(object) !== undefined && this.users.some((user) => this.effective(user, object) === ROLES.length);
  }

  /** The facts that one contribution rests on. */
  rests(user, object, { subject, object: granted }) {
    const keys = this.#granted(user, granted, subject);
    let at = object;
    for (; at !== granted; at = this.facts.parent(at)) keys.push(`parent/${at}`, `audience/${at}`, `exists/${at}`);
    if (this.exit && this.facts.kind(object) === "Folder") {
      for (; this.facts.kind(at) === "Folder"; at = this.facts.parent(at)) keys.push(`parent/${at}`, `exists/${at}`);
      for (const path of this.explicit(user, at)) keys.push(...this.#granted(user, at, path.subject));
    }
    return keys;
  }

  /** A grant, and the memberships on any way from the user to its subject. */
  #granted(user, object, subject) {
    const keys = [`grant/${object}/${subject}`, `exists/${object}`, `exists/${subject}`];
    const reach = this.reach(user);
    const back = new Set([subject]);
    for (const at of back) {
      for (const member of reach.keys()) {
        if (!this.facts.facts.has(`member/${at}/${member}`)) continue;
        keys.push(`member/${at}/${member}`, `exists/${member}`);
        back.add(member);
      }
    }
    return keys;
  }
}

function chainOrder(a, b) {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = byBytes(a[index], b[index]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const KINDS = ["grant", "revoke", "upgrade", "downgrade", "latent", "masked"];
const LISTED = { grant: 0, revoke: 0, upgrade: 0, downgrade: 0, latent: 1, masked: 2 };

/** The diff of two states: every user times every object, before and after. */
export function diff(before, after) {
  const [old, now] = [new Access(before), new Access(after)];
  const differs = (key) => before.facts.get(key) !== after.facts.get(key);
  const rows = [];
  const lockedOut = [];
  for (const user of new Set([...old.users, ...now.users])) {
    let [had, has] = [false, false];
    for (const object of new Set([...old.objects, ...now.objects])) {
      const [one, other] = [old.contributions(user, object), now.contributions(user, object)];
      const best = (list) => Math.max(0, ...list.map((path) => path.role));
      const name = ({ subject, object: granted, role }) => `${subject} ${granted} ${role}`;
      const [ones, others] = [new Set(one.map(name)), new Set(other.map(name))];
      const [lost, won] = [one.filter((path) => !others.has(name(path))), other.filter((path) => !ones.has(name(path)))];
      let [from, to] = [old.effective(user, object), now.effective(user, object)];
      had ||= from > 0;
      has ||= to > 0;
      let kind;
      if (from !== to) kind = from === 0 ? "grant" : to === 0 ? "revoke" : to > from ? "upgrade" : "downgrade";
      else if (from === 0 && best(one) !== best(other)) [kind, from, to] = ["latent", best(one), best(other)];
      else if (from > 0 && lost.length + won.length > 0) kind = "masked";
      else continue;
      const keys = [`active/${user}`, `exists/${user}`, ...lost.flatMap((path) => old.rests(user, object, path)), ...won.flatMap((path) => now.rests(user, object, path))];
      const causes = new Set(keys.filter(differs).map((key) => after.writers.get(key)));
      const type = after.kind(object) ?? before.kind(object);
      rows.push({ user, object: { type, id: object }, kind, before: roleOf(from), after: roleOf(to), causes: [...causes].sort((a, b) => a - b) });
    }
    if (had && !has) lockedOut.push(user);
  }
  rows.sort((a, b) => LISTED[a.kind] - LISTED[b.kind] || byBytes(a.user, b.user) || byBytes(a.object.id, b.object.id));
  const summary = {
    kinds: Object.fromEntries(KINDS.map((kind) => [kind, rows.filter((row) => row.kind === kind).length])),
    users: new Set(rows.map((row) => row.user)).size,
    objects: new Set(rows.map((row) => row.object.id)).size,
    lockedOut: lockedOut.length,
  };
  return { rows, lockedOut, summary };
}
