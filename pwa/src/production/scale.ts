/** Where limits, target and value stand on the tolerance picture, in percent of its width. A picture only: verdicts are exact. */
export interface Scale { low: number | null; high: number | null; target: number | null; value: number | null; off: "" | "left" | "right" }
interface Given { low: string | null; high: string | null; target: string | null }

// The range takes the share of the picture in which an eye sees a hundredth of it; outside, the picture is compressed.
const LEFT = 30, RIGHT = 70, MARGIN = 1.5;
const FILL_LEFT = 50, FILL_RIGHT = 86;

/** `filling` starts the picture at zero, as a container that is filled up to its target. */
export function scale(given: Given, value: string, filling = false): Scale {
  const [low, high, target, at] = [given.low, given.high, given.target, value].map((text) => (text === null || text === "" ? null : Number(text))) as [number | null, number | null, number | null, number | null];
  const left = filling ? FILL_LEFT : LEFT;
  const right = filling ? FILL_RIGHT : RIGHT;
  const place = placer(low, high, left, right, filling);
  const raw = at === null || Number.isNaN(at) ? null : place(at);
  return {
    low: low === null ? null : left,
    high: high === null ? null : right,
    target: target === null ? null : clamp(place(target)),
    value: raw === null ? null : clamp(raw),
    off: raw === null ? "" : raw < 0 ? "left" : raw > 100 ? "right" : "",
  };
}

function placer(low: number | null, high: number | null, left: number, right: number, filling: boolean): (x: number) => number {
  const near = low ?? (high === null ? 0 : high - Math.abs(high || 1) * 0.2);
  const far = high ?? (low === null ? 1 : low + Math.abs(low || 1) * 0.2);
  const span = far - near || 1;
  return (x) => {
    if (filling && x < near && near > 0) return (x / near) * left;
    return left + ((x - near) / span) * (right - left);
  };
}

const clamp = (x: number): number => Math.min(100 - MARGIN, Math.max(MARGIN, x));
