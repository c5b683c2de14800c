/** How the state of an order is marked, wherever it stands. */
export function toneOf(state: string): "next" | "ok" | "later" {
  return state === "planned" ? "next" : state === "released" ? "ok" : "later";
}
