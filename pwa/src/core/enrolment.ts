/** Enrolment: a key that never leaves the device, proved to work, and what the site must be known by from then on. */
import { base64, fromBase64 } from "./bytes";
import { FIRST_PREV } from "./entry";
import { call } from "./http";
import { proof, provenDeviceKey } from "./keys";
import type { Platform } from "./platform";
import type { Meta, Site, Store } from "./store";
import { CoreError } from "./types";
import { isRecoveryKey, type JournalKey, makeJournalKey, openedKey, type Wrap } from "./vault";

const ASK_MS = 3_000;

interface Answer { device: { id: string; name: string; role: string }; site: Site; journal_keys?: { journal: string; key: string }[] }

/** Make a key, prove after a reopening of the store that it works, and enrol with it. `before` is the site that this
 * tablet was enrolled at last, `sealed` are the keys of journals that the site is asked to open. */
export async function enrol(platform: Platform, store: Store, before: Site | null, code: string, name: string, sealed: Wrap[]): Promise<void> {
  const key = await provenDeviceKey(async (candidate) => {
    await store.setMeta({ candidate });
    await store.reopen();
    const back = await store.meta("candidate");
    if (!back) throw new CoreError("key_unusable", "the database did not keep the key");
    return back;
  });
  const public_key = base64(key.publicKey);
  // What was tried just now, for the log: the key came back from a reopened store and signed, and scripts cannot read it.
  const storage = { reopened: true, extractable: key.privateKey.extractable, persisted: await promised(platform) };
  const journals = sealed.map(({ name: _, ...wrap }) => wrap);
  const { device: { id, name: given, role }, site, journal_keys } = await call<Answer>(
    platform.fetch, "/api/devices/enrol",
    { code, name, role: "tablet", alg: key.alg, public_key, proof: await proof(key, "enrol", code, public_key), journals, storage },
  );
  const opened = await openedKeys(sealed, journal_keys ?? []);
  const own = site.recovery && (await isRecoveryKey(site.recovery, [site.server_key])) ? [await makeJournalKey(site.recovery, id, given)] : [];
  const journalKeys = [...((await store.meta("journalKeys")) ?? []), ...opened, ...own];
  const enrolled: Partial<Meta> = { key, device: { id, name: given, role }, site, head: { seq: 0, hash: FIRST_PREV }, journalKeys };
  // What can be opened now is missing from the database.
  if (opened.length) enrolled.whole = false;
  // Another log than before: what was held of that one says nothing of this.
  if (before?.vkey !== site.vkey) Object.assign(enrolled, { policy: site.policy ?? "", held: null, alarm: null, notices: [] });
  await store.setMeta(enrolled);
}

/** Some browsers ask the user first: who does not answer has not promised. */
function promised(platform: Platform): Promise<boolean> {
  const late = new Promise<boolean>((done) => setTimeout(() => done(false), ASK_MS));
  return Promise.race([platform.persist().catch(() => false), late]);
}

async function openedKeys(sealed: Wrap[], given: { journal: string; key: string }[]): Promise<JournalKey[]> {
  const found: JournalKey[] = [];
  for (const { journal, key } of given) {
    const wrap = sealed.find((one) => one.journal === journal);
    if (wrap) found.push({ id: journal, key: await openedKey(fromBase64(key)), wrap });
  }
  return found;
}
