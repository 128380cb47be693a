// The one error this package throws.
const MESSAGE = "urn:ietf:params:scim:api:messages:2.0:Error";

export class ScimError extends Error {
  constructor(detail, { status = 500, scimType = null, path = null, operation = null, request = null, issues = [], cause } = {}) {
    super(detail, cause === undefined ? undefined : { cause });
    this.status = status;
    this.scimType = scimType;
    this.path = path;
    this.operation = operation;
    this.request = request;
    this.issues = issues;
  }

  /** The error body of RFC 7644 §3.12. */
  toJSON() {
    const body = { schemas: [MESSAGE], status: String(this.status) };
    if (this.scimType !== null) body.scimType = this.scimType;
    body.detail = this.message;
    return body;
  }
}
Object.defineProperty(ScimError.prototype, "name", { value: "ScimError", configurable: true, writable: true });

/** An argument that cannot be read: the caller's mistake, told as SCIM tells it. */
export function badValue(detail, cause) {
  return new ScimError(detail, { status: 400, scimType: "invalidValue", cause });
}

/** JSON that cannot be read. */
export function badSyntax(detail, cause) {
  return new ScimError(detail, { status: 400, scimType: "invalidSyntax", cause });
}
