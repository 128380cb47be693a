// One organization's instance, as Organization and Plan use it: alive, freed or lost, and asked by one caller at a time.
import { ScimError, badValue } from "./error.js";
import { AGAIN, giveBack, takeEngine } from "./engine.js";
import { isWellFormed, words } from "./arguments.js";
import { contextText } from "./request.js";

export class Resident {
  /** Counts what was committed or restored: a plan made before cannot be made again after. */
  changes = 0;
  #engine;
  #busy = false;

  constructor(config) {
    const engine = takeEngine();
    const [length] = engine.write([config]);
    if (engine.run("orgNew", length) === 1) {
      try {
        engine.refuse();
      } finally {
        giveBack(engine);
      }
    }
    this.#engine = engine;
  }

  free() {
    if (this.#engine === null) return;
    if (this.#busy) throw reentered();
    giveBack(this.#engine);
    this.#engine = null;
  }

  /** Asks with `args` written and their lengths passed, then `numbers`; gives the engine, to read the answer from. */
  ask(name, args, ...numbers) {
    const engine = this.#alive();
    if (engine.run(name, ...engine.write(args), ...numbers) === 1) engine.refuse();
    return engine;
  }

  /** Asks `orgPlan` or `orgHandle`; gives the answer and the ids that were given out for it. */
  work(name, fields, { options, newId, ids }) {
    const engine = this.#alive();
    const lengths = engine.writeFrame(fields, contextText(options, ids));
    const given = ids === undefined ? [] : [...ids];
    let failure = null;
    // Nothing may be thrown through wasm: what goes wrong is kept, and the answer that is no string ends the work there.
    const give = () => {
      try {
        if (failure !== null) return undefined;
        const id = newId();
        if (typeof id === "string" && id !== "" && isWellFormed(id)) return given.push(id), id;
        failure = new ScimError("`newId` must return a string that is not empty", { status: 500 });
      } catch (cause) {
        failure = new ScimError(`\`newId\` threw${words(cause)}`, { status: 500, cause });
      }
      return undefined;
    };
    this.#busy = true;
    let code;
    try {
      code = engine.run(name, ...lengths, give);
    } finally {
      this.#busy = false;
    }
    if (failure !== null) throw failure;
    if (code === 1) engine.refuse();
    return { answer: engine.planned(), given };
  }

  /**
   * Asks about a plan. The module keeps one plan's data; when it has another's by now, this one is made again, from the
   * same requests, time and ids, as long as nothing was committed since.
   */
  askOf(state, name, args, ...numbers) {
    if (state.resident !== this) throw new ScimError("this plan was made by another organization", { status: 409 });
    try {
      return this.ask(name, [state.token, ...args], ...numbers);
    } catch (error) {
      if (error !== AGAIN) throw error;
    }
    if (state.committed || state.changes !== this.changes) {
      throw new ScimError("the organization has changed since this plan was made", { status: 409 });
    }
    const { answer } = this.work("orgPlan", state.fields, { ...state.context, ids: state.ids });
    state.token = answer.token;
    return this.ask(name, [state.token, ...args], ...numbers);
  }

  #alive() {
    const engine = this.#engine;
    if (engine === null) throw new ScimError("this Organization was freed", { status: 500 });
    if (engine.dead) throw new ScimError("this Organization was lost to an internal error: free it, and restore a new one from its records", { status: 500 });
    if (this.#busy) throw reentered();
    return engine;
  }
}

const reentered = () => badValue("`newId` called back into the organization that asked it for an id");
