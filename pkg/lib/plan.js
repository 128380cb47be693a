// Plans and replies: what is known at once, and what is worked out when first read.
import { badValue } from "./error.js";

const ACCESS_CHANGES = 0;
const INVERSE = 1;

class AccessDiff {
  #state;
  #changes;

  constructor({ summary, truncated }, state) {
    this.summary = summary;
    this.truncated = truncated;
    this.#state = state;
  }

  get changes() {
    return (this.#changes ??= part(this.#state, ACCESS_CHANGES));
  }

  toJSON() {
    return { ...this, changes: this.changes };
  }
}

let stateOf;

/** `records` of a plan and a reply: of their own, so that a copy has them, and one getter for all, so that all have one shape. */
let ownRecords;

class Recorded {
  #records;

  constructor(records) {
    this.#records = records;
  }

  static {
    ownRecords = {
      get() {
        if (!(#records in this)) throw badValue("`records` must be read from the plan or reply itself, not through a Proxy or an object that inherits from it");
        return this.#records();
      },
      enumerable: true,
    };
  }
}

class Plan extends Recorded {
  #state;
  #inverse;

  constructor(state, answer) {
    super(answer.records);
    this.#state = state;
    this.token = answer.token;
    this.responses = answer.responses;
    Object.defineProperty(this, "records", ownRecords);
    this.access = new AccessDiff(answer, state);
    this.guards = answer.guards;
    this.held = answer.held;
    this.refusal = answer.refusal;
    this.version = answer.version;
    this.notes = answer.notes;
    Object.freeze(this);
  }

  get inverse() {
    return (this.#inverse ??= part(this.#state, INVERSE));
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

class Reply extends Recorded {
  constructor(state, answer) {
    super(answer.records);
    const [{ status, headers, body }] = answer.responses;
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.held = answer.held;
    Object.defineProperty(this, "records", ownRecords);
    this.access = new AccessDiff(answer, state);
    this.guards = answer.guards;
    this.notes = answer.notes;
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
  return new Reply(state, answer);
}

/** `changes` is the state it stands on; `writes`, whether committing it makes another one. */
function makeState(resident, fields, context, { token, writes }, ids) {
  return { resident, fields, context, ids, token, changes: resident.changes, committed: false, writes };
}

function part(state, index) {
  return state.resident.askOf(state, "orgPlanPart", [], index).json();
}
