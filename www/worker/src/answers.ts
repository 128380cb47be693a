// Answers: bodies, errors, and the headers every one of them bears.
import { ScimError } from "scim-policy";
import type { Env } from "./env.js";

export const SCIM = "application/scim+json";
export const NDJSON = "application/x-ndjson";
/** Seconds after which a client should come again when storage or the worker itself was at fault. */
const COME_AGAIN = "5";

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

/** RFC 7644 §3.12. `more` goes into the body beside it. */
export function failure(error: ScimError, type = SCIM, headers: Record<string, string> = {}, more: object = {}): Response {
  const body = { ...error.toJSON(), ...(error.request === null ? {} : { request: error.request }), ...more };
  const again: Record<string, string> = error.status === 503 ? { "retry-after": COME_AGAIN } : {};
  return new Response(JSON.stringify(body), { status: error.status, headers: { "content-type": type, ...again, ...headers } });
}

export const refuse = (status: number, detail: string) => new ScimError(detail, { status });

/** Whatever was thrown, as a ScimError. */
export function scimError(cause: unknown): ScimError {
  if (cause instanceof ScimError) return cause;
  console.error("internal error", cause);
  return new ScimError("an internal error; nothing was changed", { status: 500, cause });
}

export function unauthorized(detail: string, sent: boolean): Response {
  const challenge = sent ? 'Bearer realm="scim-policy", error="invalid_token"' : 'Bearer realm="scim-policy"';
  return failure(refuse(401, detail), SCIM, { "www-authenticate": challenge });
}

/** NDJSON of `lines`, pulled as fast as it is read. */
export function stream(pages: Iterator<Uint8Array>, headers: Record<string, string> = {}): Response {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = pages.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  return new Response(body, { headers: { "content-type": NDJSON, ...headers } });
}

/** What the panel's pages may do: run their own scripts and the wasm file, talk to this worker. */
export const pagePolicy = (nonce?: string) => [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", nonce === undefined ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`, "img-src 'self' data:", "font-src 'self'",
  "connect-src 'self'", "manifest-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join("; ");
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** The same answer with security headers, and CORS for the origins that are configured. */
export function dressed(answer: Response, request: Request, env: Env, page = false): Response {
  const response = new Response(answer.body, answer);
  const { headers } = response;
  if (!page) headers.set("content-security-policy", DATA_POLICY);
  else if (!headers.has("content-security-policy")) headers.set("content-security-policy", pagePolicy());
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  headers.set("referrer-policy", "no-referrer");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("permissions-policy", "camera=(), geolocation=(), microphone=()");
  if (new URL(request.url).protocol === "https:") headers.set("strict-transport-security", "max-age=31536000");
  if (!page) {
    headers.set("cache-control", "no-store");
    headers.append("vary", "Origin");
    const origin = allowedOrigin(request, env);
    if (origin !== null) {
      headers.set("access-control-allow-origin", origin);
      headers.set("access-control-expose-headers", "ETag, Location, Retry-After, WWW-Authenticate, Content-Disposition, scim-policy-feed");
    }
  }
  return response;
}

/** The answer to a browser that asks whether it may. */
export function preflight(request: Request, env: Env): Response {
  const response = dressed(new Response(null, { status: 204 }), request, env);
  if (response.headers.has("access-control-allow-origin")) {
    response.headers.set("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE");
    response.headers.set("access-control-allow-headers", "Authorization, Content-Type, If-Match, If-None-Match");
    response.headers.set("access-control-max-age", "600");
  }
  return response;
}

function allowedOrigin(request: Request, env: Env): string | null {
  const origin = request.headers.get("origin");
  if (origin === null) return null;
  return (env.ALLOWED_ORIGINS ?? "").split(",").some((allowed) => allowed.trim() === origin) ? origin : null;
}
