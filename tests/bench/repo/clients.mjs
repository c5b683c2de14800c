// Real clients of automerge-repo, each with its own Repo and adapter, in one process of their own.
// One line of JSON on standard input says where and what; `ready` is answered; at the next line they begin.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const said = async () => (await lines.next()).value;
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const { url, count, changes, documents, per_second: rate, limit_seconds, entries } = JSON.parse(await said());
// The bytes that our own tablets would write, so that documents grow alike.
const stock = JSON.parse(readFileSync(entries, "utf8")).map(([id, text]) => [id, Buffer.from(text, "base64")]);

const repos = Array.from({ length: count }, (_, n) => {
  const adapter = new WebSocketClientAdapter(url);
  return new Repo({ network: [adapter], peerId: `client-${n}`, sharePolicy: async () => true });
});
await Promise.all(repos.map((repo) => repo.networkSubsystem.whenReady()));
const handles = [];
for (let n = 0; n < count; n++) {
  if (n < documents) {
    handles.push(repos[n].create({ entries: {} }));
    await sleep(500 / documents + 50);
  } else {
    handles.push(await repos[n].find(handles[n % documents].url));
  }
}
await sleep(1500);
say({ ready: true });
await said();

const begin = performance.now();
const pushed = new Map();
const late = [];
handles.forEach((handle, n) =>
  handle.on("change", ({ patches }) => {
    const now = performance.now();
    for (const { path, action } of patches) {
      const key = path[1];
      if (action === "put" && path.length === 2 && pushed.has(key) && pushed.get(key)[1] !== n)
        late.push(now - pushed.get(key)[0]);
    }
  }),
);
const late_by_now = () => performance.now() > begin + limit_seconds * 1000;
let made = 0;
for (; made < count * changes && !late_by_now(); made++) {
  const due = begin + (made * 1000) / rate;
  if (performance.now() < due) await sleep(due - performance.now());
  else await new Promise((done) => setImmediate(done));
  const [id, bytes] = stock[made];
  pushed.set(id, [performance.now(), made % count]);
  handles[made % count].change((doc) => {
    doc.entries[id] = bytes;
  });
}
const total = (count * changes) / documents;
const held = () => Math.min(...handles.map((handle) => Object.keys(handle.doc().entries).length));
while (held() < total && !late_by_now()) await sleep(100);
const seconds = (performance.now() - begin) / 1000;
late.sort((a, b) => a - b);
const at = (part) => (late.length ? Math.round(late[Math.floor(part * (late.length - 1))] * 10) / 10 : null);
say({
  changes_made: made,
  // Below 1 the clients, with their one processor, could not keep up within the limit.
  arrived_at_slowest: Math.round((held() / total) * 1000) / 1000,
  seconds: Math.round(seconds * 100) / 100,
  arrived_ms: { count: late.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
});
process.exit(0);
