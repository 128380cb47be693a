// The first week of Acme: its directory comes in, places are set up, the identity provider and an administrator go on changing things,
// a guard holds what goes too far. So that the panel has something to show.
import { seed } from "./company.mjs";

const PATCH = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const body = (...Operations) => ({ schemas: PATCH, Operations });
const patch = (path, ...Operations) => ({ method: "PATCH", path, body: body(...Operations) });

/** `ask(token, method, path, body)` answers { status, body, text }. Gives the token of the administrator it made. */
export async function week(ask, operator, organization) {
  let admin = operator;
  const api = async (method, path, sent) => {
    const answer = await ask(admin, method, `/api/${organization}${path}`, sent);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.body;
  };
  const commit = async (reason, requests, approve = []) => {
    const { version } = await api("GET", "/session");
    return api("POST", "/commit", { requests, reason, expect: version, approve });
  };
  const { token } = await api("POST", "/tokens", { scope: "identityProvider", name: "Microsoft Entra ID", dialect: "entra" });
  const provider = (method, path, sent) => ask(token, method, `/scim/v2/${organization}${path}`, sent);

  const requests = seed();
  const directory = requests.filter(({ path }) => path === "/Users" || path === "/Groups");
  await commit("First import of the directory", directory);
  ({ token: admin } = await api("POST", "/tokens", { scope: "administrator", name: "Amara Okafor", user: "u-amara.okafor" }));
  await commit("Workspaces and folders, as agreed with the team leads", requests.filter((request) => !directory.includes(request)));

  await provider("PATCH", "/Groups/g-design", body({ op: "Add", path: "members", value: [{ value: "u-mei.lin" }] }));
  await commit("Press is open to everybody until the launch", [patch("/Folders/f-press", { op: "add", path: "grants", value: [{ value: "g-staff", type: "Group", role: "viewer" }] })]);
  await provider("PATCH", "/Groups/g-launch", body({ op: "Remove", path: "members", value: [{ value: "u-ulrike.bauer" }] }));
  await provider("PATCH", "/Users/u-wanda.kowalska", body({ op: "Replace", path: "active", value: "False" }));
  const hiring = await commit("Hiring moves to Company", [patch("/Folders/f-hiring", { op: "replace", path: "parent", value: { value: "w-company", type: "Workspace" } })]);
  await api("POST", `/history/${hiring.history}/undo`, { commit: true, reason: "Engineering wants to keep Hiring", approve: ["selfLockout"] });
  // Deleted by mistake, and pushed again by the provider: a new group, with none of the old one's grants.
  await commit("Contractors are handled by an agency now", [{ method: "DELETE", path: "/Groups/g-contractors" }], ["emptySource", "massLoss"]);
  await provider("POST", "/Groups", { schemas: [GROUP], externalId: "entra-g-contractors", displayName: "Contractors", members: ["u-olu.adebayo", "u-paola.greco", "u-rafael.silva"].map((value) => ({ value })) });
  // What the provider gets wrong, and what is held.
  await provider("POST", "/Users", { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "Hana.Sato@acme.example", externalId: "hana.sato.2" });
  await provider("PATCH", "/Groups/g-sales", body({ op: "Add", path: "members", value: [{ value: "2819c223-7f76-453a-919d-413861904646" }] }));
  await provider("DELETE", "/Groups/g-support");
  await provider("PATCH", "/Users/u-julia.fischer", body({ op: "Replace", path: "active", value: "False" }));
  await provider("DELETE", "/Groups/g-support");
  return admin;
}
