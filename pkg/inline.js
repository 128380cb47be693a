// The wasm file inside the JavaScript, for bundlers that emit none: a third larger, and ready when imported.
import base64 from "./gen/bytes.js";
import { initSync } from "./core.js";

const binary = atob(base64);
const bytes = new Uint8Array(binary.length);
for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index);
initSync(bytes);

export * from "./core.js";
export { default } from "./core.js";
