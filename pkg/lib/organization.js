// The resident organization: argument checks, and NDJSON in and out by the chunk.
import { ScimError, badSyntax, badValue } from "./error.js";
import { configText, count, isBytes, isList, oneOf, pick, stringify, text, wellFormed } from "./arguments.js";
import { frame, readContext } from "./request.js";
import { makePlan, makeReply, stateOf } from "./plan.js";
import { Resident } from "./resident.js";

/** About how much is fed or read at a time, in bytes. */
const CHUNK = 1 << 20;
const NEWLINE = 10;
const ALL = 0xffffffff;

const KINDS = ["grant", "revoke", "upgrade", "downgrade", "latent", "masked"];

const objectRef = (value, name) => {
  const object = pick(value, name, { type: (type) => oneOf(type, `${name}.type`, ["Organization", "Workspace", "Folder"]), id: text });
  if (object.type === undefined || object.id === undefined) throw badValue(`\`${name}\` must be an object with \`type\` and \`id\``);
  return object;
};

export class Organization {
  #resident;

  constructor(config) {
    this.#resident = new Resident(configText(config, "config"));
  }

  restore(records) {
    const resident = this.#resident;
    let answer = null;
    const feed = (lines) => {
      // Counted as a change even when it throws: the records before the bad one are in.
      const first = answer === null ? 1 : 0;
      resident.changes += 1;
      answer = resident.ask("orgRestore", [lines], first).json();
    };
    if (typeof records === "string") chunks(wellFormed(records, "records", badSyntax), "\n", feed);
    else if (isBytes(records)) chunks(records, NEWLINE, feed);
    else feedRecords(records, feed);
    if (answer === null) feed("");
    return answer;
  }

  dangling(page) {
    const { after = "", limit = ALL } = pick(page, "page", { after: text, limit: count });
    return this.#resident.ask("orgDangling", [after], limit).json();
  }

  records(page) {
    const { after = "", bytes } = pick(page, "page", { after: text, bytes: count });
    if (bytes !== undefined) return this.#resident.ask("orgRecords", [after], Math.max(bytes, 1)).copy();
    const pages = [];
    let length = 0;
    for (let key = after; ;) {
      const lines = this.#resident.ask("orgRecords", [key], CHUNK).copy();
      if (lines.length === 0) return concatenated(pages, length);
      pages.push(lines);
      length += lines.length;
      key = this.#resident.ask("lastKey", []).text();
    }
  }

  get version() {
    return this.#resident.ask("orgVersion", []).text();
  }

  get stats() {
    return this.#resident.ask("orgStats", []).json();
  }

  plan(requests, context) {
    const read = readContext(context);
    return makePlan(this.#resident, frame(requests), read);
  }

  commit(plan) {
    const state = stateOf(plan);
    this.#resident.askOf(state, "orgCommit", []);
    state.committed = true;
    if (state.writes) state.changes = this.#resident.changes += 1;
  }

  handle(request, context) {
    const read = readContext(context);
    if (isList(request, "request")) throw badValue("`handle` answers one request; `plan` takes several");
    return makeReply(this.#resident, frame(request), read);
  }

  accessChanges(plan, page) {
    const query = pick(page, "page", { offset: count, limit: count, kind: (value, name) => oneOf(value, name, KINDS), user: text, object: text });
    if (query.offset === undefined || query.limit === undefined) throw badValue("`page` must have `offset` and `limit`");
    return this.#resident.askOf(stateOf(plan), "orgAccessChanges", [JSON.stringify(query)]).json();
  }

  accessTable(plan, page) {
    const { offset, limit } = pick(page, "page", { offset: count, limit: count });
    if (offset === undefined || limit === undefined) throw badValue("`page` must have `offset` and `limit`");
    const engine = this.#resident.askOf(stateOf(plan), "orgAccessTable", [], offset, limit);
    const { users, objects, kinds, roles, rows } = engine.json();
    return { users, objects, kinds, roles, rows: engine.words(engine.run("tableRows"), rows * 3) };
  }

  check(query) {
    const { user, can, on } = pick(query, "query", { user: text, can: text, on: objectRef });
    if (user === undefined || can === undefined) throw badValue("`query` must be an object with `user` and `can`");
    return this.#answer("orgCheck", { user, can, on });
  }

  explain(user, object) {
    return this.#answer("orgExplain", text(user, "user"), objectRef(object, "object"));
  }

  accessOf(user) {
    return this.#answer("orgAccessOf", text(user, "user"));
  }

  whoHas(object, page) {
    return this.#answer("orgWhoHas", objectRef(object, "object"), pick(page, "page", { role: text, offset: count, limit: count }));
  }

  free() {
    this.#resident.free();
  }

  #answer(name, ...values) {
    return this.#resident.ask(name, [JSON.stringify(values)]).json();
  }
}

if (Symbol.dispose) Object.defineProperty(Organization.prototype, Symbol.dispose, { value: Organization.prototype.free, configurable: true, writable: true });

/** Cuts NDJSON, text or bytes, at line ends. */
function chunks(lines, newline, feed) {
  for (let start = 0; start < lines.length;) {
    let end = lines.length;
    if (end - start > CHUNK) {
      end = lines.lastIndexOf(newline, start + CHUNK) + 1;
      if (end <= start) end = lines.indexOf(newline, start + CHUNK) + 1 || lines.length;
    }
    feed(typeof lines === "string" ? lines.slice(start, end) : lines.subarray(start, end));
    start = end;
  }
}

function feedRecords(records, feed) {
  let walk;
  try {
    walk = records[Symbol.iterator]();
  } catch (cause) {
    throw badValue("`records` must be an iterable of records, or NDJSON as text or bytes; of an async iterable, await the records first", cause);
  }
  let lines = "";
  try {
    for (const record of { [Symbol.iterator]: () => walk }) {
      lines += `${stringify(pick(record, "record", { key: text, value: (value) => value }), "record")}\n`;
      if (lines.length < CHUNK) continue;
      const full = lines;
      lines = "";
      feed(full);
    }
  } catch (cause) {
    if (lines !== "") feed(lines); // those before the one that cannot be read are in
    throw cause instanceof ScimError ? cause : badValue("`records` threw while they were read", cause);
  }
  if (lines !== "") feed(lines);
}

function concatenated(parts, length) {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
