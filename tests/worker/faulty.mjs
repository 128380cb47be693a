// The worker with faults on demand, for tests alone: a request's header `x-fault` names what goes wrong while it is answered.
//   trap:orgPlan      the instance's memory is overwritten just before it is asked so, which makes it trap for real
//   storage:3         the third statement of the transaction fails
//   storage:end       the transaction fails after its last statement
// A header `x-clock` says how many milliseconds the worker's clock is ahead from then on.
import { instantiate } from "../../pkg/gen/glue.js";
import module from "../../pkg/gen/scim_policy.wasm";
import { provide } from "../../pkg/lib/engine.js";
import { OrganizationObject as Sound } from "../../www/worker/src/organization.ts";
import { Store } from "../../www/worker/src/store.ts";

export { default } from "../../www/worker/src/index.ts";

let ahead = 0;
const Clock = Date;
globalThis.Date = class extends Clock {
  constructor(...given) {
    super(...(given.length === 0 ? [Clock.now() + ahead] : given));
  }
  static now() {
    return Clock.now() + ahead;
  }
};

/** What is to go wrong next; each goes wrong once. */
let fault = null;
/** Below are the first bytes of the stack; what is above, any call needs. */
const LOW = 1 << 14;

provide(() => {
  const exports = instantiate(module);
  for (const [name, real] of Object.entries(exports)) {
    if (typeof real !== "function") continue;
    exports[name] = (...args) => {
      if (fault === `trap:${name}`) {
        fault = null;
        new Uint8Array(exports.memory.buffer).fill(0xff, LOW);
      }
      return real(...args);
    };
  }
  return exports;
});

class FaultyStore extends Store {
  #statements = 0;

  transaction(write) {
    return super.transaction(() => {
      this.#statements = 0;
      const result = write();
      if (fault === "storage:end") this.#fail();
      return result;
    });
  }

  run(statement, ...values) {
    this.#statements += 1;
    if (fault === `storage:${this.#statements}`) this.#fail();
    super.run(statement, ...values);
  }

  #fail() {
    fault = null;
    throw new Error("disk I/O error (made up by a test)");
  }
}

export class OrganizationObject extends Sound {
  async fetch(request) {
    fault = request.headers.get("x-fault") ?? fault;
    ahead = Number(request.headers.get("x-clock") ?? ahead);
    return super.fetch(request);
  }

  openStore() {
    return new FaultyStore(this.ctx.storage);
  }
}
