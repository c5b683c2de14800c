/** After the bundler: writes dist/sw.js with its list of files, and .br and .gz beside everything that shrinks. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const SHRINKS = new Set([".html", ".js", ".css", ".wasm", ".webmanifest", ".json", ".svg", ".txt"]);

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((item) => item.isFile() && ![".br", ".gz"].includes(extname(item.name)))
  .map((item) => join(item.parentPath, item.name))
  .sort();

const build = createHash("sha256");
for (const file of files) build.update(file.slice(dist.length)).update(readFileSync(file));
// The verifier is a file to be taken along, not a page of the app, and flows are drawn at a desk that has a network: no
// tablet need hold either.
const FETCHED = /^\/(verifier\.html$|assets\/(canvas|bpmn)-)/;
const paths = files.map((file) => file.slice(dist.length)).filter((path) => !FETCHED.test(path)).map((path) => (path === "/index.html" ? "/" : path));
const name = build.digest("hex").slice(0, 16);
// The page tells the server which build it is: a tablet may work for days with an earlier one.
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const page = join(dist, "index.html");
writeFileSync(page, readFileSync(page, "utf8").replace("%%APP%%", `${version}+${name}`));
const [, schema] = /^export const VERSION = (\d+);/m.exec(readFileSync(join(root, "src/core/database.ts"), "utf8"));
const worker = readFileSync(join(root, "sw.js"), "utf8")
  .replace("%%BUILD%%", name)
  .replace("%%SCHEMA%%", schema)
  .replace("%%FILES%%", JSON.stringify(paths));
writeFileSync(join(dist, "sw.js"), worker);

for (const file of [...files, join(dist, "sw.js")]) {
  if (!SHRINKS.has(extname(file))) continue;
  const data = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
  writeFileSync(`${file}.br`, brotliCompressSync(data, { params }));
  writeFileSync(`${file}.gz`, gzipSync(data, { level: 9 }));
}
