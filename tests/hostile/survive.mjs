// Passes every hostile input to the package, each followed by the good call, whose answer must stay what it was. One module for
// three hosts: Node, a page of Chromium and workerd import it and hand it the package's exports.
import { good, residentOf } from "./good.mjs";
import { positions } from "./positions.mjs";
import { scenes } from "./scenes.mjs";
import { texts } from "./texts.mjs";
import { values } from "./values.mjs";

const INTERNAL = /internal error|no instance of the wasm module|not ready/;

/** `every`: of the values in each position, one in that many. */
function inputs(every) {
  const placed = [];
  positions.forEach(([place, call], row) => {
    values.forEach(([name, make], column) => {
      if ((row + column) % every === 0) placed.push([`${place} with ${name}`, (scim, resident) => call(scim, resident, make())]);
    });
  });
  return { placed, texts, scenes };
}

/**
 * `memories` collects the WebAssembly.Memory of each instance that is made, `memory()` gives bytes in use by the host if it can tell.
 * Gives what was counted, and `failures`: sentences, none of them when all is well.
 */
export function survive(scim, { every = 8, repeats = 10_000, memories = [], memory = () => 0 } = {}) {
  const failures = [];
  const fail = (words) => failures.length < 20 && failures.push(words);
  const before = intrinsics(scim);
  let resident = residentOf(scim);
  const wanted = good(scim, resident);
  const counts = { inputs: 0, answered: 0, refused: 0 };
  const families = inputs(every);

  const check = (name) => {
    try {
      if (good(scim, resident) !== wanted) fail(`${name}: the good call is answered otherwise`);
    } catch (error) {
      fail(`${name}: the good call is refused: ${error}`);
    }
  };
  const renew = () => {
    resident.organization.free();
    resident.filter.free();
    resident = residentOf(scim);
  };
  const pass = ([name, call]) => {
    const version = resident.organization.version;
    let refused = null;
    try {
      call(scim, resident);
    } catch (error) {
      refused = error;
      if (!(error instanceof scim.ScimError)) fail(`${name}: ${told(error)}`);
      else if (INTERNAL.test(error.message)) fail(`${name}: ${error.message}: ${told(error.cause)}`);
      else if (JSON.parse(JSON.stringify(error)).detail !== error.message) fail(`${name}: the error's JSON says something else`);
    }
    counts[refused === null ? "answered" : "refused"] += 1;
    // What feeds records makes waiting plans stale, and may have fed some before it was refused.
    if (/^(restore|handle|.* out of|commit)/.test(name)) renew();
    else if (resident.organization.version !== version) {
      fail(`${name}: the organization has changed`);
      renew();
    }
  };

  for (const [family, list] of Object.entries(families)) {
    counts[family] = list.length;
    for (const input of list) {
      counts.inputs += 1;
      pass(input);
      check(input[0]);
    }
  }
  for (const words of changed(before, intrinsics(scim))) fail(words);

  // Again and again: what is kept must not grow, once each input was seen twice.
  const cheap = families.placed.filter(([name]) => !/MB|kB|brackets|braces|names|nested|never ends/.test(name));
  const round = (count, from) => {
    for (let index = from; index < from + count; index++) pass(cheap[(index * 7) % cheap.length]);
  };
  const size = () => ({ instances: memories.length, largest: Math.max(0, ...memories.map(({ buffer }) => buffer.byteLength)), host: memory() });
  let flat = null;
  if (repeats > 0) {
    round(cheap.length * 2, 0);
    renew();
    const from = size();
    round(repeats, cheap.length * 2);
    renew();
    const to = size();
    flat = { repeats, from, to };
    if (to.largest > from.largest) fail(`wasm memory grew from ${from.largest} to ${to.largest} bytes over ${repeats} repeats`);
    if (to.instances > from.instances + 8) fail(`${to.instances - from.instances} instances more after ${repeats} repeats`);
    check(`${repeats} repeats`);
  }
  resident.organization.free();
  resident.filter.free();
  return { ...counts, flat, failures };
}

const told = (error) => (error instanceof Error ? String(error.stack).split("\n").slice(0, 3).join("") : typeof error);

/** Every property of what the language and the package share with their callers. */
function intrinsics({ Organization, Filter, ScimError }) {
  const found = new Map();
  const shared = { Object, Array, Function, String, Number, Boolean, Symbol, BigInt, Error, RangeError, TypeError, Promise, Map, Set, Date, RegExp, Uint8Array, ArrayBuffer, Organization, Filter, ScimError };
  for (const [name, constructor] of Object.entries(shared)) {
    for (const [where, object] of [[name, constructor], [`${name}.prototype`, constructor.prototype]]) {
      for (const key of Reflect.ownKeys(object)) {
        const { value, get, set } = Object.getOwnPropertyDescriptor(object, key);
        found.set(`${where}.${String(key)}`, [value, get, set]);
      }
    }
  }
  for (const [name, object] of Object.entries({ JSON, Reflect, Math, WebAssembly })) for (const key of Reflect.ownKeys(object)) found.set(`${name}.${String(key)}`, [object[key]]);
  return found;
}

function* changed(before, after) {
  for (const [name, parts] of after) {
    const old = before.get(name);
    if (old === undefined) yield `${name} was added`;
    else if (parts.some((part, index) => !Object.is(part, old[index]))) yield `${name} was changed`;
  }
  for (const name of before.keys()) if (!after.has(name)) yield `${name} was removed`;
}
