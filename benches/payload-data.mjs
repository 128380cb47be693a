// What an identity provider sends: a user as Entra's default mapping writes it, and ten changes of it. People are invented.
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

export const user = {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
  externalId: "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
  userName: "mia.keller@acme.example",
  name: { formatted: "Dr. Mia Sofia Keller", familyName: "Keller", givenName: "Mia", middleName: "Sofia", honorificPrefix: "Dr." },
  displayName: "Mia Keller",
  nickName: "Mia",
  profileUrl: "https://people.acme.example/mia.keller",
  title: "Principal Engineer",
  userType: "Employee",
  preferredLanguage: "de-CH",
  locale: "de-CH",
  timezone: "Europe/Zurich",
  active: true,
  emails: [
    { value: "mia.keller@acme.example", type: "work", primary: true },
    { value: "mia@keller.example", type: "home" },
  ],
  phoneNumbers: [
    { value: "+41 44 555 01 01", type: "work" },
    { value: "+41 79 555 01 02", type: "mobile" },
    { value: "+41 44 555 01 03", type: "fax" },
  ],
  ims: [{ value: "miakeller", type: "xmpp" }],
  photos: [{ value: "https://photos.acme.example/profilephoto/72930000000Ccne/F", type: "photo" }],
  addresses: [
    {
      type: "work", streetAddress: "Bahnhofstrasse 1", locality: "Zürich", region: "ZH", postalCode: "8001", country: "CH",
      formatted: "Bahnhofstrasse 1\n8001 Zürich\nSchweiz", primary: true,
    },
    { type: "home", streetAddress: "Seestrasse 12", locality: "Küsnacht", region: "ZH", postalCode: "8700", country: "CH" },
  ],
  entitlements: [{ value: "design-suite", display: "Design Suite" }, { value: "ticketing", display: "Ticketing" }],
  x509Certificates: [{ value: "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMxEzARBgNVBAgMCkNhbGlmb3JuaWE=" }],
  roles: [{ value: "engineer", display: "Engineer", primary: false }],
  [ENTERPRISE]: {
    employeeNumber: "701984",
    costCenter: "4130",
    organization: "Acme",
    division: "Platform",
    department: "Engineering",
    manager: { value: "26118915-6090-4610-87e4-49d8ca9f808d", $ref: "../Users/26118915-6090-4610-87e4-49d8ca9f808d" },
  },
};

/** One attribute each, as Entra sends them; the two peers understand all of them too. */
export const operations = [
  { op: "Replace", path: "displayName", value: "Mia S. Keller" },
  { op: "Replace", path: "name.familyName", value: "Keller-Frei" },
  { op: "Replace", path: 'emails[type eq "work"].value', value: "mia.frei@acme.example" },
  { op: "Add", path: 'phoneNumbers[type eq "mobile"].value', value: "+41 79 555 09 09" },
  { op: "Replace", path: 'addresses[type eq "work"].locality', value: "Winterthur" },
  { op: "Replace", path: "title", value: "Director" },
  { op: "Add", path: `${ENTERPRISE}:department`, value: "Research" },
  { op: "Add", path: `${ENTERPRISE}:costCenter`, value: "4131" },
  { op: "Replace", path: "active", value: false },
  { op: "Remove", path: "nickName" },
];

export const group = {
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"],
  displayName: "All staff",
  members: Array.from({ length: 10_000 }, (_, i) => ({ value: `26118915-6090-4610-87e4-${String(i).padStart(12, "0")}`, type: "User" })),
};

/** A hundred users to filter. */
export const directory = Array.from({ length: 100 }, (_, i) => ({
  ...user,
  id: `26118915-6090-4610-87e4-${String(i).padStart(12, "0")}`,
  userName: `person.${i}@acme.example`,
  active: i % 3 !== 0,
  title: i % 10 === 0 ? "Director" : "Engineer",
  meta: { resourceType: "User", lastModified: `2025-03-${String((i % 28) + 1).padStart(2, "0")}T09:00:00Z` },
}));

export const filters = [
  'userName eq "person.42@acme.example"',
  'title sw "Dir" and active eq true',
  'emails[type eq "work" and value co "@acme"]',
  'meta.lastModified ge "2025-03-20T00:00:00Z" or not (active eq true)',
];
