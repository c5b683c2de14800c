/** How the state of an order or of one of its lines is shown. */
export function tone(state: string): "ok" | "half" | "next" | "action" | "later" {
  const tones = { waiting: "next", rejected: "action", open: "later", partial: "half", closed: "ok" } as const;
  return tones[state as keyof typeof tones] ?? "later";
}
