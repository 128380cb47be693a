// What tests/payloads.rs does with the fixtures, through the package: each function gives null, or how the answer differs.
const sorted = (value) =>
  Array.isArray(value) ? value.map(sorted)
  : value && typeof value === "object" ? Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]))
  : value;
const text = (value) => JSON.stringify(sorted(value)) ?? "nothing";
export const same = (a, b) => text(a) === text(b);

const optionsOf = ({ dialect, schemas, resourceTypes, resourceType }) =>
  Object.fromEntries(Object.entries({ dialect, schemas, resourceTypes, resourceType }).filter(([, value]) => value != null));

function error(wanted, found) {
  const wrong = ["status", "scimType", "operation", "path"].find((key) => key in wanted && wanted[key] !== found[key]);
  return wrong ? `${wrong}: expected ${wanted[wrong]}, found ${found[wrong]}: ${found.message}` : null;
}

function notes(wanted, found) {
  if (!wanted) return null;
  const byOperation = wanted.some((note) => "operation" in note);
  const set = (list) => [...new Set(list.map(({ rule, operation }) => `${rule} ${byOperation ? operation ?? null : ""}`))].sort();
  return same(set(wanted), set(found)) ? null : `notes: expected ${set(wanted)}, found ${set(found)}`;
}

/** Calls it; gives what it returns, or the ScimError it throws. */
function answerOf(call) {
  try {
    return { value: call() };
  } catch (thrown) {
    if (thrown?.name !== "ScimError") throw thrown;
    return { thrown };
  }
}

export function patch({ applyPatch }, fixture) {
  const { given, expect } = fixture;
  const { thrown, value } = answerOf(() => applyPatch(JSON.stringify(given), fixture.patchText ?? JSON.stringify(fixture.patch), optionsOf(fixture)));
  if (thrown) return expect.error ? error(expect.error, thrown) : `refused: ${thrown.message}`;
  if (expect.error) return `accepted: ${value.text}`;
  if (!same(value.resource, expect.resource)) return `expected ${text(expect.resource)}, found ${text(value.resource)}`;
  if (value.changed !== expect.changed) return `changed: ${value.changed}`;
  return notes(expect.notes, value.notes);
}

export function validate({ validate }, fixture) {
  const { expect, purpose } = fixture;
  const { thrown, value } = answerOf(() => validate(fixture.payloadText ?? JSON.stringify(fixture.payload), { ...optionsOf(fixture), ...(purpose && { purpose }) }));
  if (thrown) {
    if (expect.valid) return `refused: ${thrown.message}`;
    return !expect.issues?.length || expect.issues[0].scimType === thrown.scimType ? null : `refused with ${thrown.scimType}`;
  }
  if (value.valid !== expect.valid) return `valid: ${value.valid}, ${text(value.issues)}`;
  if ("resourceType" in expect && expect.resourceType !== value.resourceType) return `resourceType: ${value.resourceType}`;
  const told = !expect.issues
    || (expect.issues.length === value.issues.length && expect.issues.every((wanted, at) => Object.keys(wanted).every((key) => same(wanted[key], value.issues[at][key]))));
  if (!told) return `issues: expected ${text(expect.issues)}, found ${text(value.issues)}`;
  if (expect.resource && !same(expect.resource, value.resource)) return `resource: expected ${text(expect.resource)}, found ${text(value.resource)}`;
  return notes(expect.notes, value.notes);
}

export function filter({ Filter }, fixture, resources) {
  const { expect } = fixture;
  const { thrown, value } = answerOf(() => new Filter(fixture.filter, optionsOf(fixture)));
  if (thrown) return expect.error ? error(expect.error, thrown) : `refused: ${thrown.message}`;
  try {
    if (expect.error) return `accepted as ${value}`;
    const matches = value.select(JSON.stringify(resources));
    if (!same(matches, expect.matches)) return `matches ${matches}, expected ${expect.matches}`;
    const again = new Filter(`${value}`, optionsOf(fixture));
    const tree = text(again.toJSON());
    again.free();
    return tree === text(value.toJSON()) ? notes(fixture.notes, value.notes) : `${value} reads back as another`;
  } finally {
    value.free();
  }
}
