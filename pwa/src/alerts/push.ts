/** Whether this browser is pushed to, and the switch for it. The server keeps the address; we ask the browser for it. */
import { api } from "../api/client";
import type { Reach } from "./types";

export type Standing = "on" | "off" | "denied" | "never";

function bytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (one) => one.charCodeAt(0));
}

async function manager(): Promise<PushManager | null> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return null;
  const registration = await navigator.serviceWorker.getRegistration();
  return registration?.pushManager ?? null;
}

/** `on` also needs the server to have a subscription of this browser for whoever asks: not one that it has removed as
 *  dead, nor one of somebody else who was signed in here. */
export async function standing(browsers: Reach["browsers"]): Promise<Standing> {
  const push = await manager();
  if (!push) return "never";
  if (Notification.permission === "denied") return "denied";
  return (await push.getSubscription()) && browsers.some((one) => one.here && !one.paused) ? "on" : "off";
}

/** Ask the person, the browser, and then the server. A subscription for another key of the site's is replaced. */
export async function switchOn(key: string): Promise<Reach> {
  const push = await manager();
  if (!push) throw new Error("no push");
  await (await push.getSubscription())?.unsubscribe();
  const made = await push.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const { endpoint, keys } = made.toJSON();
  return api.post<Reach>("/api/alerts/browsers", { endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth }, label: label() });
}

/** The server finds out by itself: what is no longer subscribed is gone at the next push. */
export async function switchOff(): Promise<void> {
  await (await (await manager())?.getSubscription())?.unsubscribe();
}

/** In words that tell one's devices apart. */
function label(): string {
  const agent = navigator.userAgent;
  const browser = /Firefox\//.test(agent) ? "Firefox" : /Edg\//.test(agent) ? "Edge" : /Chrome\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : "Browser";
  const system = /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Windows/.test(agent) ? "Windows" : /Mac OS/.test(agent) ? "macOS" : "Linux";
  return `${browser} · ${system}`;
}
