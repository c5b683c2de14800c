/** What this browser can scan with; what does it is fetched when it is asked for. */

export function hasCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === "function" && typeof OffscreenCanvas !== "undefined";
}

/** Web NFC: Chrome for Android. */
export function hasNfc(): boolean {
  return "NDEFReader" in window;
}
