/** The HTTP client: paths of names that people chose, and every failure as a problem with a code. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Problem, api, asProblem, onSessionMissing, path, query } from "../../src/api/client";

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: string): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));
}

it("INT-01 escapes names in paths and leaves out what is not set in queries", () => {
  expect(path("api", "lots", "API-0107", "A-5/2")).toBe("/api/lots/API-0107/A-5%2F2");
  expect(query({ q: "", status: "released", limit: 50, before: null })).toBe("?status=released&limit=50");
  expect(query({ q: "" })).toBe("");
});

describe("failures", () => {
  it("INT-01 carry the words of the catalogue", async () => {
    const what = { zh: "密码不正确。", en: "Wrong password." };
    answer(403, JSON.stringify({ code: "password_wrong", what, kept: what, next: what, details: { left: 4 } }));
    const problem = await api.post("/api/x").catch((error: unknown) => error as Problem);
    expect(problem).toMatchObject({ code: "password_wrong", status: 403, what, details: { left: 4 } });
  });

  it("INT-01 tell the session when nobody is signed in", async () => {
    const heard: string[] = [];
    onSessionMissing((code) => heard.push(code));
    answer(401, JSON.stringify({ code: "session_expired" }));
    await expect(api.get("/api/home")).rejects.toMatchObject({ code: "session_expired" });
    expect(heard).toEqual(["session_expired"]);
  });

  it("INT-01 are offline when there is no answer, and never hide a page that is not ours", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(api.get("/api/home")).rejects.toMatchObject({ code: "offline" });
    answer(502, "<html>Bad gateway</html>");
    await expect(api.get("/api/home")).rejects.toMatchObject({ code: "http_502", status: 502 });
  });

  it("INT-01 of the core keep their code", () => {
    expect(asProblem(Object.assign(new Error("x"), { code: "pin_wrong" })).code).toBe("pin_wrong");
    expect(asProblem("boom").code).toBe("unknown");
  });
});
