// Payloads as text and bytes that mean harm, and whatever reads text.
import { GROUP, PATCH, USER, context } from "./good.mjs";

const encoder = new TextEncoder();
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const numbers = ["0", "-0", "1e400", "-1e400", "1e-400", "26E47", "9007199254740993", "123456789012345678901234567890", "1.7976931348623157e308", "4.9e-324", "0.1e1", "1E+2", "00", "+1", "1.", ".5", "1e", "0x10", "NaN", "Infinity", "-", "--1", "1_000", "١", "9".repeat(5000), `0.${"0".repeat(5000)}1`];
const strings = ['"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\ud83d x"', '"\\u0000"', '"\\u00"', '"\\x41"', '"\\', '"\t"', '"\u0001"', '"\\ufeff"', '"\\uD83D\\uDE00"', '"\ufeff"', '"\u{10ffff}"', "'x'", '"a\nb"', `"${"\\u0041".repeat(20_000)}"`, `"${"\\\\".repeat(20_000)}"`, '"\\/"', '"\u202e"', '"<script>"', '"\\u2028"'];
const shapes = ["", " ", "\0", "null", "true", "7", "[]", "{}", "[{}]", "{", "}", "[", "]", '{"a"', '{"a":', '{"a":1,', '{"a":1,}', "[1,]", "{,}", '{"a" 1}', "{a:1}", '{"a":1}{"a":1}', '{"a":1} x', "//", "/* */{}", "\ufeff{}", "nul", "NULL", "undefined", '{"":1}', '{"a":1,"a":2}', '{"a":1,"A":2}', '{"\\u0061":1,"a":2}', '{"__proto__":1}', '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}'];
const deep = (open, close, depth) => `${open.repeat(depth)}${close.repeat(depth)}`;
const depths = [63, 64, 65, 66, 1000, 100_000].flatMap((depth) => [deep("[", "]", depth), `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`, deep('[{"a":', "}]", depth), "[".repeat(depth), '{"a":['.repeat(depth)]);

const places = [
  (value) => value,
  (value) => `{"schemas":["${USER}"],"userName":${value}}`,
  (value) => `{"schemas":["${USER}"],"userName":"ada","active":${value}}`,
  (value) => `{"schemas":["${USER}"],"userName":"ada","emails":[{"value":${value},"primary":true}]}`,
  (value) => `{"schemas":["${USER}","${ENTERPRISE}"],"userName":"ada","${ENTERPRISE}":{"manager":{"value":${value}}}}`,
  (value) => `{"schemas":["${USER}"],"userName":"ada","unknown":{"deep":[${value}]}}`,
  (value) => `{"schemas":["${GROUP}"],"displayName":"x","members":[{"value":${value}}]}`,
  (value) => `{"schemas":${value},"userName":"ada"}`,
  (value) => `{"schemas":["${PATCH}"],"Operations":[{"op":"add","path":"title","value":${value}}]}`,
  (value) => `{"schemas":["${PATCH}"],"Operations":[{"op":"add","value":{"emails":${value}}}]}`,
  (value) => `{"schemas":["${PATCH}"],"Operations":${value}}`,
  (value) => `{"schemas":["${PATCH}"],"Operations":[{"op":"remove","path":"members","value":${value}}]}`,
  (value) => `{"key":"user/x","value":{"schemas":["${USER}"],"userName":${value}}}`,
];

const filters = [
  "", " ", "(", ")", "()", "not", "not (", "userName", "userName eq", 'userName eq "', 'userName eq "\\', 'userName eq "\\ud800"', "userName eq \ufeff", "userName eq 1e400", "userName eq -0", "userName gt null", "active gt true", "emails[", "emails[]", 'emails[type eq "work"', 'emails[type eq "work"].', "emails[emails[type pr]]", "password pr", 'password eq "x"', "__proto__ pr", "constructor.prototype eq 1", "userName.toString pr", "meta.lastModified gt \"x\"", "a b c", "userName pr and", "or userName pr", "userName pr or or title pr", 'userName eq "x" garbage', "urn:::: pr", `${"urn:".repeat(2000)}x pr`, `${"a.".repeat(2000)}b pr`, "userName PR", "USERNAME Eq \"X\"", 'userName co ""', "userName\0 pr",
  deep("(", ")", 5000), `${"not (".repeat(5000)}userName pr${")".repeat(5000)}`, `${"(".repeat(40)}userName pr${")".repeat(40)}`, Array(1500).fill("userName pr").join(" and "), Array(1500).fill('userName eq "x"').join(" or "), `userName eq "${"x".repeat(100_000)}"`, Array(14).fill("(userName pr or title pr)").join(" and "), `emails[${Array(300).fill('type eq "x"').join(" or ")}]`,
];

/** What a text is given to. */
const readers = {
  validate: ({ validate }, _, text) => JSON.stringify(validate(text)),
  "validate of bytes": ({ validate }, _, text) => JSON.stringify(validate(encoder.encode(text), { dialect: "entra" })),
  "validate as a response": ({ validate }, _, text) => JSON.stringify(validate(text, { purpose: "response", dialect: "okta" })),
  "the resource of applyPatch": ({ applyPatch }, _, text) => JSON.stringify(applyPatch(text, `{"schemas":["${PATCH}"],"Operations":[{"op":"add","path":"title","value":"x"}]}`, { resourceType: "User" })),
  "the patch of applyPatch": ({ applyPatch }, _, text) => JSON.stringify(applyPatch(`{"schemas":["${USER}"],"id":"1","userName":"ada"}`, encoder.encode(text), { dialect: "entra" })),
  "filter.matches": (_, { filter }, text) => filter.matches(text),
  "filter.select": (_, { filter }, text) => filter.select(`[${text}]`),
  "the body of a POST": (_, { organization }, body) => organization.plan({ method: "POST", path: "/Users", body }, context()),
  "the body of a PATCH": (_, { organization }, body) => organization.plan([{ method: "PATCH", path: "/Users/ada", body }, { method: "PATCH", path: "/Groups/design", body: encoder.encode(body) }], context()),
  "the body of a search": (_, { organization }, body) => organization.plan({ method: "POST", path: "/.search", body }, context()),
  accessDiff: ({ accessDiff }, _, text) => accessDiff(text, `{"users":${text}}`),
  "restored records": (_, { organization }, text) => organization.restore(text),
};
/** What a filter, or a piece of one, is given to. */
const filterReaders = {
  "new Filter": ({ Filter }, _, text) => new Filter(text).free(),
  "new Filter of entra": ({ Filter }, _, text) => {
    const filter = new Filter(text, { dialect: "entra", resourceType: "User" });
    JSON.stringify([filter, filter.notes, filter.matches({ userName: "x" })]);
    if (JSON.stringify(new Filter(filter.toString(), { dialect: "entra", resourceType: "User" })) !== JSON.stringify(filter)) throw new Error("its own text reads as another filter");
  },
  "a query": (_, { organization }, text) => organization.plan({ method: "GET", path: `/Users?filter=${encodeURIComponent(text)}` }, context()),
  "a query, not encoded": (_, { organization }, text) => organization.plan({ method: "GET", path: `/Groups?filter=${text}&sortBy=${text}&count=${text}&startIndex=${text}&cursor=${text}&attributes=${text}` }, context()),
  "a path of PATCH": (_, { organization }, path) => organization.plan({ method: "PATCH", path: "/Users/ada", body: { schemas: [PATCH], Operations: [{ op: "add", path, value: "x" }] } }, context()),
  "a value path of members": (_, { organization }, text) => organization.plan({ method: "PATCH", path: "/Groups/design", body: { schemas: [PATCH], Operations: [{ op: "remove", path: `members[${text}]` }] } }, context()),
  "a name in a value": ({ applyPatch }, _, text) => applyPatch({ schemas: [USER], userName: "ada" }, { schemas: [PATCH], Operations: [{ op: "replace", value: { [text]: "x" } }] }, { dialect: "entra" }),
};

/** Sound messages with one character lost, doubled or changed; the same ones on every machine. */
function* damaged() {
  let state = 0x2545f491;
  const below = (n) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), state % n);
  const messages = [
    `{"schemas":["${PATCH}"],"Operations":[{"op":"Replace","path":"emails[type eq \\"work\\"].value","value":"a\\u00e9"},{"op":"add","value":{"name.givenName":"x","roles":["{\\"value\\":1}"]}}]}`,
    `{"schemas":["${USER}","${ENTERPRISE}"],"userName":"ada","active":true,"emails":[{"value":"a@b.example","type":"work","primary":true}],"${ENTERPRISE}":{"employeeNumber":"7","manager":{"value":"1"}}}`,
    `{"schemas":["${GROUP}"],"displayName":"Design","members":[{"value":"ada","$ref":null},{"value":"bo"}]}`,
  ];
  const letters = ['"', "\\", "{", "}", "[", "]", ":", ",", "0", "-", "e", "\0", "\u202e", "é", " ", "\n"];
  for (const message of messages) {
    for (let count = 0; count < 60; count++) {
      const at = below(message.length);
      const kept = message.slice(at + 1);
      yield `${message.slice(0, at)}${["", message[at] + message[at], letters[below(letters.length)]][below(3)]}${kept}`;
    }
  }
}

function* all() {
  const given = [...shapes, ...depths, ...damaged()];
  for (const value of [...numbers, ...strings]) for (const place of places) given.push(place(value));
  // Every reader gets every fifth text, and each text goes to two or three of them.
  const names = Object.keys(readers);
  for (const [index, text] of given.entries()) {
    for (let turn = 0; turn < 3; turn++) {
      const name = names[(index * 5 + turn * 4) % names.length];
      yield [`${name}: ${start(text)}`, (scim, resident) => readers[name](scim, resident, text)];
    }
  }
  for (const text of filters) for (const [name, read] of Object.entries(filterReaders)) yield [`${name}: ${start(text)}`, (scim, resident) => read(scim, resident, text)];
}

const start = (text) => `${JSON.stringify(text.slice(0, 70))}${text.length > 70 ? `… (${text.length})` : ""}`;

/** [name, (scim, resident) => …] */
export const texts = [...all()];
