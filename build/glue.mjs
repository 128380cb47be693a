// Turns wasm-bindgen's glue for the web, which holds one instance in module variables, into a factory: each call of
// `instantiate(module)` gives an instance of its own, so that a trap or a `free()` in one leaves the others as they are.
import { readFileSync, writeFileSync } from "node:fs";

const [from, to] = process.argv.slice(2);
const glue = readFileSync(from, "utf8");

// What follows fetches and compiles; the entry files of the package do that.
const end = glue.search(/^async function __wbg_load\(/m);
if (end < 0) throw new Error("the glue has another shape than wasm-bindgen 0.2.130 writes: no `__wbg_load`");
const names = [...glue.slice(0, end).matchAll(/^export function (\w+)/gm)].map((match) => match[1]);
const body = glue.slice(0, end).replace(/^export /gm, "");
if (/^import |^export |import\.meta/m.test(body)) throw new Error("the glue holds an import or export that the factory cannot carry");
for (const name of ["__wbg_get_imports", "__wbg_finalize_init"]) {
  if (!body.includes(`function ${name}(`)) throw new Error(`the glue has another shape than wasm-bindgen 0.2.130 writes: no \`${name}\``);
}

writeFileSync(to, `// Written by build/glue.mjs. Do not edit.
export function instantiate(module) {
${body}
    const { memory } = __wbg_finalize_init(new WebAssembly.Instance(module, __wbg_get_imports()), module);
    return { memory, ${names.join(", ")} };
}
`);
