// Memory of workerd with an organization of USERS people (10,000 unless said), read from storage as after a restart.
//   node tests/worker/memory.mjs 100000
import { readFileSync } from "node:fs";
import { start, USER_SCHEMA } from "./start.mjs";

const USERS = Number(process.argv[2] ?? 10_000);
const GROUPS = USERS / 20;
const SCHEMA = { group: "urn:ietf:params:scim:schemas:core:2.0:Group", workspace: "urn:scim-policy:schemas:1.0:Workspace", enterprise: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User" };
/** Ids as providers' endpoints give them out. */
const id = (kind, index) => `${(kind * 0x1000_0000 + index * 7919).toString(16).padStart(8, "0")}-0b5e-4c1d-8a2f-${index.toString(16).padStart(12, "0")}`;
const meta = (resourceType) => ({ resourceType, created: "2026-01-05T09:00:00Z", lastModified: "2026-01-05T09:00:00Z" });

function* records() {
  for (let n = 0; n < USERS; n++) {
    const [given, family] = [`Given${n % 997}`, `Family${n % 4999}`];
    const value = {
      schemas: [USER_SCHEMA, SCHEMA.enterprise], id: id(1, n), externalId: `00u${n.toString(36).padStart(12, "0")}`, userName: `${given}.${family}.${n}@example.com`, active: true,
      displayName: `${given} ${family}`, title: `Title ${n % 50}`, preferredLanguage: "en-GB", name: { formatted: `${given} ${family}`, givenName: given, familyName: family },
      emails: [{ primary: true, type: "work", value: `${given}.${family}.${n}@example.com` }], phoneNumbers: [{ type: "work", value: `+44 20 ${1_000_000 + n}` }],
      addresses: [{ type: "work", formatted: `${n % 100} Long Street`, locality: "London", country: "GB", postalCode: `N${n % 20} 1AA` }],
      [SCHEMA.enterprise]: { employeeNumber: String(n), department: `Department ${n % 200}`, costCenter: `C${n % 100}`, manager: { value: id(1, Math.floor(n / 10)) } }, meta: meta("User"),
    };
    yield { key: `user/${value.id}`, value };
  }
  for (let n = 0; n < GROUPS; n++) yield { key: `group/${id(2, n)}`, value: { schemas: [SCHEMA.group], id: id(2, n), displayName: `Group ${n}`, meta: meta("Group") } };
  for (let n = 0; n < USERS * 10; n++) yield { key: `member/${id(2, (n * 31 + Math.floor(n / USERS)) % GROUPS)}/${id(1, n % USERS)}`, value: { type: "User" } };
  for (let n = 0; n < USERS / 100; n++) {
    yield { key: `workspace/${id(3, n)}`, value: { schemas: [SCHEMA.workspace], id: id(3, n), displayName: `Workspace ${n}`, meta: meta("Workspace") } };
    yield { key: `grant/${id(3, n)}/${id(2, n % GROUPS)}`, value: { type: "Group", role: "editor" } };
  }
}

const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
const peak = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
const mb = (value) => `${value.toFixed(1)} MB`;
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

function body() {
  const walk = records();
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      let text = "";
      while (text.length < 1 << 18) {
        const { done, value } = walk.next();
        if (done) {
          if (text) controller.enqueue(encoder.encode(text));
          return controller.close();
        }
        text += `${JSON.stringify(value)}\n`;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
}

const first = await start({ keep: true });
let begin = performance.now();
const answer = await fetch(`${first.url}/api/default/import`, { method: "POST", body: body(), duplex: "half", headers: { authorization: "Bearer admin-token-of-the-tests" } });
const imported = await answer.json();
if (answer.status !== 200) throw new Error(JSON.stringify(imported));
console.log(`${USERS} users, ${imported.records} records: imported in ${seconds(begin)}; workerd ${mb(resident(first.process.pid))}, at most ${mb(peak(first.process.pid))}`);
await first.stop();

const worker = await start({ state: first.state });
await fetch(`${worker.url}/health`);
const empty = resident(worker.process.pid);
begin = performance.now();
const { stats } = await worker.must(200, worker.api("GET", "/status"));
console.log(`read from storage in ${seconds(begin)}; the organization ${mb(stats.bytes / 1048576)} in wasm; workerd ${mb(resident(worker.process.pid))}, of it ${mb(empty)} before, at most ${mb(peak(worker.process.pid))}`);
begin = performance.now();
for (let n = 0; n < 100; n++) await worker.must(200, worker.patch(`/Users/${id(1, n)}`, [{ op: "replace", path: "title", value: `New ${n}` }]));
console.log(`a PATCH of a user ${((performance.now() - begin) / 100).toFixed(2)} ms; workerd ${mb(resident(worker.process.pid))}`);
await worker.end();
