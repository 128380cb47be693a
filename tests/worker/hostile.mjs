// A worker that passes hostile input to the package inside workerd, and answers with what came of it.
import * as scim from "../../pkg/core.js";
import { instantiate } from "../../pkg/gen/glue.js";
import module from "../../pkg/gen/scim_policy.wasm";
import { provide } from "../../pkg/lib/engine.js";
import { survive } from "../hostile/survive.mjs";

export { OrganizationObject } from "../../www/worker/src/organization.ts";

const memories = [];
provide(() => {
  const exports = instantiate(module);
  memories.push(exports.memory);
  return exports;
});

export default {
  fetch(request) {
    const every = Number(new URL(request.url).searchParams.get("every"));
    return Response.json(survive(scim, { every, memories }));
  },
};
