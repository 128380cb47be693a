// Acme, an invented company, as requests that set it up: large enough to be looked at, the same every time.
const PEOPLE = [
  "Amara Okafor", "Björn Lindqvist", "Chiara Rossi", "Dmitri Volkov", "Elena Petrova", "Farid Haddad", "Grace Mbeki", "Hana Sato", "Ingrid Solberg", "Jonas Weber", "Kavya Nair", "Liam Byrne",
  "Mei Lin", "Noor Rahman", "Oscar Mendes", "Priya Raman", "Quentin Dubois", "Rosa Jiménez", "Samuel Adeyemi", "Tomás Herrera", "Uma Krishnan", "Viktor Horvat", "Wanda Kowalska", "Xavier Laurent",
  "Yara Haddad", "Zoltán Nagy", "Aisha Bello", "Benedikt Krause", "Camille Moreau", "Daniela Costa", "Emil Johansson", "Fatima Zahra", "Gustav Berg", "Helena Novak", "Ismail Kaya", "Julia Fischer",
  "Kenji Mori", "Lucía Ortega", "Marek Dvořák", "Nadia Benali", "Olu Adebayo", "Paola Greco", "Rafael Silva", "Sofia Lund", "Theo Martin", "Ulrike Bauer", "Valentina Ricci", "Wei Zhang",
];
const DEPARTMENTS = ["Design", "Marketing", "Support", "Engineering", "Finance", "Sales"];
const GROUPS = [
  ["g-design", "Design", (i) => i % 6 === 0], ["g-marketing", "Marketing", (i) => i % 6 === 1], ["g-support", "Support", (i) => i % 6 === 2], ["g-engineering", "Engineering", (i) => i % 6 === 3],
  ["g-finance", "Finance", (i) => i % 6 === 4], ["g-sales", "Sales", (i) => i % 6 === 5], ["g-staff", "All staff", (i) => i < 44], ["g-leads", "Team leads", (i) => i < 7], ["g-contractors", "Contractors", (i) => i > 42],
  ["g-launch", "Launch crew", (i) => i % 5 === 0],
];
const id = (name) => name.normalize("NFD").replace(/[^\p{L} ]/gu, "").toLowerCase().split(" ").join(".");

const WORKSPACES = {
  "Product launch": { grants: [["g-launch", "editor"], ["g-leads", "checker"]], folders: {
    "Brand": { audience: "editor", grants: [["g-design", "editor"]], folders: { "Logo and type": { audience: "parent" }, "Photo library": { audience: "viewer", grants: [["g-marketing", "checker"]] }, "Campaign drafts": { audience: "private", grants: [["g-marketing", "editor"]] } } },
    "Press": { audience: "viewer", grants: [["g-marketing", "editor"]], folders: { "Embargoed": { audience: "private", grants: [["u:1", "admin"], ["g-leads", "viewer"]] } } },
    "Roadmap": { audience: "checker" },
  } },
  "Customer care": { grants: [["g-support", "editor"], ["g-staff", "viewer"]], folders: {
    "Playbooks": { audience: "parent", folders: { "Escalations": { audience: "viewer", grants: [["g-engineering", "checker"]] }, "Refunds": { audience: "private", grants: [["g-finance", "editor"], ["g-support", "checker"]] } } },
    "Inbox triage": { audience: "parent" }, "Training": { audience: "viewer", grants: [["g-contractors", "viewer"]] },
  } },
  "Engineering": { grants: [["g-engineering", "editor"], ["u:3", "owner"]], folders: {
    "Incidents": { audience: "parent", grants: [["g-support", "checker"]] }, "Design system": { audience: "editor", grants: [["g-design", "checker"]] }, "Hiring": { audience: "private", grants: [["g-leads", "editor"]] },
  } },
  "Company": { grants: [["g-staff", "viewer"], ["u:0", "owner"]], folders: {
    "Handbook": { audience: "parent", grants: [["g-leads", "editor"]] }, "Finance": { audience: "private", grants: [["g-finance", "editor"]], folders: { "Payroll": { audience: "private", grants: [["u:4", "editor"], ["u:10", "viewer"]] }, "Budgets": { audience: "viewer", grants: [["g-leads", "checker"]] } } },
    "All hands": { audience: "parent" },
  } },
  "Sales": { grants: [["g-sales", "editor"], ["g-marketing", "viewer"]], folders: { "Pipeline": { audience: "parent" }, "Contracts": { audience: "private", grants: [["g-sales", "checker"], ["g-finance", "viewer"], ["u:23", "editor"]] } } },
};

/** Requests by which the system sets it up. */
export function seed() {
  const requests = [];
  const post = (path, id, body) => requests.push({ method: "POST", path, id, body });
  const userIds = PEOPLE.map((name) => `u-${id(name)}`);
  PEOPLE.forEach((name, i) => {
    const [givenName, ...rest] = name.split(" ");
    const userName = `${id(name)}@acme.example`;
    post("/Users", userIds[i], {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], externalId: id(name), userName, displayName: name, active: i !== 23 && i !== 40,
      name: { givenName, familyName: rest.join(" "), formatted: name }, emails: [{ value: userName, type: "work", primary: true }],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: DEPARTMENTS[i % 6] },
    });
  });
  for (const [group, displayName, has] of GROUPS) {
    post("/Groups", group, { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], externalId: `entra-${group}`, displayName, members: userIds.filter((_, i) => has(i)).map((value) => ({ value, type: "User" })) });
  }
  const grantsOf = (grants = []) => grants.map(([subject, role]) => (subject.startsWith("u:") ? { value: userIds[Number(subject.slice(2))], type: "User", role } : { value: subject, type: "Group", role }));
  const folders = (parent, children = {}) => {
    for (const [displayName, { audience, grants, folders: inside }] of Object.entries(children)) {
      const own = `f-${displayName.toLowerCase().replaceAll(" ", "-")}${parent.value === "w-company" && displayName === "Finance" ? "-c" : ""}`;
      post("/Folders", own, { schemas: ["urn:scim-policy:schemas:1.0:Folder"], displayName, parent, audience, grants: grantsOf(grants) });
      folders({ value: own, type: "Folder" }, inside);
    }
  };
  for (const [displayName, { grants, folders: inside }] of Object.entries(WORKSPACES)) {
    const own = `w-${displayName.toLowerCase().replaceAll(" ", "-")}`;
    post("/Workspaces", own, { schemas: ["urn:scim-policy:schemas:1.0:Workspace"], displayName, grants: grantsOf(grants) });
    folders({ value: own, type: "Workspace" }, inside);
  }
  requests.push({ method: "PATCH", path: "/Organization", body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "replace", path: "displayName", value: "Acme" }, { op: "add", path: "owners", value: [{ value: userIds[0] }, { value: userIds[3] }] }] } });
  return requests;
}
