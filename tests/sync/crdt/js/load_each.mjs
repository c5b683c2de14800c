// Loads documents with the library that the app uses, as a client would: change by change, shown, saved, loaded again.
// Argument: a file of JSON lines {changes: [base64]}. Output: one JSON line per document, null or what went wrong.
import * as A from "@automerge/automerge";
import { readFileSync } from "node:fs";

const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));

function problem(changes) {
  try {
    let doc = A.init();
    for (const raw of changes) [doc] = A.applyChanges(doc, [bytes(raw)]);
    A.decodeChange(bytes(changes.at(-1)));
    JSON.stringify(A.toJS(doc));
    doc = A.change(doc, (d) => void (d.drafts.mine = "text"));
    const again = A.load(A.save(doc));
    JSON.stringify(A.toJS(again));
    return A.getHeads(again).join() === A.getHeads(doc).join() ? null : "other heads";
  } catch (error) {
    return String(error);
  }
}

for (const line of readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean))
  console.log(JSON.stringify(problem(JSON.parse(line).changes)));
