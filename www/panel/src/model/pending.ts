// Edits worked out together as one change: by the module in this page, or by the worker where the page holds no replica.
import { ScimError, type AccessChange, type AccessChangeKind, type AccessTable, type GuardFinding, type Note, type Plan, type RecordChange, type Role, type ScimRequest, type ScimResponse } from "scim-policy";
import { ApiProblem, type Client, type PlanBody, type Preview } from "../api/client";
import { around } from "./around";
import { DiffRows, KINDS, namesIn, pathName, readDiff, tally, type Row, type Tally } from "./diff";
import type { Directory } from "./directory";
import { dialectOf, type Edit } from "./edits";
import { configOf, plan as planOf, type Replica } from "./replica";
import { ROLES } from "./roles";

export interface Problem {
  detail: string;
  /** Index of the request, and the edit that holds it. */
  request: number | null;
  edit: Edit | null;
}
export interface Pending {
  edits: Edit[];
  /** The version it was worked out on. */
  base: string;
  problem: Problem | null;
  rows: DiffRows;
  tally: Tally;
  guards: GuardFinding[];
  held: boolean;
  notes: Note[];
  responses: ScimResponse[];
  records: RecordChange[];
  /** The directory as it would be. */
  after: Directory;
  plan: Plan | null;
  /** From the worker: the first changes with their causes, and who is left with nothing. */
  told: { changes: AccessChange[]; leftWithNothing: ReadonlySet<string> } | null;
  /** Milliseconds it took. */
  took: number;
  inPage: boolean;
}

const NONE: Tally = { people: 0, gain: 0, lose: 0, lockedOut: 0, held: 0, later: 0 };
const noRows = () => new DiffRows([], { grant: 0, revoke: 0, upgrade: 0, downgrade: 0, latent: 0, masked: 0 }, { user: String, object: (ref) => ref.id });
/** Changes the worker lists with their causes. */
const CAUSES = 5_000;

/** Worked out in the page, at once; null where the page holds no organization. */
export function previewHere(replica: Replica, edits: Edit[]): Pending | null {
  if (!replica.organization) return null;
  const start = performance.now();
  let pending: Pending;
  try {
    agree(edits);
    pending = inPage(replica, edits, edits.flatMap((edit) => edit.requests));
  } catch (error) {
    pending = failed(replica, edits, error);
  }
  pending.took = performance.now() - start;
  performance.measure("preview", { start });
  return pending;
}

/** Worked out by the worker. */
export async function previewThere(client: Client, replica: Replica, edits: Edit[]): Promise<Pending> {
  const start = performance.now();
  const pending = await remote(client, replica, edits, edits.flatMap((edit) => edit.requests)).catch((error: unknown) => failed(replica, edits, error));
  pending.took = performance.now() - start;
  return pending;
}

export const preview = async (client: Client, replica: Replica, edits: Edit[]): Promise<Pending> => previewHere(replica, edits) ?? previewThere(client, replica, edits);

function agree(edits: Edit[]): void {
  const { odd } = dialectOf(edits);
  if (odd === null) return;
  const before = edits.slice(0, edits.indexOf(odd)).reduce((sum, edit) => sum + edit.requests.length, 0);
  throw new ScimError("it is read by other rules than what was pasted before it; apply one, then the other", { status: 400, request: before });
}

function failed(replica: Replica, edits: Edit[], error: unknown): Pending {
  const request = error instanceof ScimError ? error.request : error instanceof ApiProblem ? error.body?.request ?? null : null;
  const detail = error instanceof Error ? error.message : String(error);
  return {
    edits, base: replica.version, problem: { detail, request, edit: editOf(edits, request) }, rows: noRows(), tally: NONE, guards: [], held: false, notes: [],
    responses: [], records: [], after: replica.directory, plan: null, told: null, took: 0, inPage: replica.organization !== null,
  };
}

function inPage(replica: Replica, edits: Edit[], requests: ScimRequest[]): Pending {
  const plan = planOf(replica, requests, dialectOf(edits).dialect);
  const after = replica.directory.with(plan.records);
  const { rows, people } = readDiff(replica.organization!, plan, replica.directory, after);
  return {
    edits, base: replica.version, problem: null, rows, tally: tally(people, plan.access.summary.lockedOut), guards: plan.guards, held: plan.held, notes: plan.notes,
    responses: plan.responses, records: plan.records, after, plan, told: null, took: 0, inPage: true,
  };
}

async function remote(client: Client, replica: Replica, edits: Edit[], requests: ScimRequest[]): Promise<Pending> {
  agree(edits);
  const { dialect } = dialectOf(edits);
  const said = await client.post<Preview>("plan", { requests, expect: replica.version, atomic: true, accessLimit: CAUSES, rows: 100_000, records: true, ...(dialect ? { dialect } : {}) } satisfies PlanBody);
  const after = said.written ? replica.directory.with(said.written) : replica.directory;
  const table = { ...said.table!, rows: Uint32Array.from(said.table!.rows) };
  const rows = new DiffRows([table], said.access.summary.kinds, namesIn(replica.directory, after));
  return {
    edits, base: said.base, problem: null, rows, tally: tally(said.people, said.access.summary.lockedOut), guards: said.guards, held: said.held, notes: said.notes,
    responses: said.responses, records: said.written ?? [], after, plan: null, told: { changes: said.access.changes, leftWithNothing: new Set(said.leftWithNothing) }, took: 0, inPage: false,
  };
}

/** The rows of a preview that the worker made. */
export function rowsOf({ access, names }: Pick<Preview, "access" | "names">, directory: Directory): DiffRows {
  const users = new Map<string, number>();
  const objects = new Map<string, number>();
  const table: AccessTable = { users: [], objects: [], kinds: KINDS, roles: ROLES, rows: new Uint32Array(access.changes.length * 3) };
  const rank = (role: Role | null) => (role === null ? 0 : ROLES.indexOf(role) + 1);
  access.changes.forEach(({ user, object, kind, before, after }, index) => {
    if (!users.has(user)) users.set(user, table.users.push(user) - 1);
    if (!objects.has(object.id)) objects.set(object.id, table.objects.push(object) - 1);
    table.rows.set([users.get(user)!, objects.get(object.id)!, (KINDS.indexOf(kind) << 16) | (rank(before) << 8) | rank(after)], index * 3);
  });
  return new DiffRows([table], access.summary.kinds, {
    user: (id) => names[id] ?? directory.personName(id),
    object: (ref) => (directory.places.has(ref.id) ? pathName(directory, ref) : names[ref.id] ?? directory.objectName(ref)),
  });
}

function editOf(edits: Edit[], request: number | null): Edit | null {
  if (request === null) return edits.length === 1 ? edits[0]! : null;
  let left = request;
  for (const edit of edits) {
    if (left < edit.requests.length) return edit;
    left -= edit.requests.length;
  }
  return null;
}

/** Which edit a request of the change belongs to. */
export const causeOf = (pending: Pending, request: number) => editOf(pending.edits, request);

export interface Difference {
  before: Tally;
  after: Tally;
  /** Rows that are there now and were not, and the other way. */
  came: Row[];
  went: Row[];
}

export function differs(before: Pending, after: Pending): Difference {
  const keyed = (rows: DiffRows) => {
    const all = new Map<string, Row>();
    for (let index = 0; index < rows.length; index++) {
      const row = rows.row(index);
      all.set(`${row.user} ${row.object.id} ${row.kind} ${row.before} ${row.after}`, row);
    }
    return all;
  };
  const old = keyed(before.rows);
  const now = keyed(after.rows);
  return {
    before: before.tally,
    after: after.tally,
    came: [...now].filter(([key]) => !old.has(key)).map(([, row]) => row),
    went: [...old].filter(([key]) => !now.has(key)).map(([, row]) => row),
  };
}

/** Asks why, before and after, of a small organization with all that bears on one person and one place. */
export class Why {
  constructor(readonly replica: Replica, readonly pending: Pending | null) {}

  before(user: string, object: Row["object"]) {
    const { organization, directory } = this.replica;
    return organization ? quiet(() => organization.explain(user, object)) : this.#ask(directory, user, object);
  }
  after(user: string, object: Row["object"]) {
    return this.pending === null || this.pending.problem !== null ? null : this.#ask(this.pending.after, user, object);
  }
  #ask(directory: Directory, user: string, object: Row["object"]) {
    if (!directory.people.has(user) || (object.type !== "Organization" && !directory.places.has(object.id))) return null;
    return quiet(() => {
      const organization = around(directory, configOf(this.replica.session.config), user, object);
      try {
        return organization.explain(user, object);
      } finally {
        organization.free();
      }
    });
  }
}

/** Someone or something that is not there has no explanation. */
function quiet<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch {
    return null;
  }
}

export const KIND_WORDS: Record<AccessChangeKind, { name: string; means: string }> = {
  revoke: { name: "Loses access", means: "had a role, has none afterwards" },
  downgrade: { name: "May do less", means: "keeps access with a weaker role" },
  grant: { name: "Gains access", means: "had no role, has one afterwards" },
  upgrade: { name: "May do more", means: "keeps access with a stronger role" },
  latent: { name: "Not yet", means: "inactive: it counts once they are active" },
  masked: { name: "Same role, other way", means: "another path holds the same role" },
};
