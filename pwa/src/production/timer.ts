/** The time a timer shows, in the unit and decimals of its parameter. */
const SECONDS: Record<string, number> = { s: 1, min: 60, h: 3600 };

export const isTime = (unit: string): boolean => unit in SECONDS;

/** Whole units are cut, not rounded up: 14 min 59 s is 14 min, nobody blended for 15. */
export function elapsed(milliseconds: number, unit: string, decimals: number): string {
  const scale = 10 ** decimals;
  const units = milliseconds / 1000 / (SECONDS[unit] ?? 1);
  return (Math.floor(units * scale + 1e-9) / scale).toFixed(decimals);
}

/** 01:02:03 for the eye. */
export function face(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((n) => String(n).padStart(2, "0")).join(":");
}
