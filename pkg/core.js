// What every entry file shares: loading the one wasm file, and the names this package exports.
import { instantiate } from "./gen/glue.js";
import { provide, ready } from "./lib/engine.js";
import { ScimError, badValue } from "./lib/error.js";

export { ScimError };
export { accessDiff, applyPatch, validate, version } from "./lib/stateless.js";
export { Filter } from "./lib/filter.js";
export { Organization } from "./lib/organization.js";

/** Compiles on the spot. Once it is done, further calls do nothing. */
export function initSync(source) {
  if (ready()) return;
  const module = isModule(source) ? source : compiled(source);
  provide(() => instantiate(module));
}

let pending = null;

/** Fetches if need be, and compiles. Once it is done, further calls do nothing; after a failure the next one tries again. */
export default function init(source) {
  if (ready()) return Promise.resolve();
  pending ??= load(source).then(initSync).finally(() => { pending = null; });
  return pending;
}

async function load(given) {
  const source = await given;
  if (isModule(source)) return source;
  if (isBuffer(source)) return compiling(WebAssembly.compile(source));
  if (isResponse(source)) return fromResponse(source);
  const href = typeof source === "string" ? source : source?.href ?? source?.url;
  if (typeof href !== "string") throw badValue("`init` takes a URL, a Response, a Request, bytes or a WebAssembly.Module");
  let response;
  try {
    response = await fetch(typeof Request === "function" && source instanceof Request ? source : href);
  } catch (cause) {
    throw new ScimError(`the wasm file at ${href} could not be fetched`, { status: 500, cause });
  }
  return fromResponse(response);
}

async function fromResponse(response) {
  if (!response.ok) throw new ScimError(`the wasm file at ${response.url} could not be fetched: ${response.status}`, { status: 500 });
  // A server that sends wasm under another type is common; only streaming minds.
  const streams = response.headers.get("content-type")?.split(";")[0].trim() === "application/wasm";
  return compiling(streams ? WebAssembly.compileStreaming(response) : response.arrayBuffer().then((bytes) => WebAssembly.compile(bytes)));
}

async function compiling(module) {
  try {
    return await module;
  } catch (cause) {
    throw notCompiled(cause);
  }
}

function compiled(source) {
  if (!isBuffer(source)) throw badValue("`initSync` takes bytes or a WebAssembly.Module");
  try {
    return new WebAssembly.Module(source);
  } catch (cause) {
    throw notCompiled(cause);
  }
}

const notCompiled = (cause) => new ScimError(`the wasm file could not be compiled (a Content-Security-Policy needs 'wasm-unsafe-eval'): ${cause?.message}`, { status: 500, cause });

/** Also one of another realm. */
function isModule(value) {
  try {
    return Array.isArray(WebAssembly.Module.exports(value));
  } catch {
    return false;
  }
}

const isBuffer = (value) => ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]";
const isResponse = (value) => typeof Response === "function" && value instanceof Response;
