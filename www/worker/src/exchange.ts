// A whole organization out and in, as NDJSON, a page at a time.
import type { Organization, RecordChange } from "scim-policy";
import { ScimError } from "scim-policy";
import type { Imported } from "./api.js";
import { refuse } from "./answers.js";
import type { House } from "./organization.js";
import type { Caller } from "./tokens.js";

/** Records written to the staging table in one transaction. */
const BATCH = 2_000;
/** A line of an import, in UTF-16 units. */
const LINE = 32 << 20;

/**
 * All records. What is written while they are read comes once more at the end, as it is then (the last line for a key wins, null
 * removes it): so the whole is the organization at one moment.
 */
export function* exportOf(house: House): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const start = house.resident.organization.version;
  for (const page of house.store.records()) yield encoder.encode(page);
  if (house.resident.organization.version === start) return;
  const later = house.history.since(start);
  if (later === null) throw new Error("too much was written while the records were read; ask again");
  yield encoder.encode(later.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

/** NDJSON takes the place of all records, or of none. */
export async function importInto(house: House, caller: Caller, request: Request, replace: boolean): Promise<Imported> {
  if (request.body === null) throw refuse(400, "the body must be NDJSON, a record a line");
  if (house.importing) throw refuse(409, "another import is on its way; wait until it is done");
  if (!replace && house.store.hasRecords()) throw refuse(409, "the organization is not empty; `?replace=true` puts the import in the place of everything it has");
  house.importing = true;
  try {
    house.keep(() => house.store.startStaging());
    let count = 0;
    let batch: RecordChange[] = [];
    const flush = () => {
      house.keep(() => house.store.stage(batch));
      batch = [];
    };
    for await (const text of lines(request.body)) {
      count += 1;
      batch.push(recordOf(text, count));
      if (batch.length >= BATCH) flush();
    }
    flush();
    return take(house, caller, count);
  } finally {
    house.importing = false;
    house.keep(() => house.store.stageNothing());
  }
}

function take(house: House, caller: Caller, records: number): Imported {
  const { store, resident, history, audit } = house;
  let organization: Organization | null = null;
  try {
    return house.keep(() => {
      store.swap();
      resident.drop(); // its memory is needed for the one that follows
      organization = resident.read(resident.settings);
      const { version, stats } = organization;
      store.setMeta("version", version);
      const seq = history.addImport(caller, version, records);
      audit.add(caller, "accepted", "import", 200, { detail: `${records} records`, history: seq });
      return { records, dangling: organization.dangling().length, version, history: seq, stats };
    });
  } catch (cause) {
    (organization as Organization | null)?.free();
    organization = null;
    if (cause instanceof ScimError && cause.status < 500) house.keep(() => audit.add(caller, "refused", "import", cause.status, { detail: cause.message }));
    throw cause;
  } finally {
    if (organization !== null) resident.replace(organization);
    house.inbox.forget();
  }
}

function recordOf(text: string, line: number): RecordChange {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    throw refuse(400, `line ${line} is not JSON`);
  }
  const { key, value } = (record ?? {}) as Partial<RecordChange>;
  if (typeof key !== "string" || value === undefined) throw refuse(400, `line ${line} is no record: it must have \`key\` and \`value\``);
  return { key, value };
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw refuse(400, "the body is not UTF-8");
    }
  };
  for await (const chunk of body) {
    const parts = (rest + decode(chunk)).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > LINE) throw refuse(413, "a line is too long to be a record");
    for (const part of parts) if (part.trim() !== "") yield part;
  }
  rest += decode();
  if (rest.trim() !== "") yield rest;
}
