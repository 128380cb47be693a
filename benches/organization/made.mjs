// A large organization, invented by a generator that gives the same everywhere.
//
// Subjects are numbered users first, groups behind them; objects workspaces first, folders behind them. A cap says what a
// folder lets down from its parent: 0 nothing (private), 5 all (parent), else a role at most.

const WORDS = ["sales", "design", "support", "platform", "finance", "legal", "people", "research", "security", "field"];
const GIVEN = ["Ada", "Elena", "Jürgen", "Mei", "Omar", "Priya", "Tomás", "Wanjiru", "Yuki", "Zoë"];
const FAMILY = ["Abbott", "Bianchi", "Castillo", "Dubois", "Eriksen", "Fischer", "Grant", "Haddad", "Ivanova", "Jansen"];
export const ROLES = ["viewer", "checker", "editor", "admin", "owner"];
export const ALL = 5;

/** xorshift32: below(n) is a whole number from 0 to n - 1. */
function random(seed) {
  let state = seed;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return { next, below: (n) => Math.floor((next() / 0x100000000) * n) };
}

const hex = (number, digits) => number.toString(16).padStart(digits, "0").slice(-digits);

/** Memberships, each once: two numbers for each, in two arrays. */
class Pairs {
  length = 0;
  groups = new Uint32Array(1 << 20);
  subjects = new Uint32Array(1 << 20);
  #seen = new Map();

  add(group, subject) {
    let members = this.#seen.get(group);
    if (members === undefined) this.#seen.set(group, (members = new Set()));
    if (members.has(subject)) return;
    members.add(subject);
    this.groups[this.length] = group;
    this.subjects[this.length++] = subject;
  }

  done() {
    this.#seen.clear();
    this.groups = this.groups.slice(0, this.length);
    this.subjects = this.subjects.slice(0, this.length);
  }

  /** What `tell` makes of each group and subject. */
  map(tell) {
    return Array.from({ length: this.length }, (_, at) => tell(this.groups[at], this.subjects[at]));
  }
}

/** How many folders stand in the one that is moved, with it. */
const MOVED = 34;

/**
 * At scale 1: 100,000 users (one in 31 inactive), 5,000 groups (the first of everybody, the second of a tenth, 500 groups
 * within groups), 200 workspaces, 20,000 folders up to seven deep, 50,000 grants, 1,000,000 memberships.
 *
 * In the workspace `team.workspace` two private folders stand for two teams, of 1,000 and of 100; in the first one a folder
 * with 33 others, all open to who has their parent.
 */
export function make(scale = 1) {
  const { next, below } = random(0x2545f491);
  const uuid = () => {
    const [a, b, c, d] = [next(), next(), next(), next()];
    return `${hex(a, 8)}-${hex(b, 4)}-4${hex(b >>> 16, 3)}-a${hex(c, 3)}-${hex(c >>> 16, 4)}${hex(d, 8)}`;
  };
  const users = Math.round(100_000 * scale);
  const groups = Math.round(5_000 * scale);
  const workspaces = Math.round(200 * scale);
  const objects = workspaces + Math.round(20_000 * scale);
  const wanted = { memberships: Math.round(1_000_000 * scale), grants: Math.round(50_000 * scale) };
  const subjectIds = Array.from({ length: users + groups }, uuid);
  const objectIds = Array.from({ length: objects }, uuid);
  const active = Uint8Array.from({ length: users }, (_, user) => (user % 31 === 30 ? 0 : 1));

  const parent = new Int32Array(objects).fill(-1);
  const cap = new Uint8Array(objects);
  for (let object = workspaces; object < objects; object++) {
    const lane = object % workspaces;
    const row = Math.floor(object / workspaces);
    parent[object] = lane + workspaces * below(row);
    const draw = below(10);
    cap[object] = draw < 3 ? 0 : draw < 8 ? ALL : 1 + (draw % 3);
  }
  const place = (row) => team.workspace + workspaces * row;
  const team = { workspace: 5 % workspaces };
  [team.from, team.to, team.folder] = [1, 2, 3].map(place);
  for (let row = 1; row < 3 + MOVED; row++) {
    parent[place(row)] = row < 3 ? team.workspace : row === 3 ? team.from : place(3 + below(row - 3));
    cap[place(row)] = row < 3 ? 0 : ALL;
  }

  // The last four groups are of one size each and have one grant, to see what size alone costs.
  const sized = [10, 100, 1_000, 10_000].map((size, at) => ({ group: users + groups - 4 + at, size: Math.min(size, users >> 1) }));
  const members = new Pairs();
  const join = (group, subject) => members.add(group, subject);
  const ordinary = () => users + 2 + below(groups - 6);
  for (let user = 0; user < users; user++) {
    join(users, user);
    if (user % 10 === 0) join(users + 1, user);
  }
  for (let at = 0; at < groups / 10; at++) join(users + 2 + at, users + groups / 5 + 2 * at);
  for (const { group, size } of sized) for (let at = 0; at < size; at++) join(group, 2 * at);
  while (members.length < wanted.memberships) join(ordinary(), below(users));
  members.done();

  const granted = new Set();
  const grants = [];
  const give = (object, subject, rank) => {
    const key = object * (users + groups) + subject;
    if (!granted.has(key)) {
      granted.add(key);
      grants.push([object, subject, rank]);
    }
  };
  for (const wide of [0, 1, 7]) for (let at = 0; at < 3; at++) give((at * 7 + wide) % workspaces, users + wide, 1 + (at % 3));
  for (const { group } of sized) give(objects - 1, group, 2);
  give(9 % workspaces, users + 1, 3);
  give(team.from, sized[2].group, 3);
  give(team.to, sized[1].group, 3);
  while (grants.length < wanted.grants) {
    const object = below(3) === 0 ? below(workspaces) : below(objects - 1);
    if (below(10) === 0) give(object, below(users), 1 + below(5));
    else give(object, ordinary(), 1 + below(3));
  }
  return { users, groups, workspaces, objects, subjectIds, objectIds, active, parent, cap, members, grants, sized, team };
}

/** The records as NDJSON, one kind after the other. */
export function records(made) {
  return { users: users(made), groups: groups(made), objects: objects(made), memberships: memberships(made), grants: grants(made) };
}

const line = (key, value) => `{"key":"${key}","value":${value}}\n`;
const text = (value) => JSON.stringify(value);
const bytes = (lines) => Buffer.from(lines.join(""));
const audience = (cap) => (cap === 0 ? "private" : cap === ALL ? "parent" : ROLES[cap - 1]);
const kindOf = (made, subject) => (subject < made.users ? "User" : "Group");

const USER = '"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]';

/** A user as Entra's default mapping provisions one: about 1 KB. */
function user(made, at) {
  const id = made.subjectIds[at];
  const given = GIVEN[at % 10];
  const family = FAMILY[Math.floor(at / 10) % 10];
  const mail = `${given}.${family}.${at}@acme.example`;
  const department = WORDS[at % 7];
  const boss = made.subjectIds[Math.floor(at / 12)];
  const number = 2_000_000 + at;
  return `{${USER},"id":"${id}","externalId":"${made.subjectIds[(at * 7 + 1) % made.users]}","userName":"${mail}","name":{"formatted":"${given} ${family}","familyName":"${family}","givenName":"${given}"},"displayName":"${given} ${family}","title":"${department} specialist ${at % 90}","preferredLanguage":"en-US","active":${made.active[at] === 1},"emails":[{"value":"${mail}","type":"work","primary":true}],"phoneNumbers":[{"value":"+49 30 ${number}","type":"work"},{"value":"+49 171 ${number}","type":"mobile"},{"value":"+49 31 ${number}","type":"fax"}],"addresses":[{"formatted":"Berlin ${at % 9}","streetAddress":"Hauptstraße ${at % 300}","locality":"Berlin","region":"BE","postalCode":"${10000 + (at % 999)}","country":"DE","type":"work"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"${number}","department":"${department}","manager":{"value":"${boss}"}},"meta":{"resourceType":"User","created":"2026-01-07T09:30:00.000Z","lastModified":"2026-0${1 + (at % 9)}-11T16:20:00.000Z"}}`;
}

function users(made) {
  return bytes(Array.from({ length: made.users }, (_, at) => line(`user/${made.subjectIds[at]}`, user(made, at))));
}

function groups(made) {
  const lines = [];
  for (let at = 0; at < made.groups; at++) {
    const id = made.subjectIds[made.users + at];
    const name = `${WORDS[at % 10]} ${at}`;
    lines.push(line(`group/${id}`, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"${id}","externalId":"${made.objectIds[at % made.objects]}","displayName":"${name}","meta":{"resourceType":"Group","created":"2026-01-07T09:30:00.000Z","lastModified":"2026-01-07T09:30:00.000Z"}}`));
  }
  return bytes(lines);
}

function objects(made) {
  const lines = [];
  for (let at = 0; at < made.objects; at++) {
    const id = made.objectIds[at];
    const type = at < made.workspaces ? "Workspace" : "Folder";
    const up = made.parent[at];
    const place = up < 0 ? "" : `,"parent":{"value":"${made.objectIds[up]}","type":"${up < made.workspaces ? "Workspace" : "Folder"}"},"audience":"${audience(made.cap[at])}"`;
    lines.push(line(`${type.toLowerCase()}/${id}`, `{"schemas":["urn:scim-policy:schemas:1.0:${type}"],"id":"${id}","displayName":"${WORDS[at % 10]} ${type} ${at}"${place},"meta":{"resourceType":"${type}","created":"2026-01-07T09:30:00.000Z","lastModified":"2026-01-07T09:30:00.000Z"}}`));
  }
  return bytes(lines);
}

function memberships(made) {
  const sorted = made.members.map((group, subject) => line(`member/${made.subjectIds[group]}/${made.subjectIds[subject]}`, `{"type":"${kindOf(made, subject)}"}`));
  return bytes(sorted.sort()); // as a store gives them, by key
}

function grants(made) {
  const sorted = made.grants.map(([object, subject, rank]) => line(`grant/${made.objectIds[object]}/${made.subjectIds[subject]}`, `{"type":"${kindOf(made, subject)}","role":${text(ROLES[rank - 1])}}`));
  return bytes(sorted.sort());
}
