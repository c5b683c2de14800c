/** The eight rules that tell a process's special causes from chance (L. S. Nelson, Journal of Quality Technology 16, 1984):
 *  the mirror of server/engines/statistics/nelson.py, held to it by tests/vectors/statistics.json. */
import { compare, less, over, ratio, size, times, whole, type Ratio } from "./numbers";

export const RULES = [1, 2, 3, 4, 5, 6, 7, 8] as const;
/** A rule that fires: from the first to the last of its points, both counted from 0. */
export interface Found { last: number; rule: number; first: number }
type Zones = readonly Ratio[];

/** Every window of points that a rule names, by its last point. */
export const check = (points: readonly string[], centre: string, sigma: string): Found[] => points.flatMap((_, last) => ending(points.slice(0, last + 1), centre, sigma));

/** Those that the last of these points completes. */
export function ending(points: readonly string[], centre: string, sigma: string): Found[] {
  const spread = ratio(sigma), last = points.length - 1;
  if (spread.num <= 0n) return [];
  const away = points.slice(-LONGEST).map((one) => over(less(ratio(one), ratio(centre)), spread));
  return WINDOWS.flatMap(([rule, length, broken]) => (away.length >= length && broken(away.slice(-length)) ? [{ last, rule, first: last - length + 1 }] : []));
}

/** Those that no other of their rule leads up to: a run that goes on is told once, a point beyond 3 sigma always. */
export function beginnings(found: readonly Found[]): Found[] {
  const known = new Set(found.map((one) => `${one.rule} ${one.last}`));
  return found.filter((one) => one.rule === 1 || !known.has(`${one.rule} ${one.last - 1}`));
}

const above = (one: Ratio): boolean => one.num > 0n;
const below = (one: Ratio): boolean => one.num < 0n;
const beyond = (sigmas: number, least: number) => (window: Zones): boolean => {
  const side = whole(above(window[window.length - 1]!) ? 1 : -1);
  const out = window.map((one) => compare(times(side, one), whole(sigmas)) > 0);
  return out[out.length - 1]! && out.filter(Boolean).length >= least;
};
const oneSide = (window: Zones): boolean => window.every(above) || window.every(below);
const steps = (window: Zones): Ratio[] => window.slice(1).map((later, at) => less(later, window[at]!));
const trend = (window: Zones): boolean => steps(window).every(above) || steps(window).every(below);
const alternating = (window: Zones): boolean => {
  const all = steps(window);
  return all.slice(1).every((one, at) => below(times(one, all[at]!)));
};
const within = (window: Zones): boolean => window.every((one) => compare(size(one), whole(1)) < 0) && window.some((one) => compare(one, window[0]!) !== 0);
const mixture = (window: Zones): boolean => window.every((one) => compare(size(one), whole(1)) > 0) && !oneSide(window);

const WINDOWS: readonly (readonly [number, number, (window: Zones) => boolean])[] = [
  [1, 1, beyond(3, 1)],
  [2, 9, oneSide],
  [3, 6, trend],
  [4, 14, alternating],
  [5, 3, beyond(2, 2)],
  [6, 5, beyond(1, 4)],
  [7, 15, within],
  [8, 8, mixture],
];
const LONGEST = Math.max(...WINDOWS.map(([, length]) => length));
