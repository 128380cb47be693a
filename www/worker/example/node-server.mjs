// The same without an edge: a SCIM endpoint in Node. Its store is one file; a plan's records are one line of it, so that a crash
// keeps all of a change or nothing.    TOKEN=secret FILE=records.ndjson PORT=8080 node node-server.mjs
import { createHash, timingSafeEqual } from "node:crypto";
import { existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { Organization } from "scim-policy";

const { TOKEN, FILE = "records.ndjson", PORT = "8080" } = process.env;
if (!TOKEN) throw new Error("set TOKEN: whoever has it may change everyone's access");
const hash = (text) => createHash("sha256").update(text).digest();
const secret = hash(`Bearer ${TOKEN}`);
const text = existsSync(FILE) ? readFileSync(FILE, "utf8") : "";
const whole = text.slice(0, text.lastIndexOf("\n") + 1); // a line that was cut off was never acknowledged
if (whole !== text) truncateSync(FILE, Buffer.byteLength(whole));
const organization = new Organization();
for (const line of whole.split("\n").filter(Boolean)) organization.restore(JSON.parse(line));
const file = openSync(FILE, "a");

async function answer(request, response) {
  const send = ({ status, headers, body }) => response.writeHead(status, headers).end(body);
  if (!timingSafeEqual(hash(request.headers.authorization ?? ""), secret)) return send({ status: 401, headers: { "www-authenticate": "Bearer" } });
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
  const plan = organization.plan({ method: request.method, path: request.url, headers: request.headers, body });
  if (plan.held) return send(plan.refusal); // somebody should look at it: see inbox.ts for how the worker does
  if (plan.records.length > 0) writeFileSync(file, `${JSON.stringify(plan.records)}\n`), fsyncSync(file);
  organization.commit(plan);
  send(plan.responses[0]);
}

// What is no request at all, or ends in the middle, is answered like any other.
createServer((request, response) => answer(request, response).catch(({ status = 500 }) => response.writeHead(status).end())).listen(Number(PORT), "127.0.0.1", function () { console.log(`http://127.0.0.1:${this.address().port}`); });
