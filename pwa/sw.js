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

addEventListener("push", (event) => event.waitUntil(tell(event.data)));
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.link ?? "/inbox"));
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

/** A push brings a name and nothing else; what it is about the site tells whoever is signed in here, if it is theirs. */
async function tell(data) {
  let name = "";
  try {
    name = data.json().n;
  } catch {
    // Not from us: the browser demands a notification all the same.
  }
  const note = /^[\w-]{8,64}$/.test(name) ? await ask(name) : null;
  await registration.showNotification(note?.title ?? "Pestle 批印", {
    body: note?.text ?? "有新的提醒 · There is a new alert",
    tag: note?.tag ?? (name || "alert"),
    data: { link: note?.link ?? "/inbox" },
    icon: "/icon-192.png",
    requireInteraction: note?.severity === "critical",
  });
}

async function ask(name) {
  try {
    const answer = await fetch(`/api/alerts/notes/${name}`, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(8000) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** In the app that is open, without a reload; else in a new window. */
async function lead(link) {
  const open = await clients.matchAll({ type: "window" });
  const client = open.find((one) => one.visibilityState === "visible") ?? open[0];
  if (!client) return clients.openWindow(link);
  client.postMessage({ open: link });
  return client.focus();
}
