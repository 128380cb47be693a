// Everything `/api/{organization}/…` takes and answers: types alone. The panel is written against this file, the worker too.
//
// Every request carries `Authorization: Bearer <token>`, a token of scope "administrator"; without one it is 401, with an
// identity provider's 403. `organization` is 1 to 63 of a-z, 0-9 and "-", not "-" first. Bodies and answers are application/json,
// NDJSON (application/x-ndjson, streamed) where it says so. Times are ISO text in UTC. An answer of 400 or more is an `ApiError`.
// The panel itself is served from `/`, for the organization named in `/?organization=NAME` ("default" when there is none).
import type { People } from "./people.js";
import type {
  AccessChange, AccessSummary, AccessTable, Actor, Decision, Dialect, Explanation, GuardFinding, Limits, Note, ObjectRef, RecordChange, Role,
  RolePreset, ScimRequest, ScimResponse, ScimType,
} from "scim-policy";

// ───────────────────────────────────────────────────────────── errors

/** RFC 7644 §3.12's body, here too; for a held change `held` says what an administrator would have to approve. */
export interface ApiError {
  schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"];
  /** The status as text. 409: the organization changed since `expect`; 403 with `held`: a guard; 503: come again after Retry-After. */
  status: string;
  scimType?: ScimType;
  detail: string;
  /** Index of the request of an atomic plan that failed. */
  request?: number;
  held?: Preview;
}

// ───────────────────────────────────────────────────────────── GET session

/** Whose token this is, and on what. Ask for it first: 401 means that the token is none. */
export interface Session {
  organization: string;
  /** `displayName` of the Organization resource, else the organization's name. */
  displayName: string;
  token: {
    /** "operator" for the deployment's own ADMIN_TOKEN, which is no row of `tokens`. */
    id: string;
    scope: Scope;
    /** The person the token names. */
    person: string;
    /** The user the token is bound to: guard selfLockout looks at them. */
    user: string | null;
    expiresAt: string | null;
  };
  /** What identity providers are given as tenant URL. */
  tenantUrl: string;
  version: string;
  /** What the panel's own Organization needs, so that it computes what the worker computes. */
  config: OrganizationSettings & { baseUrl: string };
  /** Days that the history and the audit are kept; 0: for ever. */
  retention: { historyDays: number; auditDays: number };
  /** The worker's clock. */
  now: string;
}

export type Scope = "identityProvider" | "administrator";

// ───────────────────────────────────────────────────────────── GET status

/** What the first page shows; cheap enough to ask every few seconds. */
export interface Status {
  version: string;
  stats: { users: number; groups: number; memberships: number; workspaces: number; folders: number; grants: number; bytes: number };
  inbox: InboxSummary;
  refused: { entries: number; requests: number; last: string | null };
  providers: ProviderStatus[];
  tenantUrl: string;
  /** Requests with a wrong token since the worker last started; kept in memory only. */
  unauthorized: { count: number; last: string | null };
  /** Records that refer to something that is not there, at most 100. */
  dangling: string[];
  /** null when well; else one sentence: memory had to be rebuilt, or what is stored disagrees with its version. */
  trouble: { at: string; detail: string } | null;
  now: string;
}

/** One for each identity provider's token that is not revoked, and for those that wrote within the last 30 days. */
export interface ProviderStatus {
  token: string;
  name: string;
  dialect: Dialect | null;
  /** Any request at all. */
  lastContact: string | null;
  /** The last request that changed something. */
  lastChange: string | null;
  lastError: { at: string; status: number; method: string; path: string; detail: string } | null;
  requests: number;
  changes: number;
  errors: number;
  /** true: no contact for 24 h, or the last request failed, or something is held for over 24 h. */
  red: boolean;
  /** One sentence, e.g. "no contact for 3 days: Entra runs a cycle every 40 minutes". null when all is well. */
  trouble: string | null;
}

// ───────────────────────────────────────────────────────────── GET settings, PUT settings

/** PUT takes some of them; those left out stay, null goes back to the default. Both answer all. */
export interface OrganizationSettings {
  /** For tokens that name none. Default "rfc". */
  dialect: Dialect;
  groupPatchAnswer: 200 | 204;
  roles: RolePreset | "taskade";
  limits: Partial<Limits>;
  /** RFC 7643 §7 and §6 documents. */
  schemas: object[];
  resourceTypes: object[];
}
// The Organization resource (displayName, features.scim, membersCanCreateWorkspaces, owners, guards, policy) is read at
// /scim/v2/{organization}/Organization with the same token, and changed by a plan that PATCHes /Organization.

// ───────────────────────────────────────────────────────────── POST plan, POST commit

export interface PlanBody {
  /** Planned as one change, by the actor system on behalf of the token's user. */
  requests: ScimRequest[];
  /** Names of guards the administrator overrides for this plan only. */
  approve?: string[];
  /** The `version` the administrator saw. `commit` wants it; 409 when the organization is at another one. */
  expect?: string;
  /** Default true: the first request answered 400 or above fails the whole (its `ApiError` has `request`). */
  atomic?: boolean;
  /** Access changes listed at most. Default 1000; the summary counts all. */
  accessLimit?: number;
  /** One line for the history: why. */
  reason?: string;
  /** The instant the panel planned at, so that its preview and this plan are equal; within 5 minutes of the worker's clock. */
  now?: string;
  /** Ids for created resources, in order; more are made up when they run out. */
  ids?: string[];
  /** Whose rules the requests are read by; the organization's when left out. */
  dialect?: Dialect;
  /** Only of `plan`, for pages that hold no replica: packed rows of the diff at most (100,000), and whether the records come along (50,000). */
  rows?: number;
  records?: boolean;
}
export interface CommitBody extends PlanBody { expect: string }

/** What would happen. The same fields as the module's Plan, without records. */
export interface Preview {
  /** The version it was planned on: pass it back as `expect`. */
  base: string;
  /** The version after it. */
  version: string;
  responses: ScimResponse[];
  access: { summary: AccessSummary; changes: AccessChange[]; truncated: boolean };
  /** Whose access it touches, counted over all rows. */
  people: People;
  /** As the module's AccessTable, when `rows` asked for it. */
  table?: Omit<AccessTable, "rows"> & { rows: number[] };
  /** Who would have no access at all, when `rows` asked; at most 1,000. */
  leftWithNothing?: string[];
  /** What it writes, when `records` asked for it and they are not too many. */
  written?: RecordChange[];
  guards: GuardFinding[];
  held: boolean;
  refusal: ScimResponse | null;
  notes: Note[];
  /** How many records it writes. */
  records: number;
  /** Names of those that `access` and `responses` mention, by id, as they are before (else after): for showing. */
  names: Record<string, string>;
}
/** 200; or 403 with `held` when a guard that `approve` does not name holds it. */
export interface Committed extends Preview {
  /** Its place in the history; null when it changed nothing. */
  history: number | null;
}

// ───────────────────────────────────────────────────────────── the inbox of held requests

/** What leads every page: leavers that still have access. */
export interface InboxSummary {
  undecided: number;
  /** Undecided for more than 24 h. */
  red: number;
  /**
   * People who would lose some or all access if everything undecided were approved now: they still have it. The rest of the
   * counts likewise. Worked out on the present state as one plan.
   */
  people: number;
  lockedOut: number;
  /** When the oldest undecided one came first. */
  oldest: string | null;
  dismissed: number;
  /** e.g. "27 people removed by the identity provider still have access, oldest 3 h". null when nothing is undecided. */
  headline: string | null;
  /** Why it matters now, e.g. "Entra stops retrying after 7 days"; null below 24 h. */
  warning: string | null;
}

export type InboxState = "undecided" | "approved" | "dismissed";

export interface InboxEntry {
  id: string;
  state: InboxState;
  /** What it means, first: "3 people removed by Entra still have access, for 3 h". */
  meaning: string;
  red: boolean;
  provider: { token: string; name: string; dialect: Dialect | null };
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  /** The object it is about, where one is named: for showing. */
  target: { type: string; id: string; name: string | null } | null;
  firstAt: string;
  lastAt: string;
  /** How often the provider sent it, the first time included. */
  count: number;
  guards: GuardFinding[];
  /** As of its last coming. */
  access: AccessSummary;
  /** Of them the people who would lose some or all access. */
  losing: number;
  /** At most 20 of the people who would lose access, as of its last coming. */
  people: { id: string; name: string | null }[];
  decision: { at: string; person: string; reason: string | null; history: number | null } | null;
  /** After an approval: what the request was answered then (404: what it would have removed was gone already). */
  outcome: { status: number; detail: string | null } | null;
}
/** GET inbox?state=undecided|approved|dismissed|all&after=ID&limit=N (undecided, 100): oldest first; of decided ones, newest first. */
export interface Inbox { summary: InboxSummary; entries: InboxEntry[]; next: string | null }
/** GET inbox/{id}. The body has no password in it; null when there was none. */
export interface InboxDetail extends InboxEntry { request: ScimRequest; changes: AccessChange[]; names: Record<string, string> }

/** POST inbox/plan: a Preview of approving these as one plan, on the present state, in the order they came first. */
export interface InboxChoice {
  ids: string[];
  reason?: string;
}
/**
 * POST inbox/approve: applies them as one plan, and answers Committed with `decided`. `expect` as in `commit`. Dismissed ones may be approved
 * too. One that is answered 404 now counts as done; one that fails otherwise stays undecided and is listed in `failed`. Already
 * approved ones are left out and change nothing. `approve` names further guards to override; those that hold the entries are named anyway.
 */
export interface ApproveBody extends InboxChoice { expect: string; approve?: string[] }
export interface Approved extends Committed { decided: string[]; failed: { id: string; status: number; detail: string }[]; inbox: InboxSummary }
/** POST inbox/dismiss (InboxChoice): the provider's retries stay refused and are counted; nobody loses access. */
export interface Dismissed { decided: string[]; inbox: InboxSummary }
/** GET inbox/export?state=…: NDJSON of InboxDetail. */

// ───────────────────────────────────────────────────────────── refused provider requests

export interface RefusedEntry {
  id: string;
  provider: { token: string; name: string; dialect: Dialect | null };
  method: string;
  path: string;
  status: number;
  scimType: ScimType | null;
  /** What the provider was told. */
  detail: string;
  /** What to mend in Entra or Okta, one or two sentences. */
  mend: string;
  firstAt: string;
  lastAt: string;
  count: number;
}
/** GET refused?after=ID&limit=N (100): latest first. POST refused/clear {ids}: takes them off the list (the audit keeps them); they come back when sent again. */
export interface Refused { entries: RefusedEntry[]; next: string | null }
export interface ClearBody { ids: string[] }

// ───────────────────────────────────────────────────────────── history and undo

export interface HistoryEntry {
  seq: number;
  at: string;
  by: { kind: "identityProvider" | "administrator"; token: string; name: string; user: string | null };
  /** "import" and "undo" are by administrators; "approval" applies held requests. */
  what: "request" | "plan" | "approval" | "undo" | "import";
  /** One line: "PATCH /Groups/g-design", "3 requests", "undo of 41". */
  title: string;
  reason: string | null;
  requests: { method: string; path: string; status: number }[];
  access: AccessSummary;
  /** People who gained access or may do more, who lost access or may do less; missing in entries of an older worker. */
  people?: { gain: number; lose: number };
  guards: GuardFinding[];
  approved: string[];
  version: string;
  /** Whether `inverse` is there. An import has none. */
  canUndo: boolean;
  /** The entry that undid this one, the one this one undid. */
  undoneBy: number | null;
  undoes: number | null;
}
/** GET history?before=SEQ&limit=N (50)&user=ID: latest first; `user` keeps those that changed that user's access (of the first 1,000 changes each). */
export interface History { entries: HistoryEntry[]; next: number | null }
/** GET history/{seq}. Bodies have no password in them; `body` is null where the whole is over 256 KB. */
export interface HistoryDetail extends HistoryEntry { bodies: ScimRequest[] | null; changes: AccessChange[]; truncated: boolean; inverse: ScimRequest[] | null; names: Record<string, string> }
/** POST history/{seq}/undo: body as below; without `commit` a Preview of the inverse on the present state, guarded like any other; with it Committed. */
export interface UndoBody { commit?: boolean; expect?: string; approve?: string[]; reason?: string }

// ───────────────────────────────────────────────────────────── who was deleted

/** A deleted group or person, with the grants that went along. One that comes back under the same name or externalId has none of them. */
export interface Departed {
  id: string;
  type: "User" | "Group";
  name: string;
  /** Of a person; else empty. */
  userName: string;
  externalId: string;
  at: string;
  /** The entry that deleted it. */
  history: number;
  grants: { object: string; role: Role }[];
}
/** GET departed: the latest 500. POST departed/forget {ids}: these are offered no more. */
export interface DepartedList { entries: Departed[] }

// ───────────────────────────────────────────────────────────── guards, tried on the past

/** GET hindsight?type=massLoss&outcome=hold&count=25&share=20&window=60 */
export interface HindsightQuery { type: string; outcome: string; count?: number; share?: number; window?: number }
/** Of the last `of` entries, since `since`, those it would have caught, latest first. What it would have held does not count into its window afterwards. */
export interface Hindsight {
  of: number;
  hits: number[];
  since: string | null;
  /** false: read off what the guard said then, under the setting it had then. */
  exact: boolean;
}

// ───────────────────────────────────────────────────────────── questions

/** GET access/{user} */
export interface AccessOf { user: string; name: string | null; active: boolean; access: { object: ObjectRef; name: string | null; role: Role }[] }
/** GET who-has?type=Folder&id=ID&role=ROLE&offset=0&limit=100 */
export interface WhoHas { object: ObjectRef; name: string | null; people: { user: string; name: string | null; role: Role }[]; next: number | null }
/** GET explain?user=ID&type=Folder&id=ID: the module's Explanation, with names by id. */
export interface Explained extends Explanation { names: Record<string, string> }
/** GET check?user=ID&can=CAPABILITY&type=Folder&id=ID (without type and id: the organization) */
export type Checked = Decision;

// ───────────────────────────────────────────────────────────── records

/**
 * GET feed?since=VERSION: NDJSON of RecordChange, streamed, for a replica. Header `scim-policy-feed` is "changes" when those since
 * VERSION follow (a `value` of null deletes), "full" when all records follow and the replica has to start empty. Feed every line to
 * `restore`; the replica's own `version` is the next `since`. Nothing new: 204. Header `scim-policy-version` is
 * the version it was read at, for a follower without a replica of its own. With `since` missing or unknown: full.
 * A stream that breaks off leaves the replica between versions: start again without `since`.
 */
export type FeedLine = RecordChange;
/** GET export: all records as NDJSON, streamed, with a file name. Equal to one moment of the organization even when it is written to meanwhile. */
/**
 * POST import?replace=true: NDJSON of records, streamed. It takes the place of everything the organization has, in one transaction, or
 * of nothing. Without `replace`, 409 unless the organization is empty. It asks no guard: an import is an administrator's restore.
 */
export interface Imported { records: number; dangling: number; version: string; history: number; stats: Status["stats"] }

// ───────────────────────────────────────────────────────────── audit

/** Append-only, until it is as old as `Session.retention` says; no secrets, no payloads. */
export interface AuditEntry {
  seq: number;
  at: string;
  outcome: "accepted" | "refused" | "held";
  by: HistoryEntry["by"];
  /** "POST /Users", "import", "token created", "settings", "dismissed", … */
  what: string;
  status: number;
  /** For accepted changes: whether anything changed, and whose access. */
  access: AccessSummary | null;
  guards: string[];
  detail: string | null;
  history: number | null;
}
/** GET audit?before=SEQ&limit=N (100)&outcome=…: latest first. GET audit/export: NDJSON of AuditEntry, oldest first, streamed. */
export interface Audit { entries: AuditEntry[]; next: number | null }

// ───────────────────────────────────────────────────────────── tokens

export interface TokenInfo {
  id: string;
  scope: Scope;
  /** Of an administrator the person, of an identity provider its name, e.g. "Entra". */
  name: string;
  /** administrator: the user it is bound to. */
  user: string | null;
  /** identityProvider: the tolerance its requests get; null: the organization's. */
  dialect: Dialect | null;
  /** The last four characters, to tell tokens apart. */
  hint: string;
  createdAt: string;
  createdBy: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
}
/** GET tokens */
export interface Tokens { tokens: TokenInfo[] }
/** POST tokens */
export interface TokenBody { scope: Scope; name: string; user?: string | null; dialect?: Dialect | null; expiresAt?: string | null }
/** 201. `token` is shown this once; only its hash is kept. */
export interface TokenCreated { token: string; info: TokenInfo }
/** DELETE tokens/{id}: 204; the token stops at once. The one in use cannot revoke itself: 409. */

// ───────────────────────────────────────────────────────────── the module's names, for those who import only this file

export type { People };
export type { AccessChange, AccessSummary, Actor, Decision, Dialect, Explanation, GuardFinding, Note, ObjectRef, RecordChange, Role, ScimRequest, ScimResponse, ScimType };
