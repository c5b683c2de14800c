/** Tablets of a test: opened, killed without a farewell, and all silenced after each test. */
import { afterEach } from "vitest";
import { Engine } from "../../src/core/engine";
import { Store } from "../../src/core/store";
import type { Draft } from "../../src/core/types";
import type { JournalKey } from "../../src/core/vault";
import { type tablet, until } from "./surroundings";

export type Tablet = ReturnType<typeof tablet>;
let engines: Engine[] = [];

afterEach(() => {
  for (const engine of engines) silence(engine);
  engines = [];
});

/** End a page without a farewell, as a kill does. */
export function silence(engine: Engine): void {
  (engine as unknown as { sync: { stop(): void } | null }).sync?.stop();
  (engine as unknown as { store: Store }).store.close();
}

/** A page that has not started yet. */
export function load(on: Tablet): Engine {
  const engine = new Engine(on);
  engines.push(engine);
  return engine;
}

export async function open(on: Tablet): Promise<Engine> {
  const engine = load(on);
  await engine.start();
  return engine;
}

export async function kill(engine: Engine): Promise<void> {
  silence(engine);
  engines = engines.filter((item) => item !== engine);
}

export async function ready(on: Tablet, batch = "B-1", code = "CODE"): Promise<Engine> {
  const engine = await open(on);
  await engine.enrol(code, "T-07");
  await until("online", () => engine.state.online === "online");
  await engine.take(batch, "nonce");
  return engine;
}

/** The keys with which this tablet reads its journal. */
export async function journalKeys(on: Tablet): Promise<JournalKey[]> {
  const store = await Store.open(on.database);
  const keys = await store.meta("journalKeys");
  store.close();
  return keys ?? [];
}

export const weighing = (value: string, batch = "B-1"): Draft => ({
  batch, kind: "production.material_weighed.v1", subject: "20/net", payload: { batch, net: { value, unit: "kg" } },
});
export const records = (engine: Engine, value: string) => engine.record(weighing(value), "P-0001");
