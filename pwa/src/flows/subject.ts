/** What flows are about, as the product itself names it, `room/code/version`: in words, and where it is looked at. */
import type { flowsEn } from "../i18n/flows.en";

const ROOMS: Record<string, (code: string, version?: string) => string> = {
  form: (code) => `/forms/${code}`,
  flow: (code) => `/flows/${code}`,
  recipe: (code, version) => (version ? `/recipes/${code}/${version}` : `/recipes/${code}`),
  material: (code) => `/masters/${code}`,
  order: (code) => `/orders/${code}`,
  purchase: (code) => `/purchasing/${code}`,
  requisition: (code) => `/requisitions/${code}`,
  specification: (code) => `/specifications/${code}`,
  deviation: (code) => `/deviation/${code}`,
  batch: (code) => `/batch/${code}/review`,
};

/** The screen of what a flow is about; null where a person named it in words of their own. */
export function screenOf(subject: string): string | null {
  const [room = "", code = "", version] = subject.split("/");
  return code === "" ? null : ROOMS[room]?.(encodeURIComponent(code), version && encodeURIComponent(version)) ?? null;
}

/** In words; what a person named themselves stays as it is. */
export function named(subject: string, words: Pick<typeof flowsEn, "subjects" | "version">): string {
  const [room = "", code = "", version] = subject.split("/");
  const what = words.subjects[room];
  if (what === undefined || code === "") return subject;
  return `${what} ${code}${version === undefined ? "" : ` · ${words.version(Number(version))}`}`;
}
