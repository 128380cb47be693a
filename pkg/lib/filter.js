// A parsed filter. Its handle lives in the shared instance; when that is replaced, the filter is parsed anew.
import { json, schemaOptions, wellFormed } from "./arguments.js";
import { ScimError, badSyntax } from "./error.js";
import { sharedEngine } from "./engine.js";
import { once } from "./once.js";

const forgotten = typeof FinalizationRegistry === "function"
  ? new FinalizationRegistry(({ engine, handle }) => release(engine, handle))
  : { register() {}, unregister() {} };

function release(engine, handle) {
  if (engine !== null && !engine.dead) engine.run("filterFree", handle);
}

export class Filter {
  #text;
  #options;
  #engine = null;
  #handle = 0;
  #freed = false;
  #canonical = once(() => this.#read("filterText").text());
  #notes = once(() => this.#read("filterNotes").json());

  constructor(text, options) {
    if (typeof text !== "string") {
      throw new ScimError(`a filter must be a string, not ${text === null ? "null" : typeof text}`, { status: 400, scimType: "invalidFilter" });
    }
    this.#text = wellFormed(text, "text", (detail) => new ScimError(detail, { status: 400, scimType: "invalidFilter" }));
    this.#options = schemaOptions(options);
    this.#ready();
  }

  matches(resource) {
    const input = json(resource, "resource");
    const engine = this.#ready();
    const [length] = engine.write([input]);
    const code = engine.run("filterMatches", this.#handle, length);
    if (code === 1) engine.refuse();
    return code === 3;
  }

  select(resources) {
    const input = json(resources, "resources");
    if (typeof resources === "object" && input !== resources && !input.startsWith("[")) throw badSyntax("`resources` must be an array, or a JSON array as text or bytes");
    const engine = this.#ready();
    const [length] = engine.write([input]);
    if (engine.run("filterSelect", this.#handle, length) === 1) engine.refuse();
    return engine.json();
  }

  toString() {
    return this.#canonical();
  }

  toJSON() {
    return this.#read("filterTree").json();
  }

  get notes() {
    return this.#notes();
  }

  free() {
    if (this.#freed) return;
    this.#freed = true;
    forgotten.unregister(this);
    release(this.#engine, this.#handle);
    this.#engine = null;
  }

  #read(name) {
    const engine = this.#ready();
    if (engine.run(name, this.#handle) === 1) engine.refuse();
    return engine;
  }

  #ready() {
    if (this.#freed) throw new ScimError("this Filter was freed", { status: 500 });
    const engine = sharedEngine();
    if (engine !== this.#engine) {
      const { registry: schemas, dialect, resourceType } = this.#options;
      const registry = engine.registry(schemas);
      const [length, typeLength] = engine.write([this.#text, resourceType]);
      if (engine.run("filterNew", length, typeLength, registry, dialect) === 1) engine.refuse();
      forgotten.unregister(this);
      this.#handle = Number(engine.text());
      this.#engine = engine;
      forgotten.register(this, { engine, handle: this.#handle }, this);
    }
    return engine;
  }
}

if (Symbol.dispose) Object.defineProperty(Filter.prototype, Symbol.dispose, { value: Filter.prototype.free, configurable: true, writable: true });
