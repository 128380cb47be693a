import init = require("scim-policy");
import { Organization, ScimError, type Plan } from "scim-policy";

export function version(): string {
  const plan: Plan = new Organization().plan([]);
  const ready: Promise<void> = init.default();
  void ready;
  return plan.version + init.version() + new ScimError("words", { status: 400 }).status;
}
