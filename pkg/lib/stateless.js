// The functions that keep nothing: `validate`, `applyPatch`, `accessDiff`.
import { PURPOSES, configText, count, json, keptJson, schemaOptions, validateOptions } from "./arguments.js";
import { sharedEngine } from "./engine.js";

export function version() {
  const engine = sharedEngine();
  engine.run("version");
  return engine.text();
}

/** Lazy parts are getters of a class: an accessor of the object itself would cost more than a validation. */
class ValidationReport {
  #input;
  #settings;
  #resource = null;

  constructor(valid, resourceType, issues, notes, input, settings) {
    this.valid = valid;
    this.resourceType = resourceType;
    this.issues = issues;
    this.notes = notes;
    this.#input = valid ? input : null;
    this.#settings = settings;
  }

  get resource() {
    if (this.#input !== null) {
      this.#resource = canonical(this.#input, this.#settings);
      this.#input = null;
    }
    return this.#resource;
  }

  toJSON() {
    return { ...this, resource: this.resource };
  }
}

export function validate(payload, options) {
  const settings = validateOptions(options);
  const input = keptJson(payload, "payload");
  const engine = sharedEngine();
  const registry = engine.registry(settings.registry);
  const code = askValidate(engine, "validate", input, registry, settings);
  if (engine.isPlain(code)) return new ValidationReport(true, engine.typeName(registry, code), [], [], input, settings);
  const { valid, resourceType, issues, notes } = engine.json();
  return new ValidationReport(valid, resourceType, issues, notes, input, settings);
}

function canonical(input, settings) {
  const engine = sharedEngine();
  askValidate(engine, "canonical", input, engine.registry(settings.registry), settings);
  return engine.json();
}

function askValidate(engine, name, input, registry, { resourceType, dialect, purpose }) {
  const [length, typeLength] = engine.write([input, resourceType]);
  const code = engine.run(name, length, typeLength, registry, dialect, purpose);
  if (code === 1) engine.refuse();
  return code;
}

/** Beyond its text, a result is worked out from the arguments when it is asked for. */
class PatchResult {
  #inputs;
  #settings;
  #text;
  #noted;
  #resource;
  #changes;
  #inverse;
  #notes;

  /** `code`, from wasm: 0 changed with notes, 2 changed, 3 unchanged, 4 unchanged with notes. */
  constructor(text, code, inputs, settings) {
    this.text = text;
    this.changed = code === 0 || code === 2;
    this.#text = text;
    this.#noted = code === 0 || code === 4;
    this.#inputs = inputs;
    this.#settings = settings;
  }

  get resource() {
    return (this.#resource ??= JSON.parse(this.#text));
  }

  get changes() {
    return (this.#changes ??= this.#ask("patchChanges"));
  }

  get inverse() {
    return (this.#inverse ??= this.#ask("patchInverse"));
  }

  get notes() {
    return (this.#notes ??= this.#noted ? this.#ask("patchNotes") : []);
  }

  toJSON() {
    return { ...this, notes: this.notes, resource: this.resource, changes: this.changes, inverse: this.inverse };
  }

  #ask(name) {
    const engine = sharedEngine();
    askPatch(engine, name, this.#inputs, this.#settings);
    return engine.json();
  }
}

export function applyPatch(resource, patch, options) {
  const settings = schemaOptions(options);
  const inputs = [keptJson(resource, "resource"), keptJson(patch, "patch"), settings.resourceType];
  const engine = sharedEngine();
  const code = askPatch(engine, "applyPatch", inputs, settings);
  return new PatchResult(engine.text(), code, inputs, settings);
}

function askPatch(engine, name, inputs, { registry: schemas, dialect }) {
  const registry = engine.registry(schemas);
  const [length, patchLength, typeLength] = engine.write(inputs);
  const code = engine.run(name, length, patchLength, typeLength, registry, dialect);
  if (code === 1) engine.refuse();
  return code;
}

export function accessDiff(before, after, options) {
  const config = configText(options, "options", { limit: count });
  const documents = [json(before, "before"), json(after, "after")];
  const engine = sharedEngine();
  const [beforeLength, afterLength, configLength] = engine.write([...documents, config]);
  if (engine.run("accessDiff", beforeLength, afterLength, configLength) === 1) engine.refuse();
  return engine.json();
}
