/** The browser as the core's platform. */
import wasmUrl from "@automerge/automerge/automerge.wasm?url";
import { fetchAutomerge } from "./automerge";
import { systemClock } from "./clock";
import { VERSION } from "./database";
import { type Room, workerFile } from "./journal-file";
import type { Platform } from "./platform";
import type { Socket } from "./sync";

const IDLE_MS = 1_000;
const UPDATE_EVERY_MS = 30 * 60 * 1000;
const ANSWER_MS = 5_000;
/** A tablet that holds work it cannot show after a restart is worse than one that waits; a browser that keeps nothing must not wait for ever. */
const SHELL_MS = 20_000;
const ROOMS = [128, 32, 8, 2].map((megabytes) => megabytes * 1024 * 1024);

let registration: ServiceWorkerRegistration | null = null;
let accepted = false;
let journal: Room | null = null;

export const browser: Platform = {
  clock: systemClock,
  app: appVersion(),
  database: "pestle",
  wasm: () => fetchAutomerge(wasmUrl),
  journalFile() {
    const file = workerFile();
    journal = file;
    return file;
  },
  fetch: (path, init) => fetch(path, init),
  // A WebSocket has what Socket asks for; TypeScript compares the handlers' parameters more strictly than needed.
  connect: () => new WebSocket(`${location.origin.replace(/^http/, "ws")}/sync`) as unknown as Socket,
  lock,
  persist: async () => (await navigator.storage.persisted()) || (await navigator.storage.persist()),
  async space() {
    const { usage, quota } = await navigator.storage.estimate();
    if (usage === undefined || quota === undefined) return null;
    // Chromium tells every page of 10 GiB more than it uses, whatever the disk has. What there is shows by trying.
    for (const more of ROOMS) {
      if (!journal || (await journal.fits(more))) return { used: usage, total: more === ROOMS[0] ? quota : usage + more };
    }
    return { used: usage, total: usage };
  },
  idle: () => new Promise((done) => ("requestIdleCallback" in window ? requestIdleCallback(() => done(), { timeout: IDLE_MS }) : setTimeout(done, IDLE_MS))),
  watchNetwork(back, gone) {
    addEventListener("online", back);
    addEventListener("offline", gone);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && back());
  },
  hasNetwork: () => navigator.onLine,
  watchUpdates(waiting) {
    if (import.meta.env.PROD && "serviceWorker" in navigator) void register(waiting);
  },
  acceptUpdate() {
    accepted = true;
    registration?.waiting?.postMessage("skip");
  },
  async shellKept() {
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    await Promise.race([navigator.serviceWorker.ready, new Promise((done) => setTimeout(done, SHELL_MS))]);
  },
};

/** The build wrote it into the page; in development there is none. */
function appVersion(): string | null {
  const told = document.querySelector<HTMLMetaElement>('meta[name="pestle-app"]')?.content ?? "";
  return /^[\w.+-]{1,40}$/.test(told) ? told : null;
}

/** The lock is held for the life of the page. */
function lock(busy: () => void): Promise<void> {
  const name = "pestle.writer";
  const forever = new Promise<never>(() => undefined);
  return new Promise((granted) => {
    void navigator.locks.request(name, { ifAvailable: true }, (held) => {
      if (held) {
        granted();
        return forever;
      }
      busy();
      void navigator.locks.request(name, () => {
        granted();
        return forever;
      });
      return undefined;
    });
  });
}

async function register(waiting: (other: boolean) => void): Promise<void> {
  const worker = (registration = await navigator.serviceWorker.register("/sw.js"));
  const look = (): void => {
    const next = worker.waiting;
    if (next && navigator.serviceWorker.controller) void schemaOf(next).then((schema) => waiting(schema !== VERSION));
  };
  look();
  worker.addEventListener("updatefound", () => worker.installing?.addEventListener("statechange", look));
  navigator.serviceWorker.addEventListener("controllerchange", () => accepted && location.reload());
  setInterval(() => void worker.update().catch(() => undefined), UPDATE_EVERY_MS);
}

/** In which form the build of this service worker keeps records; null when it does not say. */
function schemaOf(worker: ServiceWorker): Promise<number | null> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((told) => {
    port1.onmessage = (event: MessageEvent<unknown>) => told(Number(event.data));
    setTimeout(() => told(null), ANSWER_MS);
    worker.postMessage("schema", [port2]);
  });
}
