// One instance of the wasm module: its buffers, its traps. `sharedEngine` serves the stateless functions; each
// Organization takes an engine of its own, so that a trap or a `free()` in one leaves the others as they are.
import { ScimError } from "./error.js";
import { readAnswer } from "./answer.js";

/** Room for arguments, kept between calls, in bytes. */
const ROOM = 1 << 16;
/** Above this, the room goes back when a smaller call follows. */
const ROOM_KEPT = 1 << 20;
/** The most one call may bring. The core's own limits are far below; this one keeps wasm memory from growing first. */
const ROOM_MOST = 1 << 28;
/** Up to here a string gets three bytes for each unit at once; a longer one is tried at its length first. */
const SHORT = 1 << 14;
/** Wasm memory never shrinks: a shared instance that outgrew this is left for a new one. */
const SHARED_MOST = 1 << 26;
/** Instances of freed organizations that are kept for the next ones, and the memory one may have. */
const POOL_MOST = 4;
const POOLED_MOST = 1 << 23;
/** Sets of custom schemas that stay compiled. */
const REGISTRIES = 32;
/** What `validate` answers for a valid payload without a word to say: this, plus the index of its resource type. */
const PLAIN = 16;
const NO_TYPE = 0xffff;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Where there are these (Node), Latin-1 is read and written several times as fast as UTF-8 with a letter beyond ASCII in it. */
const { latin1Slice, latin1Write } = globalThis.Buffer?.prototype ?? {};
const hasLatin1 = writesLatin1();
/** No look at the letters, where V8 keeps a string in bytes. */
const BEYOND_LATIN1 = /[^\u0000-\u00ff]/;
/** What `narrow` answers where a text has other letters, and `widen` where there is no room. */
const NOT = 0xffffffff;
/** Up to here a string is not worth a call. */
const FEW = 48;

/** Thrown when the module has another plan's data by now. */
export const AGAIN = new ScimError("this plan has to be made again", { status: 409 });

let make = null;
let shared = null;
const pool = [];

/** Says where instances come from: `maker()` gives the exports of a new one. */
export function provide(maker) {
  make = maker;
  shared = null;
  pool.length = 0;
}

export const ready = () => make !== null;

/** The instance the stateless functions use; a new one after a trap, or when it grew too large. */
export function sharedEngine() {
  if (shared === null || shared.dead || (shared.grown && shared.bytes > SHARED_MOST)) shared = new Engine();
  return shared;
}

export const takeEngine = () => pool.pop() ?? new Engine();

export function giveBack(engine) {
  if (!engine.dead && pool.length < POOL_MOST && engine.bytes < POOLED_MOST) pool.push(engine);
}

/** Whether what the host calls so does what Node's does; other hosts have a `Buffer` too. */
function writesLatin1() {
  try {
    const bytes = new Uint8Array(4);
    return latin1Write.call(bytes, "aÿ", 1, 2) === 2 && bytes[2] === 0xff && latin1Slice.call(bytes, 1, 3) === "aÿ";
  } catch {
    return false;
  }
}

class Engine {
  /** Set by a trap: nothing in it can be trusted any more. */
  dead = false;
  /** Set once a call brought more than `ROOM_KEPT`. */
  grown = false;
  #exports;
  #view = new Uint8Array(0);
  #memory = new Uint8Array(0);
  #numbers = new Float64Array(0);
  #pointer = 0;
  #capacity = 0;
  #registries = new Map();
  #typeNames = new Map();

  constructor() {
    if (make === null) throw new ScimError("scim-policy is not ready: `await init()` before the first call", { status: 500 });
    try {
      this.#exports = make();
    } catch (cause) {
      throw new ScimError("no instance of the wasm module could be made; `free()` gives those of organizations back", { status: 500, cause });
    }
  }

  /** Wasm memory, in bytes. */
  get bytes() {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Calls into wasm. Whatever is thrown out of it is a trap: the instance is lost. */
  run(name, a, b, c, d, e) {
    try {
      return this.#exports[name](a, b, c, d, e);
    } catch (cause) {
      this.dead = true;
      throw new ScimError("scim-policy stopped at an internal error of its own: functions go on with a fresh instance, an Organization must be restored from its records", { status: 500, cause });
    }
  }

  /** Writes arguments (strings and bytes) one after another for the next call, and gives their lengths. */
  write(args) {
    let need = 0;
    for (const arg of args) need += room(arg);
    this.#begin(need);
    const lengths = [];
    let offset = 0;
    for (const arg of args) {
      const length = this.#put(arg, offset);
      lengths.push(length);
      offset += length;
    }
    return lengths;
  }

  /** Writes `fields`, each behind its length in four bytes, then `text`; gives the lengths of both. */
  writeFrame(fields, text) {
    let need = room(text);
    for (const field of fields) need += 4 + room(field);
    this.#begin(need);
    let offset = 0;
    for (const field of fields) {
      this.#reserve(offset + 4);
      const length = this.#put(field, offset + 4);
      this.#view[offset] = length;
      this.#view[offset + 1] = length >>> 8;
      this.#view[offset + 2] = length >>> 16;
      this.#view[offset + 3] = length >>> 24;
      offset += 4 + length;
    }
    return [offset, this.#put(text, offset)];
  }

  /** The last answer, which is read but once: it may be made narrow for that. */
  text() {
    const { memory, narrow, output, outputLength } = this.#exports;
    if (this.#memory.buffer !== memory.buffer) this.#memory = new Uint8Array(memory.buffer);
    const narrowed = hasLatin1 ? narrow() >>> 0 : NOT;
    const start = output();
    return narrowed === NOT ? decoder.decode(this.#memory.subarray(start, start + outputLength())) : latin1Slice.call(this.#memory, start, start + narrowed);
  }

  json() {
    return JSON.parse(this.text());
  }

  /** The last answer, where it is that of a plan. */
  planned() {
    const lines = this.text().split("\n");
    const { memory, planNumbers } = this.#exports;
    if (this.#numbers.buffer !== memory.buffer) this.#numbers = new Float64Array(memory.buffer);
    return readAnswer(lines, this.#numbers, planNumbers() >>> 3);
  }

  /** A copy of the last answer. */
  copy() {
    return this.#output().slice();
  }

  /** A copy of `count` words at `pointer`. */
  words(pointer, count) {
    return new Uint32Array(this.#exports.memory.buffer, pointer, count).slice();
  }

  /** Throws the answer of a call that returned 1. */
  refuse() {
    const { detail, again, ...rest } = this.json();
    if (again) throw AGAIN;
    throw new ScimError(detail, rest);
  }

  /** The handle of compiled `schemas` and `resourceTypes`, given as JSON text; "" stands for the built-in ones. */
  registry(text) {
    if (text === "") return 0;
    const known = this.#registries.get(text);
    if (known !== undefined) {
      this.#registries.delete(text);
      this.#registries.set(text, known);
      return known;
    }
    const [length] = this.write([text]);
    if (this.run("compile", length) === 1) this.refuse();
    const handle = Number(this.text());
    this.#registries.set(text, handle);
    if (this.#registries.size > REGISTRIES) {
      const [oldest, old] = this.#registries.entries().next().value;
      this.#registries.delete(oldest);
      this.#typeNames.clear();
      this.run("releaseRegistry", old);
    }
    return handle;
  }

  /** Whether `code`, from `validate`, says no more than: valid. */
  isPlain(code) {
    return code >= PLAIN;
  }

  /** The name of the resource type in such a code. */
  typeName(registry, code) {
    if (code === NO_TYPE) return null;
    const key = registry * 0x10000 + code;
    let name = this.#typeNames.get(key);
    if (name === undefined) {
      if (this.run("resourceTypeName", registry, code - PLAIN) === 1) this.refuse();
      name = this.text();
      this.#typeNames.set(key, name);
    }
    return name;
  }

  #output() {
    const exports = this.#exports;
    return new Uint8Array(exports.memory.buffer, exports.output(), exports.outputLength());
  }

  #begin(need) {
    if (this.#capacity > ROOM_KEPT && need <= ROOM_KEPT) this.#resize(ROOM);
    this.#reserve(need);
  }

  /** Sees to it that the view is good for `need` bytes; what was written stays. */
  #reserve(need) {
    if (need > this.#capacity) {
      if (need > ROOM_KEPT) this.grown = true;
      this.#resize(Math.max(ROOM, need));
    } else if (this.#view.length !== this.#capacity) {
      this.#look(); // wasm memory grew since, and every view of the old one is empty
    }
  }

  #resize(capacity) {
    const pointer = capacity > ROOM_MOST ? 0 : this.run("input", capacity);
    if (pointer === 0) throw new ScimError(`what was passed has more than ${ROOM_MOST >> 20} MB, or more than there is memory for`, { status: 413 });
    this.#pointer = pointer;
    this.#capacity = capacity;
    this.#look();
  }

  #look() {
    this.#view = new Uint8Array(this.#exports.memory.buffer, this.#pointer, this.#capacity);
  }

  #put(arg, offset) {
    if (typeof arg !== "string") {
      if (arg.length === 0) return 0;
      this.#reserve(offset + arg.length);
      try {
        this.#view.set(arg, offset);
      } catch {
        return 0; // detached: V8's optimized code may still see the length it had
      }
      return arg.length;
    }
    if (arg.length <= FEW && this.#putAscii(arg, offset)) return arg.length;
    if (hasLatin1 && arg.length > FEW && !BEYOND_LATIN1.test(arg)) {
      this.#reserve(offset + arg.length);
      latin1Write.call(this.#view, arg, offset, arg.length);
      const widened = this.#exports.widen(offset, arg.length) >>> 0;
      if (widened !== NOT) return widened;
    }
    let length = 0;
    let rest = arg;
    while (rest !== "") {
      const at = offset + length;
      const { read, written } = encoder.encodeInto(rest, at === 0 ? this.#view : this.#view.subarray(at));
      length += written;
      if (read === rest.length) break;
      rest = rest.slice(read);
      this.#reserve(offset + length + rest.length * 3);
    }
    return length;
  }

  /** Writes a short text; false where a letter is not ASCII. */
  #putAscii(text, offset) {
    const view = this.#view;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit > 0x7f) return false;
      view[offset + at] = unit;
    }
    return true;
  }
}

const room = (arg) => (typeof arg === "string" && arg.length <= SHORT ? arg.length * 3 : arg.length);
