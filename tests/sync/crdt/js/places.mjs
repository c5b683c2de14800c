// Two tablets without a network write together: each makes the place by the library the app uses, then writes there.
// Arguments: genesis (base64), a file of JSON {"<key>": actor}. Output: one JSON line per key
// {key, place, mine: [base64], theirs: [base64], text, count}, merged without the server.
import * as A from "@automerge/automerge";
import { readFileSync } from "node:fs";

const [genesisText, file] = process.argv.slice(2);
const genesis = new Uint8Array(Buffer.from(genesisText, "base64"));
const base64 = (data) => Buffer.from(data).toString("base64");
const value = (key) => (key.startsWith("text:") ? "" : new A.Counter(0));

function place(key, actor) {
  const [doc] = A.applyChanges(A.init({ actor }), [genesis]);
  return A.getLastLocalChange(A.change(doc, { time: 0 }, (d) => void (d.drafts[key] = value(key))));
}

function tablet(key, made, said, by) {
  let [doc] = A.applyChanges(A.init(), [genesis, made]);
  const changes = [];
  for (let n = 0; n < 2; n++) {
    doc = A.change(doc, (d) => {
      if (key.startsWith("text:")) A.updateText(d, ["drafts", key], n ? said : said.slice(0, 3));
      else d.drafts[key].increment(by);
    });
    changes.push(A.getLastLocalChange(doc));
  }
  return { doc, changes };
}

for (const [key, actor] of Object.entries(JSON.parse(readFileSync(file, "utf8")))) {
  const made = place(key, actor);
  const [mine, theirs] = [tablet(key, made, "温湿度计换电池", 2), tablet(key, place(key, actor), "12 Pa", 3)];
  const merged = A.merge(mine.doc, theirs.doc);
  const shown = merged.drafts[key];
  const told = { key, place: base64(made), mine: mine.changes.map(base64), theirs: theirs.changes.map(base64) };
  console.log(JSON.stringify({ ...told, shown: typeof shown === "string" ? shown : shown.value }));
}
