// Values nobody should pass, each made anew by its function. No host's own modules here: they are made in Node, in a page and
// in workerd alike; what a host lacks is left out.

const deepObject = (depth) => {
  let value = {};
  for (let level = 0; level < depth; level++) value = { value };
  return value;
};
const deepList = (depth) => {
  let value = [];
  for (let level = 0; level < depth; level++) value = [value];
  return value;
};
const cycle = () => {
  const value = { members: [] };
  value.self = value;
  value.members.push(value);
  return value;
};
const revoked = (target) => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
/** A proxy whose every trap throws `thrown`. */
const thorns = (target, thrown) => new Proxy(target, new Proxy({}, { get: () => () => { throw thrown; } }));
/** Answers itself to whatever is asked: its JSON has no end. */
const mirror = () => {
  const self = new Proxy(function () {}, { get: (_, key) => (key === "toJSON" ? undefined : self), ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) });
  return new Proxy({}, { get: (_, key) => (typeof key === "symbol" || key === "toJSON" ? undefined : mirror()), ownKeys: () => ["schemas", "userName"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: self }) });
};
const detached = () => {
  const bytes = new TextEncoder().encode('{"userName":"x"}');
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
};
/** Another value each time it is read: what was judged is not what is used, if anything reads twice. */
const fickle = () => {
  let reads = 0;
  return { get userName() { return ["ada", 7, null, {}][reads++ % 4]; }, get dialect() { return reads++ % 2 ? "entra" : 7; } };
};
class Bytes extends Uint8Array {
  get length() { return 1e9; }
  get byteLength() { return -1; }
  slice() { throw new Error("no slice"); }
  subarray() { throw new Error("no subarray"); }
}

const all = {
  // Nothing, and single values
  "undefined": () => undefined,
  "null": () => null,
  "true": () => true,
  "false": () => false,
  "zero": () => 0,
  "minus zero": () => -0,
  "one": () => 1,
  "minus one": () => -1,
  "a half": () => 0.5,
  "NaN": () => NaN,
  "infinity": () => Infinity,
  "minus infinity": () => -Infinity,
  "2^53 + 2": () => 2 ** 53 + 2,
  "2^32": () => 2 ** 32,
  "2^32 - 1": () => 2 ** 32 - 1,
  "the largest number": () => Number.MAX_VALUE,
  "a bigint": () => 7n,
  "a symbol": () => Symbol("s"),
  "a well-known symbol": () => Symbol.iterator,
  // Text
  "no text": () => "",
  "a space": () => " ",
  "a zero character": () => "\0",
  "half a surrogate pair": () => "\ud83d",
  "the other half": () => "a\ude00b",
  "a byte order mark": () => "\ufeff{}",
  "right-to-left": () => "\u202e}{",
  "line separators": () => "\u2028\u2029",
  "__proto__": () => "__proto__",
  "constructor": () => "constructor",
  "text of 1 MB": () => "x".repeat(1 << 20),
  "text of 600 kB in three bytes each": () => "€".repeat(200_000),
  "open brackets": () => "[".repeat(100_000),
  "open braces": () => '{"a":'.repeat(100_000),
  "parentheses": () => "(".repeat(50_000),
  "JSON with a number too large": () => '{"schemas":[1e400],"userName":-1e400}',
  "JSON with __proto__": () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  "JSON with half a pair": () => '{"userName":"\\ud800"}',
  "JSON text of a number": () => "7",
  "a path out of the root": () => "/../../Users/%2e%2e/%00",
  "broken percent signs": () => "/Users/%E0%A4%A?filter=%",
  "a String object": () => new String("entra"),
  "a Number object": () => new Number(1),
  "a Boolean object": () => new Boolean(false),
  // Functions
  "a function": () => () => "x",
  "a function that throws": () => () => { throw new Error("thrown by a test"); },
  "a function that throws null": () => () => { throw null; },
  "an async function": () => async () => "x",
  "a class": () => class {},
  "a generator function": () => function* () { yield 1; },
  // Lists
  "an empty list": () => [],
  "a list of nothing": () => [null, undefined],
  "a list of numbers": () => [1, -0, NaN],
  "a list of lists": () => [[[]]],
  "a list of holes": () => new Array(100),
  "a list with names": () => Object.assign([], { key: "user/x", dialect: "entra" }),
  "the arguments of a call": () => (function () { return arguments; })("GET", "/Users"),
  "2,000 nested lists": () => deepList(2_000),
  "50,000 nested lists": () => deepList(50_000),
  "a list that holds itself": () => { const list = []; list.push(list); return list; },
  // Objects
  "an empty object": () => ({}),
  "an object without a prototype": () => Object.create(null),
  "an own __proto__": () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":7}'),
  "an inherited payload": () => Object.create({ userName: "ada", method: "GET", path: "/Users", kind: "system" }),
  "a cycle": cycle,
  "2,000 nested objects": () => deepObject(2_000),
  "50,000 nested objects": () => deepObject(50_000),
  "a bigint inside": () => ({ userName: 7n, id: 7n }),
  "a symbol inside": () => ({ userName: Symbol("s"), [Symbol("s")]: 1 }),
  "half a surrogate pair inside": () => ({ userName: "\ud800", "\udfff": 1 }),
  "numbers that are none inside": () => ({ userName: NaN, active: Infinity, limit: -0 }),
  "60,000 names": () => Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`k${index}`, index])),
  "a frozen object": () => Object.freeze({ userName: "ada" }),
  // What runs the caller's code
  "a getter that throws": () => ({ get userName() { throw new Error("thrown by a getter"); } }),
  "getters of every name that throw": () => Object.defineProperties({}, Object.fromEntries(["userName", "schemas", "dialect", "method", "path", "body", "user", "type", "id", "kind", "key", "value", "offset", "limit", "after", "now", "href"].map((name) => [name, { enumerable: true, get() { throw new RangeError(`${name} thrown by a getter`); } }]))),
  "a getter that throws null": () => ({ get schemas() { throw null; } }),
  "a getter that throws a RuntimeError": () => ({ get schemas() { throw new WebAssembly.RuntimeError("unreachable, says a getter"); } }),
  "a getter that never ends": () => ({ get schemas() { const more = () => more() + 1; return more(); } }),
  "another value at each reading": fickle,
  "toJSON that throws": () => ({ toJSON() { throw new Error("thrown by toJSON"); } }),
  "toJSON without a value": () => ({ toJSON() {} }),
  "toJSON that gives a cycle": () => ({ toJSON: cycle }),
  "toJSON that gives text": () => ({ toJSON: () => "{}" }),
  "toJSON that is no function": () => ({ toJSON: 7 }),
  "toString that throws": () => ({ toString() { throw new Error("thrown by toString"); }, valueOf() { throw new Error("thrown by valueOf"); } }),
  "toPrimitive that throws": () => ({ [Symbol.toPrimitive]() { throw new Error("thrown by toPrimitive"); } }),
  "a thenable": () => ({ then() { throw new Error("thrown by then"); } }),
  "a promise": () => Promise.resolve({}),
  "a revoked proxy": () => revoked({}),
  "a revoked proxy of a list": () => revoked([]),
  "a revoked proxy of a function": () => revoked(() => {}),
  "a proxy all thorns": () => thorns({}, new Error("thrown by a trap")),
  "a proxy all thorns that throws null": () => thorns({}, null),
  "a proxy of a list, all thorns": () => thorns([], new Error("thrown by a trap")),
  "a proxy of a function, all thorns": () => thorns(() => {}, new Error("thrown by a trap")),
  "a proxy of bytes": () => new Proxy(new Uint8Array(4), {}),
  "a proxy that answers itself": mirror,
  "a proxy that lies about its names": () => new Proxy({}, { ownKeys: () => ["a", "a"] }),
  "an iterator that throws": () => ({ [Symbol.iterator]() { throw new Error("thrown by an iterator"); } }),
  "an iterator whose next throws": () => ({ [Symbol.iterator]: () => ({ next() { throw undefined; } }) }),
  "an iterator that gives nonsense": () => ({ [Symbol.iterator]: () => ({ next: () => 7 }) }),
  "an iterator whose return throws": () => ({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 7 }), return() { throw new Error("thrown by return"); } }) }),
  "an async iterator": () => ({ async *[Symbol.asyncIterator]() { yield 1; } }),
  // Things of the language and the host
  "a date": () => new Date(0),
  "a date that is none": () => new Date(NaN),
  "a date with a getTime of its own": () => Object.assign(new Date(0), { getTime: () => { throw new Error("no time"); }, toJSON: () => { throw new Error("no time"); } }),
  "a regular expression": () => /x/g,
  "a map": () => new Map([["if-match", 7]]),
  "a set": () => new Set([1]),
  "a weak map": () => new WeakMap(),
  "an error": () => new Error("passed by a test"),
  "a URL": () => new URL("https://acme.example/Users"),
  "headers": () => new Headers({ "if-match": "*" }),
  "a request": () => new Request("https://acme.example/Users"),
  "a response": () => new Response("{}"),
  "the memory of another module": () => new WebAssembly.Memory({ initial: 1 }),
  "the intrinsic Object": () => Object,
  "Object.prototype": () => Object.prototype,
  "Reflect": () => Reflect,
  // Bytes
  "no bytes": () => new Uint8Array(0),
  "bytes that are no UTF-8": () => Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d),
  "a surrogate in UTF-8": () => Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
  "an overlong slash": () => Uint8Array.of(0x22, 0xc0, 0xaf, 0x22),
  "bytes cut in a character": () => Uint8Array.of(0x22, 0xe2, 0x82),
  "a byte order mark in bytes": () => Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d),
  "zero bytes": () => new Uint8Array(10_000),
  "detached bytes": detached,
  "bytes that say another length": () => new Bytes(8),
  "what only claims to be bytes": () => ({ [Symbol.toStringTag]: "Uint8Array", length: 5, 0: 1 }),
  "the prototype of bytes": () => Object.create(Uint8Array.prototype),
  "an ArrayBuffer": () => new ArrayBuffer(8),
  "a DataView": () => new DataView(new ArrayBuffer(8)),
  "words": () => new Uint16Array(8),
  "floats": () => new Float64Array([NaN]),
  "bigints": () => new BigInt64Array(2),
  "shared bytes": () => new Uint8Array(new SharedArrayBuffer(16)),
  "a shared buffer": () => new SharedArrayBuffer(8),
  "bytes of a buffer that shrank": () => {
    const buffer = new ArrayBuffer(16, { maxByteLength: 64 });
    const bytes = new Uint8Array(buffer, 8, 8);
    buffer.resize(4);
    return bytes;
  },
  "bytes of a buffer that grows": () => {
    const buffer = new ArrayBuffer(4, { maxByteLength: 64 });
    const bytes = new Uint8Array(buffer);
    buffer.resize(64);
    return bytes;
  },
};

/** [name, make] of each value this host can make. */
export const values = Object.entries(all).filter(([, make]) => {
  try {
    make();
    return true;
  } catch {
    return false; // no SharedArrayBuffer or resizable buffers here
  }
});
