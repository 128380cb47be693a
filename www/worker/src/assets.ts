// The panel's files, from the binding that holds its build.
import { failure, pagePolicy, refuse } from "./answers.js";
import type { Env } from "./env.js";

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", json: "application/json",
  wasm: "application/wasm", svg: "image/svg+xml", png: "image/png", ico: "image/x-icon", woff2: "font/woff2", txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json", map: "application/json",
};

/** What the build of the panel writes where the nonce belongs. */
const NONCE = "__CSP_NONCE__";

/** 128 bits, as the CSP's grammar wants them. */
const fresh = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));

export async function asset(request: Request, env: Env): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return failure(refuse(405, "only GET here"), undefined, { allow: "GET, HEAD" });
  const url = new URL(request.url);
  if (url.pathname === "/") url.pathname = "/index.html";
  const file = url.pathname.split("/").at(-1) ?? "";
  const type = TYPES[file.slice(file.lastIndexOf(".") + 1)];
  const found = type === undefined ? undefined : await env.ASSETS?.fetch(new Request(`${url.origin}${url.pathname}`, { method: request.method }));
  if (found === undefined || type === undefined || !found.ok) {
    const detail = url.pathname === "/index.html" ? "the panel is not built here; SCIM is at /scim/v2/{organization}" : "there is no such file";
    return failure(refuse(404, detail));
  }
  // The page's styles are written by its script, into elements that carry the nonce of this one answer.
  const nonce = type === TYPES.html ? fresh() : null;
  const response = new Response(nonce === null ? found.body : (await found.text()).replaceAll(NONCE, nonce), found);
  if (nonce !== null) {
    response.headers.delete("content-length");
    response.headers.delete("etag");
    response.headers.set("content-security-policy", pagePolicy(nonce));
  }
  response.headers.set("content-type", type);
  // Names of built files carry a hash of what is in them.
  response.headers.set("cache-control", url.pathname.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}
