// Plans and replies: what is known at once, and what is worked out when first read.
import { badValue } from "./error.js";
import { once } from "./once.js";

const ACCESS_CHANGES = 0;
const INVERSE = 1;

class AccessDiff {
  #changes;

  constructor({ summary, truncated }, changes) {
    this.summary = summary;
    this.truncated = truncated;
    this.#changes = once(changes);
  }

  get changes() {
    return this.#changes();
  }

  toJSON() {
    return { ...this, changes: this.changes };
  }
}

let stateOf;

class Plan {
  #state;
  #inverse;

  constructor(state, answer) {
    this.#state = state;
    this.#inverse = once(() => part(state, INVERSE));
    this.token = answer.token;
    this.responses = answer.responses;
    Object.defineProperty(this, "records", { get: answer.records, enumerable: true });
    this.access = new AccessDiff(answer, () => part(state, ACCESS_CHANGES));
    this.guards = answer.guards;
    this.held = answer.held;
    this.refusal = answer.refusal;
    this.version = answer.version;
    this.notes = answer.notes;
    Object.freeze(this);
  }

  get inverse() {
    return this.#inverse();
  }

  toJSON() {
    return { ...this, inverse: this.inverse };
  }

  static {
    stateOf = (plan) => {
      if (typeof plan !== "object" || plan === null || !(#state in plan)) throw badValue("this is no plan that `Organization.plan` gave: a copy cannot stand for it");
      return plan.#state;
    };
  }
}

/** What only this module knows of a plan. */
export { stateOf };

export function makePlan(resident, fields, context) {
  const { answer, given } = resident.work("orgPlan", fields, context);
  return new Plan(makeState(resident, fields, context, answer, given), answer);
}

/** The Reply to a request that was planned and committed in one call. */
export function makeReply(resident, fields, context) {
  const { answer, given } = resident.work("orgHandle", fields, context);
  if (answer.writes) resident.changes += 1;
  const state = makeState(resident, fields, context, answer, given);
  state.committed = true;
  const [{ status, headers, body }] = answer.responses;
  return {
    status,
    headers,
    body,
    held: answer.held,
    get records() { return answer.records(); },
    access: new AccessDiff(answer, () => part(state, ACCESS_CHANGES)),
    guards: answer.guards,
    notes: answer.notes,
  };
}

/** `changes` is the state it stands on; `writes`, whether committing it makes another one. */
function makeState(resident, fields, context, { token, writes }, ids) {
  return { resident, fields, context, ids, token, changes: resident.changes, committed: false, writes };
}

function part(state, index) {
  return state.resident.askOf(state, "orgPlanPart", [], index).json();
}
