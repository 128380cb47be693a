// What a host writes, as the compiler sees it; `make check` compiles it as an ES module, consumer.cts as CommonJS.
import init, { accessDiff, applyPatch, Filter, initSync, Organization, ScimError, validate, version } from "scim-policy";
import type { AccessChange, AccessTable, Decision, Explanation, Issue, Plan, RecordChange, Reply, ScimRequest } from "scim-policy";
import * as inline from "scim-policy/inline";

export async function day(records: Iterable<RecordChange>, store: (records: RecordChange[]) => void): Promise<string> {
  await init(new URL("https://example.test/scim_policy.wasm"));
  initSync(new Uint8Array());
  const issues: Issue[] = validate({ userName: "ada" }, { purpose: "create", dialect: "entra" }).issues;
  const { text, resource } = applyPatch<{ userName: string }>("{}", new Uint8Array());
  const found: number[] = new Filter('userName eq "ada"').select([resource]);
  using organization = new Organization({ dialect: "okta", roles: "taskade", limits: { pageSize: 100 } });
  organization.restore(records);
  const request: ScimRequest = { method: "PATCH", path: "/Groups/1", headers: new Map([["if-match", "*"]]), body: text };
  const plan: Plan = organization.plan([request], { actor: { kind: "system" }, now: new Date() });
  if (!plan.held) {
    store(plan.records);
    organization.commit(plan);
  }
  const reply: Reply = organization.handle({ method: "GET", path: "/Users" });
  const changes: AccessChange[] = [...plan.access.changes, ...accessDiff({}, {}, { limit: 10 }).changes];
  const table: AccessTable = organization.accessTable(plan, { offset: 0, limit: 10 });
  const decision: Decision = organization.check({ user: "1", can: "edit", on: { type: "Folder", id: "2" } });
  const explanation: Explanation = organization.explain("1", { type: "Folder", id: "2" });
  try {
    inline.version();
  } catch (error) {
    if (error instanceof ScimError) return error.scimType ?? error.toJSON().detail;
  }
  // @ts-expect-error: the plan is read-only
  plan.token = "";
  // @ts-expect-error: no such dialect
  validate({}, { dialect: "google" });
  return [version(), issues.length, found.length, reply.body, changes.length, table.rows.length, decision.reason, explanation.reason].join();
}
