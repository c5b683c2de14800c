/** How the standing of a supplier is shown. */
export function tones(status: string): "ok" | "alert" | "later" {
  return status === "qualified" ? "ok" : status === "new" ? "later" : "alert";
}
