/** The service worker as written, run with a cache and a network in memory. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { beforeEach, describe, expect, it } from "vitest";

const SOURCE = readFileSync(join(import.meta.dirname, "../../sw.js"), "utf8");
const ORIGIN = "https://plant.example";
const FILES = ["/", "/assets/app-1.js", "/manifest.webmanifest"];

class MemoryCache extends Map<string, string> {
  async match(path: string): Promise<string | undefined> {
    return this.get(path);
  }
  async put(path: string, answer: string): Promise<void> {
    this.set(path, answer);
  }
  async add(request: { url: string }): Promise<void> {
    fetched.push(request.url);
    this.set(request.url, `network ${request.url}`);
  }
}

let stores: Map<string, MemoryCache>;
let fetched: string[];
let skipped: boolean;

function worker(build: string): (type: string, event?: Record<string, unknown>) => Promise<unknown> {
  const handlers = new Map<string, (event: unknown) => void>();
  runInNewContext(SOURCE.replace("%%BUILD%%", build).replace("%%FILES%%", JSON.stringify(FILES)), {
    addEventListener: (type: string, handler: (event: unknown) => void) => handlers.set(type, handler),
    location: { origin: ORIGIN }, URL,
    Request: class { constructor(readonly url: string) {} },
    caches: {
      open: async (name: string) => stores.get(name) ?? stores.set(name, new MemoryCache()).get(name),
      keys: async () => [...stores.keys()], delete: async (name: string) => stores.delete(name),
      match: async (path: string) => [...stores.values()].map((cache) => cache.get(path)).find(Boolean),
    },
    clients: { claim: async () => undefined }, skipWaiting: () => (skipped = true),
    fetch: async (request: { url: string }) => `network ${request.url}`,
  });
  return async (type, event = {}) => {
    let result: unknown;
    const take = (promise: unknown) => (result = promise);
    handlers.get(type)!({ ...event, waitUntil: take, respondWith: take });
    return result;
  };
}
const get = (path: string, mode = "cors", method = "GET") => ({ request: { url: ORIGIN + path, mode, method } });

beforeEach(() => {
  [stores, fetched, skipped] = [new Map(), [], false];
});

describe("service worker", () => {
  it("HMI-01 answers every screen's address with the shell from its cache", async () => {
    const run = worker("one");
    await run("install");
    expect(await run("fetch", get("/batch/B-1/run", "navigate"))).toBe("network /");
    expect(await run("fetch", get("/assets/app-1.js"))).toBe("network /assets/app-1.js");
  });

  it("HMI-01 keeps its hands off the interface, the log and what is not its own", async () => {
    const run = worker("one");
    await run("install");
    for (const event of [
      get("/api/home"), get("/log/checkpoint"), get("/sync"), get("/healthz"), get("/api/batches/B-1/dossier", "navigate"), get("/", "navigate", "POST"),
      get("/verifier.html", "navigate"),
      { request: { url: "https://elsewhere.example/", mode: "navigate", method: "GET" } },
    ]) {
      expect(await run("fetch", event), event.request.url).toBeUndefined();
    }
  });

  it("HMI-01 waits with a new version until it is accepted, then leaves only that", async () => {
    await worker("one")("install");
    const next = worker("two");
    fetched = [];
    await next("install");
    expect(skipped).toBe(false);
    expect([...stores.keys()]).toEqual(["one", "two"]);
    // Named by its content, so the old copy is the new one.
    expect(fetched).not.toContain("/assets/app-1.js");
    await next("message", { data: "skip" });
    expect(skipped).toBe(true);
    await next("activate");
    expect([...stores.keys()]).toEqual(["two"]);
  });
});
