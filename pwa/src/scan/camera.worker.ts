/** Decodes frames away from the page: a frame without a code can take a second on a slow tablet. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";
import type { Seen } from "./pick";

/** A frame to be decoded; the answer is what is in it, and how many milliseconds that took. */
export interface Frame { frame: ImageBitmap }
export interface Decoded { found: Seen[]; took: number; problem: string }

// Left alone, it would fetch its wasm from a server that is not ours.
prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true }).catch(() => undefined);

/** Only what stands on containers, labels, badges and sheets: each format more costs time and brings misreadings. Plain
 * text keeps GS. */
const COMMON: ReaderOptions = { textMode: "Plain", tryInvert: false, maxNumberOfSymbols: 4 };
const MATRIX: ReaderOptions = { ...COMMON, formats: ["DataMatrix", "QRCode"] };
const BARS: ReaderOptions = { ...COMMON, formats: ["Code128", "EAN13", "EAN8", "ITF", "DataBar", "DataBarExp"] };
/** A matrix code that is held well is found in 7 ms; only where none is, one of the thorough looks follows, in turn: all at once would take 55. */
const QUICK: ReaderOptions = { ...MATRIX, tryHarder: false };
const THOROUGH = [BARS, MATRIX];
let turn = 0;

const LINEAR = /^\][CEIe]/;
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext("2d", { willReadFrequently: true });

async function decode(frame: ImageBitmap): Promise<Seen[]> {
  if (!context) throw new Error("no canvas");
  canvas.width = frame.width;
  canvas.height = frame.height;
  context.drawImage(frame, 0, 0);
  const picture = context.getImageData(0, 0, frame.width, frame.height);
  const quick = await readBarcodes(picture, QUICK);
  const results = quick.some((one) => one.isValid) ? quick : await readBarcodes(picture, THOROUGH[turn++ % THOROUGH.length]);
  return results.filter((one) => one.isValid).map((one) => ({ text: one.text, symbology: one.symbologyIdentifier, linear: LINEAR.test(one.symbologyIdentifier) }));
}

addEventListener("message", (event: MessageEvent<Frame>) => {
  const { frame } = event.data;
  const began = performance.now();
  const answer = (found: Seen[], problem = ""): void => postMessage({ found, problem, took: performance.now() - began } satisfies Decoded);
  decode(frame).then((found) => answer(found), (error: unknown) => answer([], String(error))).finally(() => frame.close());
});
