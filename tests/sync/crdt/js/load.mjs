// Loads what Python wrote with the library that the app uses. Argument: a file of JSON {changes: [base64]} or {save}.
// Output: one JSON line {heads, again, entries, receipts, drafts}; `again` are the heads after saving and loading.
import * as A from "@automerge/automerge";
import { readFileSync } from "node:fs";

const input = JSON.parse(readFileSync(process.argv[2], "utf8"));
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
let doc = input.save ? A.load(bytes(input.save)) : A.init();
for (const raw of input.changes ?? []) [doc] = A.applyChanges(doc, [bytes(raw)]);
const again = A.load(A.save(doc));
const plain = (map) =>
  Object.fromEntries(
    Object.entries(map).map(([key, v]) => [key, v instanceof Uint8Array ? Buffer.from(v).toString("base64") : v]),
  );
console.log(
  JSON.stringify({
    heads: [...A.getHeads(doc)].sort(),
    again: [...A.getHeads(again)].sort(),
    entries: plain(doc.entries),
    receipts: plain(doc.receipts),
    drafts: JSON.parse(JSON.stringify(A.toJS(doc).drafts)),
  }),
);
