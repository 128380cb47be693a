// The examples in both READMEs, run as they stand; and the tables of the fixtures' README, made anew.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { written } from "../data/table.mjs";

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

test("tests/data/README.md counts and lists the fixtures there are: `node tests/data/table.mjs` writes it", () => {
  assert.equal(readFileSync(`${root}tests/data/README.md`, "utf8"), written());
});
