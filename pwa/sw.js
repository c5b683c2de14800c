/* The service worker: the app's shell from one cache per build, so that it starts without a network.
   FILES, BUILD and SCHEMA are filled in by scripts/finish-build.mjs. A new build waits until the user accepts it; it
   tells in which form it keeps records, since in another one than theirs none may be on the way. */
const BUILD = "%%BUILD%%";
const SCHEMA = "%%SCHEMA%%";
const FILES = JSON.parse('%%FILES%%');

addEventListener("install", (event) => event.waitUntil(fill()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("message", (event) => {
  if (event.data === "skip") skipWaiting();
  if (event.data === "schema") event.ports[0]?.postMessage(SCHEMA);
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (!/^\/(api\/|log\/|sync\/|verifier\.html$)/.test(url.pathname)) event.respondWith(shell(request));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(cached(request, url.pathname));
  }
});

/** Files under /assets/ are named by their content: what an earlier build has fetched need not be fetched again. */
async function fill() {
  const cache = await caches.open(BUILD);
  await Promise.all(FILES.map(async (path) => {
    const known = path.startsWith("/assets/") && (await caches.match(path));
    if (known) return cache.put(path, known);
    return cache.add(new Request(path, { cache: "reload" }));
  }));
}

async function takeOver() {
  for (const name of await caches.keys()) if (name !== BUILD) await caches.delete(name);
  await clients.claim();
}

async function shell(request) {
  const cache = await caches.open(BUILD);
  return (await cache.match("/")) ?? fetch(request);
}

async function cached(request, path) {
  const cache = await caches.open(BUILD);
  return (await cache.match(path)) ?? fetch(request);
}
