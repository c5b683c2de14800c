/** The few HTTP calls that the core makes itself: enrolment, leases, photos. */
import { CoreError } from "./types";

export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

/** Send JSON, get JSON; CoreError with the server's code, or `offline` when no answer came. */
export async function call<T>(fetch: Fetch, path: string, body: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const response = await send(fetch, path, { method: "POST", headers, body: JSON.stringify(body) });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export async function send(fetch: Fetch, path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch {
    throw new CoreError("offline");
  }
  if (response.ok) return response;
  const answer = (await response.json().catch(() => null)) as { code?: string } | null;
  const code = answer?.code ?? `http_${response.status}`;
  throw new CoreError(code, code, answer as Record<string, unknown> | null);
}
