// Plans and replies: what is known at once, and what is worked out when first read.
import { badValue } from "./error.js";
import { once } from "./once.js";

const ACCESS_CHANGES = 0;
const INVERSE = 1;

let stateOf;

class Plan {
  #state;

  constructor(state, answer) {
    this.#state = state;
    const inverse = once(() => part(state, INVERSE));
    this.token = answer.token;
    this.responses = answer.responses;
    this.records = answer.records;
    this.access = accessDiff(state, answer.access);
    this.guards = answer.guards;
    this.held = answer.held;
    this.refusal = answer.refusal;
    this.version = answer.version;
    Object.defineProperty(this, "inverse", { enumerable: true, get: inverse });
    this.notes = answer.notes;
    Object.freeze(this);
  }

  static {
    stateOf = (plan) => {
      if (typeof plan !== "object" || plan === null || !(#state in plan)) throw badValue("this is no plan that `Organization.plan` gave: a copy cannot stand for it");
      return plan.#state;
    };
  }
}

export { stateOf };

/** Makes a plan. `state` is what only this module knows of it. */
export function makePlan(resident, fields, context) {
  const { answer, given } = resident.work("orgPlan", fields, context);
  const state = { resident, fields, context, ids: given, token: answer.token, changes: resident.changes, committed: false, writes: answer.records.length > 0 };
  return new Plan(state, answer);
}

/** The Reply to a request that was planned and committed in one call. */
export function makeReply(resident, fields, context) {
  const { answer, given } = resident.work("orgHandle", fields, context);
  const { token, access, ...reply } = answer;
  if (reply.records.length > 0) resident.changes += 1;
  const state = { resident, fields, context, ids: given, token, changes: resident.changes, committed: true };
  return { ...reply, access: accessDiff(state, access) };
}

function accessDiff(state, { summary, changes, truncated }) {
  const list = changes === undefined ? once(() => part(state, ACCESS_CHANGES)) : () => changes;
  return { summary, get changes() { return list(); }, truncated };
}

function part(state, index) {
  return state.resident.askOf(state, "orgPlanPart", [], index).json();
}
