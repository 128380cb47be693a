// The same for runtimes that want `?module` behind the file's name.
import module from "./gen/scim_policy.wasm?module";
import { initSync } from "./core.js";

initSync(module);
export * from "./core.js";
export { default } from "./core.js";
