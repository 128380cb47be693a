// What the panel asks the worker, and how a refusal reads. The types are the worker's own.
import type { ApiError } from "../../../worker/src/api";

export type * from "../../../worker/src/api";

/** A refusal of the worker, or no answer at all (`status` 0). */
export class ApiProblem extends Error {
  constructor(readonly status: number, detail: string, readonly body: ApiError | null = null) {
    super(detail);
  }
}

export interface Access {
  organization: string;
  token: string;
}

export class Client {
  constructor(readonly access: Access) {}

  get<T>(path: string): Promise<T> {
    return this.#json<T>("GET", `/api/${this.access.organization}/${path}`);
  }
  post<T>(path: string, body: unknown): Promise<T> {
    return this.#json<T>("POST", `/api/${this.access.organization}/${path}`, body);
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.#json<T>("PUT", `/api/${this.access.organization}/${path}`, body);
  }
  delete(path: string): Promise<void> {
    return this.#json<void>("DELETE", `/api/${this.access.organization}/${path}`);
  }
  /** A resource as SCIM text; null when it is not there. */
  async resource(path: string): Promise<string | null> {
    try {
      return await (await this.#send("GET", `/scim/v2/${this.access.organization}${path}`)).text();
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 404) return null;
      throw problem;
    }
  }
  /** The answer as it comes, for what is streamed. */
  stream(path: string): Promise<Response> {
    return this.#send("GET", `/api/${this.access.organization}/${path}`);
  }

  async #send(method: string, path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.access.token}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    let response: Response;
    try {
      response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch {
      throw new ApiProblem(0, "The server did not answer. Nothing was changed; try again in a moment.");
    }
    if (response.status < 400) return response;
    const said = (await response.json().catch(() => null)) as ApiError | null;
    throw new ApiProblem(response.status, said?.detail ?? `The server answered ${response.status}.`, said);
  }

  async #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, path, body);
    return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  }
}
