// The examples in both READMEs, run as they stand.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = `${root}target/readme`; // inside the workspace, so that the package is found by name
mkdirSync(folder, { recursive: true });

for (const file of ["README.md", "pkg/README.md"]) {
  for (const [index, [, source]] of [...readFileSync(root + file, "utf8").matchAll(/^```js\n(.*?)^```/gms)].entries()) {
    test(`${file}, example ${index + 1}`, () => {
      const script = `${folder}/${file.replaceAll("/", "-")}-${index}.mjs`;
      writeFileSync(script, source);
      execFileSync(process.execPath, [script], { stdio: ["ignore", "ignore", "pipe"] });
    });
  }
}
