// Browsers and bundlers: `await init()` first. Without a source it fetches the wasm file that lies beside this one.
import load from "./core.js";

export default function init(source = new URL("./gen/scim_policy.wasm", import.meta.url)) {
  return load(source);
}
export * from "./core.js";
