// Node, by `require` and, through node.js, by `import`: one copy for both, ready when imported.
"use strict";
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const core = require("./gen/core.cjs");

core.initSync(readFileSync(join(__dirname, "gen", "scim_policy.wasm")));
module.exports = core;
