/** The camera as a scanner: frames go to a worker one at a time until one holds a code. */
import { keep, kept } from "../ui/keep";
import type { Decoded, Frame } from "./camera.worker";
import { Picker, type Seen } from "./pick";

export type CameraProblem = "denied" | "none" | "busy" | "broken";
export class CameraError extends Error {
  constructor(readonly why: CameraProblem) {
    super(why);
  }
}

export interface Eye { cameras: { id: string; name: string }[]; camera: string; hasTorch: boolean; torch(on: boolean): Promise<void>; close(): void }
export interface Sight { hit: (seen: Seen) => void; several: () => void; broken: () => void }

/** The torch is none of the capabilities that TypeScript knows. */
type Capabilities = MediaTrackCapabilities & { torch?: boolean };
const CHOSEN = "pestle.camera";

/** Shows the camera's picture in `video` and reports what is seen until it is closed; CameraError. `wanted`: a camera's id, "" for the one of last time or that which looks away from the person. */
export async function openEye(video: HTMLVideoElement, wanted: string, sight: Sight): Promise<Eye> {
  const stream = await open(wanted || (kept(CHOSEN) ?? ""));
  const [track] = stream.getVideoTracks();
  if (!track) throw new CameraError("none");
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  const stop = watch(video, sight);
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput").map((one, i) => ({ id: one.deviceId, name: one.label || String(i + 1) }));
  const camera = track.getSettings().deviceId ?? "";
  if (wanted) keep(CHOSEN, camera);
  return {
    cameras, camera,
    hasTorch: (track.getCapabilities?.() as Capabilities | undefined)?.torch === true,
    torch: (on) => track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] }),
    close: () => {
      stop();
      for (const one of stream.getTracks()) one.stop();
      video.srcObject = null;
    },
  };
}

async function open(id: string): Promise<MediaStream> {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...(id ? { deviceId: { ideal: id } } : { facingMode: { ideal: "environment" } }) } });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw new CameraError(name === "NotAllowedError" || name === "SecurityError" ? "denied" : name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "busy");
  }
}

/** One frame is in the worker at a time: on a slow tablet frames are skipped, never queued. */
function watch(video: HTMLVideoElement, sight: Sight): () => void {
  const worker = new Worker(new URL("./camera.worker.ts", import.meta.url), { type: "module" });
  const picker = new Picker();
  let closed = false;

  async function send(): Promise<void> {
    if (closed) return;
    const frame = video.readyState >= video.HAVE_CURRENT_DATA && video.videoWidth > 0 ? await createImageBitmap(video).catch(() => null) : null;
    if (closed) frame?.close();
    else if (frame) worker.postMessage({ frame } satisfies Frame, [frame]);
    else setTimeout(() => void send(), 50);
  }

  worker.addEventListener("message", ({ data }: MessageEvent<Decoded>) => {
    if (closed) return;
    if (data.problem !== "") return sight.broken();
    // For whoever asks how fast this device is, as for records.
    performance.measure("pestle.decode", { start: performance.now() - data.took, duration: data.took });
    const picked = picker.next(data.found);
    if (picked.what === "hit") return sight.hit(picked.seen);
    if (picked.what === "several") sight.several();
    // The next picture, not the same once more.
    next(video, () => void send());
  });
  worker.addEventListener("error", () => !closed && sight.broken());
  void send();
  return () => {
    closed = true;
    worker.terminate();
  };
}

function next(video: HTMLVideoElement, then: () => void): void {
  if (typeof video.requestVideoFrameCallback === "function") video.requestVideoFrameCallback(then);
  else requestAnimationFrame(then);
}
