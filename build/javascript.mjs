// What the package's own files become: pkg/gen/core.cjs for CommonJS and Node, pkg/gen/index.d.cts, pkg/gen/bytes.js for
// `./inline`, and copies of the licences.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

await build({
  entryPoints: ["pkg/core.js"],
  outfile: "pkg/gen/core.cjs",
  bundle: true,
  format: "cjs",
  platform: "neutral",
  target: "es2022",
  logLevel: "warning",
  banner: { js: "// Written by build/javascript.mjs from core.js. Do not edit." },
});
for (const name of ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(name, `pkg/gen/${name}`);
copyFileSync("pkg/index.d.ts", "pkg/gen/index.d.cts");
const base64 = readFileSync("pkg/gen/scim_policy.wasm").toString("base64");
writeFileSync("pkg/gen/bytes.js", `// Written by build/javascript.mjs: scim_policy.wasm in base64. Do not edit.\nexport default "${base64}";\n`);
