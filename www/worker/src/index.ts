// The worker: it finds out which organization a request is for, hands it to that organization's object, and sees to the
// headers. All else is in organization.ts.
import { version } from "scim-policy";
import { dressed, failure, json, preflight, refuse } from "./answers.js";
import { asset } from "./assets.js";
import type { Env } from "./env.js";

export { OrganizationObject } from "./organization.js";

const ROUTE = /^\/(?:scim\/v2|api)\/([^/]*)(?=\/|$)/;
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

export default {
  async fetch(request, env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return dressed(json({ status: "ok", version: version() }), request, env);
    const route = ROUTE.exec(pathname);
    if (route === null) return dressed(await asset(request, env), request, env, true);
    if (request.method === "OPTIONS") return preflight(request, env);
    return dressed(await answer(request, env, route[1] ?? ""), request, env);
  },
} satisfies ExportedHandler<Env>;

async function answer(request: Request, env: Env, name: string): Promise<Response> {
  if (!NAME.test(name)) return failure(refuse(404, "no organization has such a name: 1 to 63 of a-z, 0-9 and -, not - first"));
  try {
    return await env.ORGANIZATION.get(env.ORGANIZATION.idFromName(name)).fetch(request);
  } catch (cause) {
    // The object was evicted, overloaded, or its storage failed after it had answered: what it had not acknowledged may or may
    // not have happened, and the client asks again.
    console.error(`organization ${name} did not answer`, cause);
    return failure(refuse(503, "the organization did not answer; send the request again"));
  }
}
