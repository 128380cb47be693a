// ScimRequests and Contexts as the boundary takes them: a frame of fields, and options as JSON.
import { badValue } from "./error.js";
import { count, dialectName, flag, instant, isList, items, keptJson, oneOf, pick, stringify, text, texts } from "./arguments.js";

/** The headers that are read; no other leaves the host. */
const HEADERS = new Set(["if-match", "if-none-match", "content-type", "accept"]);

const REQUEST = { method: text, path: text, headers, body, id: text };

/** The frame of some requests: six fields for each. The caller cannot change it any more. */
export function frame(requests) {
  const fields = [];
  const add = (request, name) => {
    const { method, path, headers = "", id = "", body } = pick(request, name, REQUEST);
    if (method === undefined || path === undefined) throw badValue(`\`${name}\` must be an object with \`method\` and \`path\``);
    fields.push(method, path, headers, id, body === undefined ? "-" : "t", body ?? "");
  };
  if (isList(requests, "requests")) items(requests, "requests").forEach((request, index) => add(request, `requests[${index}]`));
  else add(requests, "request");
  return fields;
}

function headers(value, name) {
  if (value === null || typeof value !== "object") throw badValue(`\`${name}\` must be an object of strings`);
  const known = { __proto__: null };
  // A `Headers` object has no keys of its own; it is walked, so that no If-Match is lost on the way.
  for (const [header, content] of Symbol.iterator in value ? value : Object.entries(value)) {
    if (HEADERS.has(text(header, name).toLowerCase()) && content !== undefined) known[header] = text(content, header);
  }
  return JSON.stringify(known);
}

function body(value, name) {
  return value === null ? undefined : keptJson(value, name);
}

const CONTEXT = {
  now: instant,
  newId: (value, name) => {
    if (typeof value !== "function") throw badValue(`\`${name}\` must be a function`);
    return value;
  },
  actor: (value, name) => {
    const actor = pick(value, name, { kind: (kind) => oneOf(kind, "actor.kind", ["identityProvider", "user", "system"]), id: text, onBehalfOf: text });
    if (actor.kind === undefined) throw badValue("`actor` must be an object with `kind`");
    if ((actor.kind === "user") !== (actor.id !== undefined)) throw badValue("`actor.id` names the user, and is for the kind \"user\" alone");
    return actor;
  },
  dialect: dialectName,
  approve: texts,
  unresolved: texts,
  atomic: flag,
  expect: text,
  accessLimit: count,
};

/** A Context: what the boundary takes as JSON, and the function that gives ids. */
export function readContext(context) {
  const options = pick(context, "context", CONTEXT);
  options.now ??= Date.now();
  // JSON has no functions: `newId` is left out of it.
  return { options, newId: options.newId ?? randomId };
}

export function contextText(options, ids) {
  if (ids !== undefined) return stringify({ ...options, ids }, "context");
  for (const key in options) {
    if (key !== "now") return stringify(options, "context");
  }
  return `{"now":${options.now}}`; // what nearly all say, and JSON.stringify takes its time
}

function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages without https have no randomUUID. RFC 9562 §5.4.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
