/** Speaks HTTP with the server; every failure becomes a Problem that says what happened, what was kept, what to do. */
import type { Text2 } from "../core/types";

/** A refusal from the server's catalogue of errors, or `offline` when there was no answer at all. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status = 0,
    readonly what: Text2 | null = null,
    readonly kept: Text2 | null = null,
    readonly next: Text2 | null = null,
    readonly details: Record<string, unknown> = {},
  ) {
    super(code);
  }
}

type Missing = (code: string) => void;
let missing: Missing = () => undefined;

/** Calls `listener` whenever the server says that nobody is signed in. */
export function onSessionMissing(listener: Missing): void {
  missing = listener;
}

type Answered = (headers: Headers) => void;
let answered: Answered = () => undefined;

/** Calls `listener` with what stands above each answer. */
export function onAnswer(listener: Answered): void {
  answered = listener;
}

interface CatalogueError { code?: string; what?: Text2; kept?: Text2; next?: Text2; details?: Record<string, unknown> }

async function refusal(response: Response): Promise<Problem> {
  let body: CatalogueError = {};
  try {
    body = (await response.json()) as CatalogueError;
  } catch {
    // A proxy's page, not our catalogue: the status is all there is.
  }
  const code = body.code ?? `http_${response.status}`;
  return new Problem(code, response.status, body.what ?? null, body.kept ?? null, body.next ?? null, body.details ?? {});
}

/** A server that accepts and never answers is no server: after this many milliseconds it counts as offline. */
const TIMEOUT = 20_000;

async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT), headers: { Accept: "application/json" } };
  if (body !== undefined) {
    init.headers = { ...init.headers, "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Problem("offline");
  }
  answered(response.headers);
  if (!response.ok) {
    const problem = await refusal(response);
    if (problem.status === 401) missing(problem.code);
    throw problem;
  }
  return response;
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await ask(method, path, body);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const api = {
  get: <T>(path: string): Promise<T> => call<T>("GET", path),
  post: <T>(path: string, body: unknown = {}): Promise<T> => call<T>("POST", path, body),
  /** A file that the server makes, as this is asked of it. */
  file: async (path: string, body: unknown): Promise<Blob> => (await ask("POST", path, body)).blob(),
  delete: <T>(path: string): Promise<T> => call<T>("DELETE", path),
};

/** A path from parts of names that people chose: `path("api", "batches", "B/1")` is /api/batches/B%2F1. */
export function path(...parts: string[]): string {
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

/** A query string of the values that are set, with its question mark. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const set = Object.entries(values).filter(([, value]) => value !== "" && value != null);
  return set.length ? `?${new URLSearchParams(set.map(([key, value]) => [key, String(value)])).toString()}` : "";
}

/** Any failure as a Problem: errors of the core carry a code, and the server's words where it was the server's refusal; others are unknown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, answer } = (error ?? {}) as { code?: unknown; answer?: CatalogueError | null };
  const { what, kept, next, details } = answer ?? {};
  return new Problem(typeof code === "string" ? code : "unknown", 0, what ?? null, kept ?? null, next ?? null, details ?? {});
}
