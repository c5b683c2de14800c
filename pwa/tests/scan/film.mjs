/** Writes a film of a code as a camera sees it, for Chromium's fake camera: node film.mjs '<json>'.
 *
 * {file, format, text, options?, height, turn?, blur?, noise?, damage?, frames?}: `height` of the symbol as a fraction of
 * the picture's, `turn` in degrees, `blur` as the sigma of a Gaussian in pixels, `noise` as that of grey levels, `damage`
 * the part of the symbol's area that is painted over, `frames` how many differ. Grey levels only: YUV4MPEG2, 4:2:0.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { prepareZXingModule, writeBarcode } from "zxing-wasm/writer";

const [WIDTH, HEIGHT, FPS] = [1280, 720, 15];
const PAPER = 225, INK = 25, DESK = 150;

/** Numbers from 0 to 1 that are the same every time (mulberry32). */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function symbolOf({ format, text, options = "", damage = 0 }) {
  const wasm = createRequire(import.meta.url).resolve("zxing-wasm/writer/zxing_writer.wasm");
  prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm) } });
  const { symbol, error } = await writeBarcode(text, { format, options, addQuietZones: false });
  if (error) throw new Error(error);
  const { width, height } = symbol;
  const data = Uint8Array.from(symbol.data, (one) => (one ? PAPER : INK));
  // One blot in the middle of the symbol: what a drop of solvent does to a label.
  const side = Math.sqrt(damage);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    if (Math.abs(x + 0.5 - width / 2) < (side * width) / 2 && Math.abs(y + 0.5 - height / 2) < (side * height) / 2) data[y * width + x] = PAPER;
  }
  return { width, height, data };
}

/** Each pixel is the mean of nine points of the symbol, as the cell of a sensor is of what falls on it. */
function picture(symbol, { height, turn = 0 }, frame) {
  const scale = (height * HEIGHT) / symbol.height;
  const angle = ((turn + frame * 0.7) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [cx, cy] = [WIDTH / 2 + frame * 2, HEIGHT / 2 - frame];
  const quiet = Math.max(4, 0.12 * symbol.width);
  const at = (x, y) => {
    const u = ((x - cx) * cos + (y - cy) * sin) / scale + symbol.width / 2;
    const v = (-(x - cx) * sin + (y - cy) * cos) / scale + symbol.height / 2;
    if (u < -quiet || v < -quiet || u >= symbol.width + quiet || v >= symbol.height + quiet) return DESK;
    return u < 0 || v < 0 || u >= symbol.width || v >= symbol.height ? PAPER : symbol.data[Math.floor(v) * symbol.width + Math.floor(u)];
  };
  const out = new Float32Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) for (let x = 0; x < WIDTH; x++) {
    let sum = 0;
    for (let j = 0; j < 3; j++) for (let i = 0; i < 3; i++) sum += at(x + (i + 0.5) / 3, y + (j + 0.5) / 3);
    // Light that falls from one side.
    out[y * WIDTH + x] = (sum / 9) * (0.8 + (0.25 * x) / WIDTH);
  }
  return out;
}

function blurred(from, sigma) {
  if (sigma === 0) return from;
  const reach = Math.ceil(sigma * 3);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const all = weights.reduce((sum, one) => sum + one, 0);
  const pass = (source, stepX, stepY) => {
    const out = new Float32Array(source.length);
    for (let y = 0; y < HEIGHT; y++) for (let x = 0; x < WIDTH; x++) {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        const px = Math.min(WIDTH - 1, Math.max(0, x + k * stepX)), py = Math.min(HEIGHT - 1, Math.max(0, y + k * stepY));
        sum += weights[k + reach] * source[py * WIDTH + px];
      }
      out[y * WIDTH + x] = sum / all;
    }
    return out;
  };
  return pass(pass(from, 1, 0), 0, 1);
}

const spec = JSON.parse(process.argv[2]);
const random = dice(7);
const gauss = () => Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
const symbol = await symbolOf(spec);
const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
const parts = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FPS}:1 Ip A1:1 C420jpeg\n`)];
for (let frame = 0; frame < (spec.frames ?? 3); frame++) {
  const luma = blurred(picture(symbol, spec, frame), spec.blur ?? 0);
  parts.push(Buffer.from("FRAME\n"), Buffer.from(Uint8ClampedArray.from(luma, (one) => one + gauss() * (spec.noise ?? 0))), chroma);
}
// Whole or not at all: a camera may be opening it.
writeFileSync(`${spec.file}.part`, Buffer.concat(parts));
renameSync(`${spec.file}.part`, spec.file);
