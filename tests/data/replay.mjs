// Replays a conversation of tests/data/idp through the package, in Node and in a page alike: every answer, every diff, every
// state after. `assert` is node:assert/strict, or what stands in for it in a page.

/** Gives the function that replays one conversation and throws at the first difference. */
export function replaying(Organization, assert) {
  /** An object is contained when each of its members is; a list must be equal in length, and contained one by one. */
  function contains(actual, expected, where) {
    if (typeof expected !== "object" || expected === null) return assert.deepEqual(actual, expected, where);
    assert.equal(Array.isArray(actual), Array.isArray(expected), where);
    if (Array.isArray(expected)) assert.equal(actual.length, expected.length, where);
    for (const [name, value] of Object.entries(expected)) contains(actual?.[name], value, `${where}.${name}`);
  }

  /** Both the plan and what came of it; a second organization that only ever sees the records must stay equal. */
  function replay({ config, ids, steps }) {
    const organization = new Organization(config);
    const replica = new Organization(config);
    replica.restore(organization.records());
    const left = [...ids];
    const tags = [];
    for (const [index, { say, actor, now, request, ifMatchFrom, answer, access, state }] of steps.entries()) {
      const where = `step ${index}: ${say}`;
      const headers = ifMatchFrom === undefined ? request.headers : { ...request.headers, "If-Match": tags[ifMatchFrom] };
      const before = organization.version;
      const plan = organization.plan({ ...request, headers }, { now, actor, newId: () => left.shift() ?? assert.fail(`${where}: more ids than expected`) });
      assert.equal(organization.version, before, `${where}: planning changed something`);
      const response = plan.held ? plan.refusal : plan.responses[0];
      const body = response.body === null ? null : JSON.parse(response.body);
      assert.equal(response.status, answer.status, `${where}: ${response.body}`);
      const sent = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]));
      tags.push(sent.etag);
      contains(sent, answer.headers ?? {}, `${where} headers`);
      if (answer.bodyNull) assert.equal(body, null, where);
      if (answer.body) contains(body, answer.body, `${where} body`);
      for (const name of answer.absent ?? []) assert.ok(!(name in body), `${where}: ${name} is there`);
      if (answer.scimType) assert.equal(body.scimType, answer.scimType, where);
      if (plan.held) {
        assert.throws(() => organization.commit(plan), { name: "ScimError", status: 403 }, where);
      } else {
        const kinds = Object.fromEntries(Object.entries(plan.access.summary.kinds).filter(([, count]) => count > 0));
        if (access) assert.deepEqual(kinds, access.kinds, where);
        if (access?.changes) assert.deepEqual(plan.access.changes.filter(({ object }) => object.type !== "Organization").map(({ causes, ...change }) => change), access.changes, where);
        organization.commit(plan);
        replica.restore(plan.records);
        assert.equal(organization.version, plan.version, where);
      }
      assert.equal(replica.version, organization.version, `${where}: the records do not tell all`);
      for (const [group, members] of Object.entries(state?.members ?? {})) {
        const { body } = organization.handle({ method: "GET", path: `/Groups/${encodeURIComponent(group)}` }, { now, actor: { kind: "system" } });
        assert.deepEqual((JSON.parse(body).members ?? []).map(({ value }) => value).sort(), members, where);
      }
      for (const { allowed, ...query } of state?.check ?? []) assert.equal(organization.check(query).allowed, allowed, `${where} ${JSON.stringify(query)}`);
    }
    assert.deepEqual(replica.records(), organization.records());
    organization.free();
    replica.free();
  }

  return replay;
}
