// The object's SQLite storage: tables, records in and out, long texts in pieces. Nothing is written outside `transaction`.
import type { RecordChange } from "scim-policy";

/** A value of SQLite storage may have 2 MB; a UTF-16 unit takes at most three bytes. */
const PIECE = 600_000;
/** About how much of the records is read at a time, in UTF-16 units. */
const PAGE = 1 << 20;

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS record (key TEXT NOT NULL, part INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, part)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS piece (owner TEXT NOT NULL, part INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (owner, part)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL, user TEXT, dialect TEXT, hint TEXT NOT NULL,
    createdAt TEXT NOT NULL, createdBy TEXT NOT NULL, expiresAt TEXT, lastUsedAt TEXT, revokedAt TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS provider (token TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL, state TEXT NOT NULL, firstAt TEXT NOT NULL, lastAt TEXT NOT NULL,
    count INTEGER NOT NULL, value TEXT NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS inbox_open ON inbox (fingerprint) WHERE state <> 'approved';
  CREATE INDEX IF NOT EXISTS inbox_state ON inbox (state, seq);
  CREATE TABLE IF NOT EXISTS refused (
    id TEXT PRIMARY KEY, firstAt TEXT NOT NULL, lastAt TEXT NOT NULL, count INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS history (seq INTEGER PRIMARY KEY AUTOINCREMENT, version TEXT NOT NULL, undoneBy INTEGER, value TEXT NOT NULL, keys TEXT);
  CREATE INDEX IF NOT EXISTS history_version ON history (version);
  CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY AUTOINCREMENT, outcome TEXT NOT NULL, value TEXT NOT NULL);
  CREATE TRIGGER IF NOT EXISTS audit_fixed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  DROP TRIGGER IF EXISTS audit_kept;
  CREATE TRIGGER IF NOT EXISTS audit_retained BEFORE DELETE ON audit
    WHEN old.seq > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'auditPruned'), 0)
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  CREATE TABLE IF NOT EXISTS departed (id TEXT PRIMARY KEY, at TEXT NOT NULL, history INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
`;
const STAGING = "CREATE TABLE staging (key TEXT NOT NULL, part INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, part)) WITHOUT ROWID";

export class Store {
  #storage: DurableObjectStorage;
  #there: boolean;
  /** The newest table is missing: an older worker made the others. */
  readonly behind: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const has = (name: string) => this.rows("SELECT 1 FROM sqlite_master WHERE name = ?", name).length > 0;
    this.#there = has("audit_fixed");
    this.behind = this.#there && !has("departed");
  }

  /** Whether anything was ever kept: an organization nobody was let into leaves nothing behind. */
  get there(): boolean {
    return this.#there;
  }

  /** Makes the tables; only within a transaction, after which `opened` says that they are there. */
  open(): void {
    this.run(TABLES);
  }

  opened(): void {
    this.#there = true;
  }

  /** All of it or, when `write` throws, nothing. */
  transaction<T>(write: () => T): T {
    return this.#storage.transactionSync(write);
  }

  run(statement: string, ...values: SqlStorageValue[]): void {
    this.#storage.sql.exec(statement, ...values);
  }

  rows<T extends Record<string, SqlStorageValue>>(statement: string, ...values: SqlStorageValue[]): T[] {
    return this.#storage.sql.exec<T>(statement, ...values).toArray();
  }

  row<T extends Record<string, SqlStorageValue>>(statement: string, ...values: SqlStorageValue[]): T | undefined {
    return this.rows<T>(statement, ...values)[0];
  }

  /** The `seq` that the last INSERT was given. */
  lastSeq(): number {
    return this.row<{ seq: number }>("SELECT last_insert_rowid() AS seq")!.seq;
  }

  // ── facts of the object itself

  meta(name: string): string | null {
    if (!this.#there) return null;
    return this.row<{ value: string }>("SELECT value FROM meta WHERE name = ?", name)?.value ?? null;
  }

  setMeta(name: string, value: string): void {
    this.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value);
  }

  // ── records

  write(records: readonly RecordChange[]): void {
    this.#put("record", records);
  }

  #put(table: "record" | "staging", records: readonly RecordChange[]): void {
    for (const { key, value } of records) {
      if (value === null) {
        this.run(`DELETE FROM ${table} WHERE key = ?`, key);
        continue;
      }
      const pieces = cut(JSON.stringify(value));
      pieces.forEach((piece, part) => this.run(`INSERT INTO ${table} VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`, key, part, piece));
      // A user or a group may have had more; nothing else is ever that long.
      if (!/^(member|grant|ledger)\//.test(key)) this.run(`DELETE FROM ${table} WHERE key = ? AND part >= ?`, key, pieces.length);
    }
  }

  /** The value of one record as JSON text. */
  record(key: string): string | null {
    const parts = this.rows<{ value: string }>("SELECT value FROM record WHERE key = ? ORDER BY part", key);
    return parts.length === 0 ? null : parts.map(({ value }) => value).join("");
  }

  /** All records as NDJSON in key order, a page at a time; each page is read at once, so what is written between two is seen. */
  *records(): Generator<string> {
    if (!this.#there) return;
    let rows = 256;
    for (let after = ""; ; ) {
      const page = this.rows<{ key: string; part: number; value: string }>("SELECT key, part, value FROM record WHERE key > ? ORDER BY key, part LIMIT ?", after, rows);
      if (page.length === 0) return;
      // The last key may have more parts than came.
      const cutOff = page.length === rows ? page.at(-1)!.key : null;
      let lines = "";
      let value = "";
      for (const [index, row] of page.entries()) {
        if (row.key === cutOff) break;
        value += row.value;
        if (page[index + 1]?.key === row.key) continue;
        lines += line(row.key, value);
        value = "";
        after = row.key;
      }
      if (lines === "" && cutOff !== null) {
        lines = line(cutOff, this.record(cutOff) ?? "null");
        after = cutOff;
      }
      yield lines;
      rows = Math.min(4096, Math.max(2, Math.floor((rows * PAGE) / lines.length)));
    }
  }

  /** Whether there is more than the Organization itself, which is there from the start. */
  hasRecords(): boolean {
    return this.row("SELECT 1 FROM record WHERE key <> 'organization' LIMIT 1") !== undefined;
  }

  // ── an import, beside the records until it is whole

  stageNothing(): void {
    this.run("DROP TABLE IF EXISTS staging");
  }

  startStaging(): void {
    this.stageNothing();
    this.run(STAGING);
  }

  stage(records: readonly RecordChange[]): void {
    this.#put("staging", records);
  }

  /** What was staged takes the records' place. */
  swap(): void {
    this.run("DROP TABLE record");
    this.run("ALTER TABLE staging RENAME TO record");
  }

  // ── long texts

  setText(owner: string, text: string): void {
    cut(text).forEach((piece, part) => this.run("INSERT INTO piece VALUES (?, ?, ?)", owner, part, piece));
  }

  text(owner: string): string | null {
    const parts = this.rows<{ value: string }>("SELECT value FROM piece WHERE owner = ? ORDER BY part", owner);
    return parts.length === 0 ? null : parts.map(({ value }) => value).join("");
  }

  get bytes(): number {
    return this.#storage.sql.databaseSize;
  }
}

const line = (key: string, value: string) => `{"key":${JSON.stringify(key)},"value":${value}}\n`;

/** Never between the halves of a surrogate pair. */
function cut(text: string): string[] {
  if (text.length <= PIECE) return [text];
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + PIECE, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end -= 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** A key of a record: ids are encoded where they hold a slash or a percent sign. */
export const recordKey = (type: string, id: string) => `${type.toLowerCase()}/${id.replaceAll("%", "%25").replaceAll("/", "%2F")}`;
