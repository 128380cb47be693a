// What an administrator pastes, as requests: one request, a list, a conversation, HTTP as text, or a bare payload.
import type { ScimRequest } from "scim-policy";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
type Json = Record<string, any>;

export type Pasted = { requests: ScimRequest[]; problem: null } | { requests: []; problem: string };
const problem = (words: string): Pasted => ({ requests: [], problem: words });

export function readPaste(text: string): Pasted {
  const trimmed = text.trim();
  if (trimmed === "") return { requests: [], problem: null };
  if (METHODS.some((method) => trimmed.toUpperCase().startsWith(`${method} `))) return readHttp(trimmed);
  let json: unknown;
  try {
    json = JSON.parse(trimmed);
  } catch (error) {
    return problem(`This is no JSON yet: ${error instanceof Error ? error.message : error}`);
  }
  const list = Array.isArray(json) ? json : Array.isArray((json as Json)?.steps) ? (json as Json).steps : [json];
  const requests: ScimRequest[] = [];
  for (const [index, one] of (list as Json[]).entries()) {
    const request = readOne(one?.request ?? one);
    if (typeof request === "string") return problem(list.length > 1 ? `Number ${index + 1}: ${request}` : request);
    requests.push(request);
  }
  return { requests, problem: null };
}

function readOne(one: Json): ScimRequest | string {
  if (typeof one !== "object" || one === null) return "a request is an object with `method`, `path` and `body`";
  if (typeof one.method === "string" && typeof one.path === "string") {
    const method = one.method.toUpperCase();
    if (!METHODS.includes(method)) return `${one.method} is no method of SCIM`;
    return { method: method as ScimRequest["method"], path: pathOf(one.path), ...(one.body === undefined || one.body === null ? {} : { body: one.body }) };
  }
  const schemas: string[] = Array.isArray(one.schemas) ? one.schemas.map(String) : [];
  if (schemas.includes(PATCH)) return "a PatchOp alone does not say what it changes: put it into {\"method\": \"PATCH\", \"path\": \"/Groups/…\", \"body\": …}";
  if (schemas.some((schema) => schema.endsWith(":Group")) || "members" in one) return { method: "POST", path: "/Groups", body: one };
  if ("userName" in one || schemas.some((schema) => schema.endsWith(":User"))) return { method: "POST", path: "/Users", body: one };
  return "this is neither a request (`method`, `path`, `body`) nor a user or a group";
}

/** Requests as HTTP writes them, one after another; lines of headers are passed over. */
function readHttp(text: string): Pasted {
  const requests: ScimRequest[] = [];
  for (const part of text.split(new RegExp(`\\n(?=(?:${METHODS.join("|")}) /|(?:${METHODS.join("|")}) https?:)`, "i"))) {
    const [line = "", ...rest] = part.trim().split("\n");
    const [method = "", path = ""] = line.trim().split(/\s+/);
    const body = rest.join("\n").replace(/^\s*([\w-]+:[^\n]*\n|\n)*?(?=\s*[[{])/, "").trim();
    if (body.startsWith("{")) {
      try {
        JSON.parse(body);
      } catch (error) {
        return problem(`The body of ${method} ${path} is no JSON yet: ${error instanceof Error ? error.message : error}`);
      }
    }
    requests.push({ method: method.toUpperCase() as ScimRequest["method"], path: pathOf(path), ...(body.startsWith("{") ? { body } : {}) });
  }
  return { requests, problem: null };
}

/** The part of an address that is relative to the SCIM root. */
function pathOf(path: string): string {
  const root = /\/scim\/v2(?:\/[^/?]+(?=\/(?:Users|Groups|Folders|Workspaces|Organization|Bulk|Schemas|ResourceTypes|ServiceProviderConfig|\.search)))?(\/.*)$/.exec(path);
  return root?.[1] ?? path.replace(/^https?:\/\/[^/]+/, "");
}

/** A table as CSV writes it, one object a line, by the names in the first. */
export function readCsv(text: string): Record<string, string>[] {
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let quoted = false;
  const clean = text.replace(/^\uFEFF/, "");
  const separator = (clean.split("\n")[0] ?? "").includes(";") && !(clean.split("\n")[0] ?? "").includes(",") ? ";" : ",";
  const endLine = () => {
    line.push(cell);
    if (line.some((each) => each.trim() !== "")) lines.push(line);
    line = [];
    cell = "";
  };
  for (let at = 0; at < clean.length; at++) {
    const letter = clean[at]!;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (clean[at + 1] === '"') cell += clean[++at];
      else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === separator) {
      line.push(cell);
      cell = "";
    } else if (letter === "\n") endLine();
    else if (letter !== "\r") cell += letter;
  }
  endLine();
  const [names = [], ...rest] = lines;
  return rest.map((cells) => Object.fromEntries(names.map((name, index) => [name.trim(), (cells[index] ?? "").trim()])));
}

export interface Entry {
  userName: string;
  name: string;
  externalId: string;
  department: string;
}

/** People of a directory file, JSON or CSV, by the names Entra, Okta and plain exports use. */
export function readDirectory(text: string): { people: Entry[]; problem: string | null } {
  const trimmed = text.trim();
  if (trimmed === "") return { people: [], problem: null };
  let rows: Json[];
  try {
    const json = trimmed.startsWith("[") || trimmed.startsWith("{") ? (JSON.parse(trimmed) as Json) : null;
    rows = json === null ? readCsv(trimmed) : Array.isArray(json) ? json : json.value ?? json.Resources ?? json.users ?? [json];
  } catch (error) {
    return { people: [], problem: `This is no JSON yet: ${error instanceof Error ? error.message : error}` };
  }
  const pick = (row: Json, ...names: string[]) => {
    for (const [name, value] of Object.entries(row)) if (value && names.includes(name.toLowerCase().replace(/[ _-]/g, ""))) return String(value);
    return "";
  };
  const people = rows.map((row) => {
    const userName = pick(row, "username", "userprincipalname", "login", "email", "mail");
    return { userName, name: pick(row, "displayname", "name") || [pick(row, "givenname", "firstname"), pick(row, "surname", "familyname", "lastname")].filter(Boolean).join(" ") || userName, externalId: pick(row, "externalid", "objectid", "id", "mailnickname"), department: pick(row, "department") };
  }).filter((entry) => entry.userName !== "");
  return { people, problem: people.length === 0 ? "Nobody is in it: a person needs a userName, userPrincipalName or email" : null };
}
