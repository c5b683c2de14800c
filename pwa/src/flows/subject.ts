/** What flows are about, as the product itself names it, and where that is looked at. */
const ROOMS: Record<string, (code: string) => string> = {
  form: (code) => `/forms/${code}`,
  flow: (code) => `/flows/${code}`,
};

/** The screen of what a flow is about; null where a person named it in words of their own. */
export function screenOf(subject: string): string | null {
  const [room = "", code = ""] = subject.split("/");
  return code === "" ? null : ROOMS[room]?.(encodeURIComponent(code)) ?? null;
}
