// The functions that keep nothing: `validate`, `applyPatch`, `accessDiff`.
import { configText, count, json, keptJson, oneOf, schemaOptions, schemaOptionsAnd } from "./arguments.js";
import { sharedEngine } from "./engine.js";
import { once } from "./once.js";

const PURPOSES = ["create", "replace", "response", "patch", "bulk", "search"];

export function version() {
  const engine = sharedEngine();
  engine.run("version");
  return engine.text();
}

export function validate(payload, options) {
  const settings = options === undefined ? schemaOptions() : schemaOptionsAnd(options, { purpose: (value, name) => oneOf(value, name, PURPOSES) });
  const { registry: schemas, dialect, resourceType: type, purpose = "create" } = settings;
  const input = keptJson(payload, "payload");
  const ask = (name) => {
    const engine = sharedEngine();
    const registry = engine.registry(schemas);
    const [length, typeLength] = engine.write([input, type]);
    const code = engine.run(name, length, typeLength, registry, dialect, PURPOSES.indexOf(purpose));
    if (code === 1) engine.refuse();
    return { engine, registry, code };
  };

  const { engine, registry, code } = ask("validate");
  const { valid, resourceType, issues, notes } = engine.isPlain(code)
    ? { valid: true, resourceType: engine.typeName(registry, code), issues: [], notes: [] }
    : engine.json();
  const resource = once(() => (valid ? ask("canonical").engine.json() : null));
  return { valid, resourceType, issues, notes, get resource() { return resource(); } };
}

/** What `applyPatch` answers in wasm: [changed, has notes]. */
const PATCHED = { 0: [true, true], 2: [true, false], 3: [false, false], 4: [false, true] };

export function applyPatch(resource, patch, options) {
  const { registry: schemas, dialect, resourceType: type } = schemaOptions(options);
  const input = keptJson(resource, "resource");
  const request = keptJson(patch, "patch");
  const ask = (name) => {
    const engine = sharedEngine();
    const registry = engine.registry(schemas);
    const [length, patchLength, typeLength] = engine.write([input, request, type]);
    const code = engine.run(name, length, patchLength, typeLength, registry, dialect);
    if (code === 1) engine.refuse();
    return { engine, code };
  };

  const { engine, code } = ask("applyPatch");
  const text = engine.text();
  const [changed, noted] = PATCHED[code];
  if (noted) engine.run("aside");
  const notes = noted ? engine.json() : [];
  const parsed = once(() => JSON.parse(text));
  const changes = once(() => ask("patchChanges").engine.json());
  const inverse = once(() => ask("patchInverse").engine.json());
  return {
    text,
    get resource() { return parsed(); },
    changed,
    get changes() { return changes(); },
    get inverse() { return inverse(); },
    notes,
  };
}

export function accessDiff(before, after, options) {
  const config = configText(options, "options", { limit: count });
  const documents = [json(before, "before"), json(after, "after")];
  const engine = sharedEngine();
  const [beforeLength, afterLength, configLength] = engine.write([...documents, config]);
  if (engine.run("accessDiff", beforeLength, afterLength, configLength) === 1) engine.refuse();
  return engine.json();
}
