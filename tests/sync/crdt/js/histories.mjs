// Writes random histories with the library that the app uses, and says how that library itself reads each change.
// Arguments: seed, number of histories, the first change of a document, its actor, "marks" for marks in texts. Output: one JSON line per history {changes: [{raw, decoded}], save, heads}.
import * as A from "@automerge/automerge";

const [seedText, countText, genesisText, actorText, marks] = process.argv.slice(2);
let state = Number(seedText) >>> 0;
const random = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const pick = (list) => list[random(list.length)];
const hex = (n) => Array.from({ length: n }, () => random(256).toString(16).padStart(2, "0")).join("");
const bytes = (n) => new Uint8Array(Array.from({ length: n }, () => random(256)));
const uuid = () => `${hex(4)}-${hex(2)}-7${hex(2).slice(1)}-8${hex(2).slice(1)}-${hex(6)}`;
const base64 = (data) => Buffer.from(data).toString("base64");
const WORDS = ["净重 12.640", "ok", "Bemerkung", "😀é", "x".repeat(40), ""];

// Numbers that the library gives back as BigInt, which the app never writes.
const NUMBERS = genesisText ? [] : [
  () => new A.Uint(random(2 ** 31) * 2 ** 21),
  () => new A.Int(pick([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -1, 0])),
  () => new A.Float64(pick([2, -0, 0.1, 5e-324, -12.640])),
];

function value() {
  return pick([
    ...NUMBERS,
    () => pick(WORDS),
    () => new A.ImmutableString(pick(WORDS)),
    () => random(1e6) - 5e5,
    () => random(1000) / 8 - 60,
    () => null,
    () => random(2) === 1,
    () => new Date(random(2 ** 31) * 1000),
    () => bytes(random(300)),
    () => new A.Counter(random(20) - 10),
    () => ({ person: "P-0001", text: pick(WORDS), at: new A.ImmutableString("2026-11-22T09:30:00.000Z") }),
    () => Array.from({ length: random(5) }, () => random(9)),
    () => new Date(pick([-1e12, 0, 253402300799999])),
    () => ({ [pick(["键", "a b", "x".repeat(200)])]: [[pick(WORDS)], { n: new A.Counter(random(5)) }] }),
  ])();
}

function mark(doc, key, text) {
  const start = random(text.length);
  const range = { start, end: start + 1 + random(text.length - start), expand: pick(["both", "none", "before", "after"]) };
  if (random(3)) A.mark(doc, ["drafts", key], range, pick(["bold", "评注"]), pick([true, "x", 7, null]));
  else A.unmark(doc, ["drafts", key], range, "bold");
}

function editText(doc, path, text) {
  const at = random(text.length + 1);
  A.splice(doc, path, at, random(Math.min(4, text.length - at + 1)), pick(WORDS));
}

function edit(doc) {
  const drafts = doc.drafts;
  if (marks && random(2)) {
    if (drafts.marked) mark(doc, "marked", drafts.marked);
    else drafts.marked = "净重 12.640 kg";
    return;
  }
  const key = pick(["note", "count", "list", "weight", "who"]);
  const old = drafts[key];
  const step = random(10);
  if (step === 0) delete drafts[key];
  else if (step < 4 || old === undefined) drafts[key] = value();
  else if (old instanceof A.Counter) old.increment(random(7) - 3);
  else if (typeof old === "string" && random(12) === 0) A.splitBlock(doc, ["drafts", key], random(old.length + 1), { type: "p" });
  else if (typeof old === "string") editText(doc, ["drafts", key], old);
  else if (Array.isArray(old)) old.splice(random(old.length + 1), random(3), ...Array.from({ length: random(4) }, value));
  else if (old && typeof old === "object" && "person" in old) old[pick(["person", "text", "extra"])] = value();
  else drafts[key] = value();
}

function change(doc) {
  const options = { time: random(2 ** 31), message: random(4) ? undefined : pick(WORDS.slice(0, 5)) };
  if (random(12) === 0) return A.emptyChange(doc, options);
  return A.change(doc, options, fill);
}

function fill(d) {
  if (random(2)) d.entries[uuid()] = bytes(20 + random(900));
  if (random(3)) for (let n = random(4); n >= 0; n--) edit(d);
}

function begin() {
  if (genesisText) return A.load(Buffer.from(genesisText, "base64"), { actor: hex(16) });
  return A.change(A.init({ actor: actorText || hex(16) }), { time: 0 }, (d) => {
    d.entries = {};
    d.receipts = {};
    d.drafts = {};
  });
}

function plain(decoded) {
  const convert = (_, v) => (v instanceof Uint8Array ? { bytes: base64(v) } : v);
  return JSON.parse(JSON.stringify(decoded, convert));
}

function history() {
  const first = begin();
  let docs = Array.from({ length: 3 }, () => A.clone(first, { actor: hex(16) }));
  for (let n = 10 + random(20); n > 0; n--) {
    const i = random(docs.length);
    docs[i] = change(docs[i]);
    const j = random(docs.length);
    // The library itself panics when it merges some texts with marks.
    if (i !== j && random(3) === 0 && !marks) docs[i] = A.merge(docs[i], docs[j]);
  }
  const all = (marks ? [] : docs.slice(1)).reduce((whole, doc) => A.merge(whole, doc), docs[0]);
  const changes = A.getAllChanges(all).map((raw) => ({ raw: base64(raw), decoded: plain(A.decodeChange(raw)) }));
  return { changes, save: base64(A.save(all)), heads: [...A.getHeads(all)].sort() };
}

for (let n = Number(countText); n > 0; n--) console.log(JSON.stringify(history()));
