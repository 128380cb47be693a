// The organization in memory, which is what storage says: read from it when first asked for, given up when in doubt.
import { Organization, ScimError, type OrganizationConfig } from "scim-policy";
import type { OrganizationSettings } from "./api.js";
import { refuse } from "./answers.js";
import type { Store } from "./store.js";

export const DEFAULTS: OrganizationSettings = { dialect: "rfc", groupPatchAnswer: 204, roles: "taskade", limits: {}, schemas: [], resourceTypes: [] };

export type Open = (config: OrganizationConfig) => Organization;

export class Resident {
  /** What went wrong last, for those who look after it. */
  trouble: { at: string; detail: string } | null = null;
  #organization: Organization | null = null;
  #store: Store;
  #open: Open;
  #baseUrl: string;
  #changed: Partial<OrganizationSettings> | null = null;

  constructor(store: Store, open: Open, baseUrl: string) {
    this.#store = store;
    this.#open = open;
    this.#baseUrl = baseUrl;
  }

  get baseUrl(): string {
    return this.#baseUrl;
  }

  /** The settings that are not the defaults. */
  get changed(): Partial<OrganizationSettings> {
    return (this.#changed ??= JSON.parse(this.#store.meta("settings") ?? "{}") as Partial<OrganizationSettings>);
  }

  get settings(): OrganizationSettings {
    return this.over(this.changed);
  }

  over(changed: Partial<OrganizationSettings>): OrganizationSettings {
    return { ...DEFAULTS, ...changed };
  }

  /** The organization; read from storage if it is not there. */
  get organization(): Organization {
    if (this.#organization === null) {
      let organization: Organization;
      try {
        organization = this.read(this.settings);
      } catch (cause) {
        console.error("the organization could not be read from storage", cause);
        throw new ScimError("the organization could not be read from storage; send the request again", { status: 503, cause });
      }
      const stored = this.#store.meta("version");
      if (stored !== null && stored !== organization.version) this.note("the records in storage do not give the version that was stored with them");
      this.#organization = organization;
    }
    return this.#organization;
  }

  /** One that is read from storage under `settings`; the caller's to keep or to free. */
  read(settings: OrganizationSettings): Organization {
    const organization = this.#open({ ...settings, baseUrl: this.#baseUrl });
    try {
      for (const page of this.#store.records()) organization.restore(page);
    } catch (cause) {
      organization.free();
      throw cause;
    }
    return organization;
  }

  /** Puts `organization` in the place of the one that was there. */
  replace(organization: Organization): void {
    this.drop();
    this.#organization = organization;
  }

  /** Gives it up: the next question reads storage. */
  drop(): void {
    const organization = this.#organization;
    this.#organization = null;
    this.#changed = null;
    try {
      organization?.free();
    } catch (cause) {
      console.error("an organization could not be freed", cause);
    }
  }

  /** Asks it. An internal error of the module gives it up, so that the next question finds a sound one. */
  ask<T>(question: (organization: Organization) => T): T {
    const { organization } = this;
    try {
      return question(organization);
    } catch (cause) {
      if (cause instanceof ScimError && cause.status < 500) throw cause;
      this.note("the module stopped at an internal error; the organization is read from storage again");
      console.error("the module stopped", cause);
      this.drop();
      throw cause instanceof ScimError ? cause : refuse(500, "an internal error; nothing was changed");
    }
  }

  note(detail: string): void {
    this.trouble = { at: new Date().toISOString(), detail };
  }
}
