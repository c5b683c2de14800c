/** Enrolment: a key that never leaves the device, proved to work, and what the site must be known by from then on. */
import { base64 } from "./bytes";
import { FIRST_PREV } from "./entry";
import { call } from "./http";
import { proof, provenDeviceKey } from "./keys";
import type { Platform } from "./platform";
import type { Head, Meta, Site, Store } from "./store";
import { CoreError } from "./types";

interface Answer { device: { id: string; name: string; role: string }; site: Site }

/** Make a key, prove after a reopening of the store that it works, and enrol with it; the beginning of its chain.
 * `before` is the site that this tablet was enrolled at last. */
export async function enrol(platform: Platform, store: Store, before: Site | null, code: string, name: string): Promise<Head> {
  const key = await provenDeviceKey(async (candidate) => {
    await store.setMeta({ candidate });
    await store.reopen();
    const back = await store.meta("candidate");
    if (!back) throw new CoreError("key_unusable", "the database did not keep the key");
    return back;
  });
  const public_key = base64(key.publicKey);
  const { device: { id, name: given, role }, site } = await call<Answer>(
    platform.fetch, "/api/devices/enrol",
    { code, name, role: "tablet", alg: key.alg, public_key, proof: await proof(key, "enrol", code, public_key) },
  );
  const head = { seq: 0, hash: FIRST_PREV };
  const enrolled: Partial<Meta> = { key, device: { id, name: given, role }, site, head };
  // Another log than before: what was held of that one says nothing of this.
  if (before?.vkey !== site.vkey) Object.assign(enrolled, { policy: site.policy ?? "", held: null, alarm: null, notices: [] });
  await store.setMeta(enrolled);
  return head;
}
