/** How far an inspection is, as a badge shows it. */
export function tone(state: string): "next" | "half" | "ok" {
  return state === "complete" ? "ok" : state === "sampled" ? "half" : "next";
}
