// Pages live behind the `#`, so that any server may serve the one file: `#/workspaces/f-brand?edit=1`.
import { useSyncExternalStore } from "react";

export interface Route {
  page: string;
  /** What follows the page, decoded. */
  id: string | null;
  query: URLSearchParams;
}

const subscribe = (listener: () => void) => (window.addEventListener("hashchange", listener), () => window.removeEventListener("hashchange", listener));

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page = "", id] = path.split("/");
  return { page: page || "organization", id: id ? decodeURIComponent(id) : null, query: new URLSearchParams(search) };
}

export const href = (page: string, id?: string | null, query?: Record<string, string>) =>
  `#/${page}${id ? `/${encodeURIComponent(id)}` : ""}${query && Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ""}`;

export function go(page: string, id?: string | null, query?: Record<string, string>): void {
  window.location.hash = href(page, id, query);
}
