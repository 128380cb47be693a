// What people see instead of ids.
import type { AccessChange, RecordChange, ScimResponse } from "scim-policy";
import { recordKey, type Store } from "./store.js";

/** Names looked up for one answer at most. */
const MOST = 500;
const TYPES = ["user", "group", "workspace", "folder"];

/** The name in a record's value. */
function called(value: unknown): string | null {
  const { displayName, userName } = (value ?? {}) as { displayName?: unknown; userName?: unknown };
  return typeof displayName === "string" ? displayName : typeof userName === "string" ? userName : null;
}

export function nameOf(store: Store, type: string, id: string): string | null {
  const text = store.record(type === "Organization" ? "organization" : recordKey(type, id));
  return text === null ? null : called(JSON.parse(text));
}

/** Names by id of whoever `changes` and `more` mention: as stored, else as `records` would make them. */
export function namesOf(store: Store, changes: readonly AccessChange[], records: readonly RecordChange[] = [], more: Iterable<[string, string]> = []): Record<string, string> {
  const names: Record<string, string> = {};
  const wanted = new Map<string, string>();
  for (const { user, object } of changes) {
    wanted.set(user, "User");
    wanted.set(object.id, object.type);
    if (wanted.size > MOST) break;
  }
  for (const [id, type] of more) wanted.set(id, type);
  for (const [id, type] of wanted) {
    const name = nameOf(store, type, id);
    if (name !== null) names[id] = name;
  }
  for (const { key, value } of records) {
    const [type = "", id = ""] = key.split("/").map(decodeURIComponent);
    const name = TYPES.includes(type) ? called(value) : null;
    if (name !== null && names[id] === undefined && Object.keys(names).length < MOST) names[id] = name;
  }
  return names;
}

const KINDS: Record<string, string> = { Users: "User", Groups: "Group", Workspaces: "Workspace", Folders: "Folder", Organization: "Organization" };

/** What a SCIM path names. */
export function targetOf(path: string): { type: string; id: string } | null {
  const [, endpoint = "", id = ""] = path.split("?")[0]!.split("/");
  const type = KINDS[endpoint];
  return type === undefined || id === "" ? null : { type, id: decoded(id) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The words of an error answer. */
export function detailOf({ body }: ScimResponse): { detail: string; scimType: string | null } {
  const { detail = "", scimType = null } = JSON.parse(body ?? "{}") as { detail?: string; scimType?: string | null };
  return { detail, scimType };
}
