// Node, Deno and Bun: ready when imported. The CommonJS file does the work, so that `import` and `require` share one copy.
import core from "./node.cjs";

export const { initSync, version, ScimError, validate, applyPatch, Filter, accessDiff, Organization } = core;
export default core.default;
