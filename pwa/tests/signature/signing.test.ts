/** What a page holds of an unbroken session of signing, and the digest that both languages compute alike (IDN-04). */
import { describe, expect, it } from "vitest";
import { onAnswer } from "../../src/api/client";
import { digestOf, isStale } from "../../src/signature/signing";
import { Unbroken } from "../../src/signature/unbroken";

describe("what is signed is what stands there (IDN-04)", () => {
  it("has it read again where it has changed, whatever it is", () => {
    for (const code of ["digest_stale", "purchase_stale", "label_template_stale", "master_stale", "audit_scope_changed"]) expect(isStale(code)).toBe(true);
    for (const code of ["password_wrong", "label_template_own", ""]) expect(isStale(code)).toBe(false);
  });
});

describe("the unbroken session of signing (IDN-04)", () => {
  async function heard(said: string | null): Promise<{ unbroken: Unbroken; at: (ms: number) => void }> {
    let now = Date.parse("2026-11-26T00:00:00.000Z");
    const unbroken = new Unbroken(() => now);
    globalThis.fetch = async () => new Response("{}", { headers: said === null ? {} : { "Pestle-Signing": said } });
    const { api } = await import("../../src/api/client");
    await api.post("/api/anything");
    return { unbroken, at: (ms) => (now = ms) };
  }

  it("IDN-04 takes the token that an answer names, until the time that it names", async () => {
    const { unbroken, at } = await heard("abc 2026-11-26T00:10:00.000Z");
    expect(unbroken.token).toBe("abc");
    at(Date.parse("2026-11-26T00:09:59.999Z"));
    expect(unbroken.token).toBe("abc");
    at(Date.parse("2026-11-26T00:10:00.000Z"));
    expect(unbroken.token).toBeNull();
    at(0);
    expect(unbroken.token).toBeNull();
  });

  it("IDN-04 is ended by a lock, and by no answer that says nothing of it", async () => {
    const { unbroken } = await heard("abc 2026-11-26T00:10:00.000Z");
    unbroken.stop();
    expect(unbroken.token).toBeNull();
    expect((await heard(null)).unbroken.token).toBeNull();
    onAnswer(() => undefined);
  });
});

describe("the digest of what was shown (IDN-04)", () => {
  it("IDN-04 is the one that the server computes (tests/identity/test_signing.py)", async () => {
    const content = { batch: "B1", device: "T-31", known: 12, delivered: 9, reason: "平板坠落损毁", meaning: "device_waived" };
    expect(await digestOf({ what: "release.device_waived.v2", content })).toBe("2627c1eab4d6e27f361ce3b41ab5a1808218ce4984324c9af09a75b351b1ddbf");
  });

  it("IDN-10 is so of a review of the audit trail too (tests/web/test_audit_review_api.py)", async () => {
    const scope = { batch: "B1", stream: null, kind: null, person: null, device: null, since: null, until: null };
    const remarks = [{ entry: "01983f4e-7c1a-7b3e-8a52-0c6d7e8f9a01", text: "理由？", deviation: null }];
    const content = { scope, log_size: 120, count: 19, digest: "0".repeat(64), comment: null, remarks, meaning: "audit_found_something" };
    expect(await digestOf({ what: "release.audit_reviewed.v1", content })).toBe("c6cfcba187f30e7143799bedd1538418c36258f3a3060d36af7582142bb626d6");
  });

  it("IDN-04 is another for another kind of thing, whatever the content says", async () => {
    const content = { batch: "B1", what: "release.batch_released.v3" };
    const digests = await Promise.all(["release.batch_released.v3", "release.batch_rejected.v3"].map((what) => digestOf({ what, content })));
    expect(new Set(digests).size).toBe(2);
  });
});
