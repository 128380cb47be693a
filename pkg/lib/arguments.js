// Reading what callers pass. A wrong type is a ScimError 400 in clear words, never a TypeError, and whatever a getter, a
// proxy or a `toJSON` throws comes out as one too. All of it is read before wasm is entered.
import { ScimError, badSyntax, badValue } from "./error.js";

const EMPTY = new Uint8Array(0);
const DIALECTS = ["rfc", "entra", "okta"];

const typedArrayName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
export const isWellFormed = "".isWellFormed ? (text) => text.isWellFormed() : (text) => !LONE_SURROGATE.test(text);

/** Uint8Array, Node's Buffer, and those of another realm. */
export const isBytes = (value) => typedArrayName.call(value) === "Uint8Array";

const isObject = (value) => typeof value === "object" && value !== null;

/** What `value` is, for an error message. */
function kind(value) {
  if (value === null) return "null";
  try {
    if (Array.isArray(value)) return "an array";
  } catch {} // a revoked proxy
  const type = typeof value;
  return type === "undefined" ? "undefined" : `${type === "object" ? "an" : "a"} ${type}`;
}

/** What `cause` says, behind a colon; anything can be thrown. */
export function words(cause) {
  try {
    return cause instanceof Error ? `: ${cause.message}` : "";
  } catch {
    return "";
  }
}

const isOurs = (cause) => {
  try {
    return cause instanceof ScimError;
  } catch {
    return false;
  }
};

/** Runs what may call into the caller's code, and turns whatever it throws into a ScimError. */
function reading(name, read, error = badValue) {
  try {
    return read();
  } catch (cause) {
    throw isOurs(cause) ? cause : error(`\`${name}\` cannot be read${words(cause)}`, cause);
  }
}

/** A JsonInput as text or bytes. */
export function json(value, name) {
  if (typeof value === "string") return wellFormed(value, name, badSyntax);
  if (!isObject(value)) throw badSyntax(`\`${name}\` must be an object, JSON text or a Uint8Array, not ${kind(value)}`);
  return isBytes(value) ? value : stringify(value, name);
}

/** The same, in a form that the caller cannot change any more: for what is worked out later. */
export function keptJson(value, name) {
  const input = json(value, name);
  return typeof input === "string" ? input : keep(input);
}

/** Small copies share one buffer: making a buffer for each costs more than the copy. */
const SLAB = 1 << 15;
let slab = new Uint8Array(SLAB);
let used = 0;

function keep(bytes) {
  try {
    return copied(bytes);
  } catch {
    return EMPTY; // detached: V8's optimized code may still see the length it had
  }
}

function copied(bytes) {
  if (bytes.length === 0) return EMPTY;
  if (bytes.length > SLAB >> 2) return new Uint8Array(bytes);
  if (used + bytes.length > SLAB) {
    slab = new Uint8Array(SLAB);
    used = 0;
  }
  const copy = slab.subarray(used, (used += bytes.length));
  copy.set(bytes);
  return copy;
}

/** An object as JSON text. */
export function stringify(value, name) {
  return reading(name, () => {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Promise) {
      throw badSyntax(`\`${name}\` must be an object, JSON text or a Uint8Array, not ${value instanceof Promise ? "a Promise: await it first" : "another kind of buffer"}`);
    }
    const text = JSON.stringify(value);
    if (text === undefined) throw badSyntax(`\`${name}\` has no JSON form`);
    return text;
  }, badSyntax);
}

export function wellFormed(value, name, error = badValue) {
  if (!isWellFormed(value)) throw error(`\`${name}\` holds half of a surrogate pair, which has no UTF-8 form`);
  return value;
}

export function text(value, name) {
  if (typeof value !== "string") throw badValue(`\`${name}\` must be a string, not ${kind(value)}`);
  return wellFormed(value, name);
}

/** The items of a list, read once. */
export const items = (value, name) => reading(name, () => Array.from(value));

/** A whole number from 0 up. */
export function count(value, name) {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw badValue(`\`${name}\` must be a whole number from 0 to 4294967295, not ${typeof value === "number" ? value : kind(value)}`);
  }
  return value;
}

export function flag(value, name) {
  if (typeof value !== "boolean") throw badValue(`\`${name}\` must be true or false, not ${kind(value)}`);
  return value;
}

export function oneOf(value, name, allowed) {
  if (!allowed.includes(value)) throw badValue(`\`${name}\` must be ${allowed.map((word) => `"${word}"`).join(" or ")}, not ${typeof value === "string" ? `"${value}"` : kind(value)}`);
  return value;
}

export function texts(value, name) {
  return reading(name, () => {
    if (!Array.isArray(value)) throw badValue(`\`${name}\` must be an array of strings, not ${kind(value)}`);
    return Array.from(value, (item) => text(item, name));
  });
}

export const dialectName = (value, name = "dialect") => oneOf(value, name, DIALECTS);

/**
 * The members of `object` that `readers` name, read once each: {name: (value, name) => value}. Those that are undefined are
 * left out; without an object, all are.
 */
export function pick(object, name, readers) {
  const picked = {};
  if (object === undefined || object === null) return picked;
  if (typeof object !== "object") throw badValue(`\`${name}\` must be an object, not ${kind(object)}`);
  return reading(name, () => {
    if (Array.isArray(object)) throw badValue(`\`${name}\` must be an object, not an array`);
    for (const key of Object.keys(readers)) { // not what somebody hung on Object.prototype
      const value = object[key];
      if (value !== undefined) picked[key] = readers[key](value, key);
    }
    return picked;
  });
}

/** Also of a revoked proxy, which cannot be asked. */
export const isList = (value, name) => reading(name, () => Array.isArray(value));

export function list(value, name) {
  if (!isList(value, name)) throw badValue(`\`${name}\` must be an array, not ${kind(value)}`);
  return value;
}

export const PURPOSES = ["create", "replace", "response", "patch", "bulk", "search"];
const SCHEMA_OPTIONS = { dialect: dialectName, schemas: list, resourceTypes: list, resourceType: text };
const VALIDATE_OPTIONS = { ...SCHEMA_OPTIONS, purpose: (value, name) => oneOf(value, name, PURPOSES) };
const PLAIN = Object.freeze({ dialect: 0, registry: "", resourceType: "", purpose: 0 });

/** SchemaOptions as the boundary takes them: numbers for words, and the JSON text that stands for the schemas. */
export const schemaOptions = (options) => (options === undefined ? PLAIN : settings(pick(options, "options", SCHEMA_OPTIONS)));

/** ValidateOptions, likewise. */
export const validateOptions = (options) => (options === undefined ? PLAIN : settings(pick(options, "options", VALIDATE_OPTIONS)));

function settings({ dialect = "rfc", schemas, resourceTypes, resourceType = "", purpose = "create" }) {
  const registry = schemas === undefined && resourceTypes === undefined ? "" : stringify({ schemas, resourceTypes }, "schemas");
  return { dialect: DIALECTS.indexOf(dialect), registry, resourceType, purpose: PURPOSES.indexOf(purpose) };
}

const asGiven = (value) => value;
const CONFIG = { dialect: asGiven, schemas: asGiven, resourceTypes: asGiven, baseUrl: asGiven, roles: asGiven, groupPatchAnswer: asGiven, limits: asGiven };

/** OrganizationConfig as JSON text, with what else `readers` read; the core judges what is in it. */
export const configText = (config, name, readers) => stringify(pick(config, name, { ...CONFIG, ...readers }), name);

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** The milliseconds of the years 0 to 9999. */
const FIRST = Date.parse("0000-01-01T00:00:00Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** A Date, milliseconds, or a dateTime with its zone, in milliseconds. */
export function instant(value, name) {
  let time = NaN;
  if (typeof value === "number") time = value;
  else if (typeof value === "string") time = INSTANT.test(value) ? Date.parse(value) : NaN;
  else if (isObject(value)) time = reading(name, () => Date.prototype.getTime.call(value));
  if (!(time >= FIRST && time <= LAST)) {
    throw badValue(`\`${name}\` must be a Date, milliseconds, or text such as "2025-03-31T09:00:00Z"${typeof value === "string" ? `, not "${value}"` : ""}`);
  }
  return Math.trunc(time);
}
