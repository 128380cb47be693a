// workerd takes a wasm file as a compiled module, by a static import: ready when imported.
import module from "./gen/scim_policy.wasm";
import { initSync } from "./core.js";

initSync(module);
export * from "./core.js";
export { default } from "./core.js";
