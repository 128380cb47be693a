// What the deployment gives the worker: see wrangler.jsonc.
export interface Env {
  ORGANIZATION: DurableObjectNamespace;
  /** The panel's files. */
  ASSETS?: Fetcher;
  /** A secret: an administrator's token for every organization of this deployment. */
  ADMIN_TOKEN?: string;
  /** A secret: an identity provider's token for the organization "default". */
  SCIM_TOKEN?: string;
  BASE_URL?: string;
  ALLOWED_ORIGINS?: string;
  ADMIN_NAME?: string;
  /** Days that the history and the audit are kept; "0" keeps them for ever. */
  HISTORY_DAYS?: string;
  AUDIT_DAYS?: string;
}
