/** Control charts of means and of single values (ISO 7870-2:2023, 6): the mirror of server/engines/statistics/charts.py. */
import { beginnings, ending, type Found } from "./nelson";
import { less, over, plus, range, ratio, root, size, sum, text, times, whole } from "./numbers";

const D2 = ["1.128", "1.693", "2.059", "2.326", "2.534", "2.704", "2.847", "2.970", "3.078", "3.173", "3.258", "3.336", "3.407", "3.472", "3.532", "3.588", "3.640", "3.689", "3.735", "3.778", "3.819", "3.858", "3.895", "3.931"];
/** Of fewer rounds nothing is known of how a process varies. */
export const LEAST = 5;

/** A point of a chart: its mean as it was recorded, and the single values that it is the mean of. */
export interface Round { mean: string; values: readonly string[] }
/** Centre, the standard deviation of a point, and the limits at three of these, to 34 digits. */
export interface ChartLimits { centre: string; sigma: string; lower: string; upper: string }

/** Of the points so far; the centre is the target that the recipe states, else their mean. */
export function limits(rounds: readonly Round[], target: string | null): ChartLimits | null {
  const sigma = rounds.length >= LEAST ? sigmaOf(rounds) : null;
  if (sigma === null) return null;
  const centre = target === null ? over(sum(rounds.map((one) => ratio(one.mean))), whole(rounds.length)) : ratio(target);
  const three = times(whole(3), ratio(sigma));
  return { centre: text(centre), sigma, lower: text(less(centre, three)), upper: text(plus(centre, three)) };
}

/** What was to be told of each point from `since` on as it came, by the limits of the points up to it. */
export function told(rounds: readonly Round[], target: string | null, since = 0): Found[] {
  const found: Found[] = [];
  const means = rounds.map((one) => one.mean);
  for (let count = Math.max(LEAST, since); count <= rounds.length; count++) {
    const known = limits(rounds.slice(0, count), target);
    if (known) found.push(...ending(means.slice(0, count), known.centre, known.sigma));
  }
  return beginnings(found).filter((one) => one.last >= since);
}

/** The standard deviation of a point; null where it cannot be told, or is none. */
function sigmaOf(rounds: readonly Round[]): string | null {
  const counts = rounds.map((one) => one.values.length), count = Math.min(...counts);
  if (count !== Math.max(...counts) || count < 1 || count > D2.length + 1) return null;
  const means = rounds.map((one) => ratio(one.mean));
  const ranges = count === 1 ? means.slice(1).map((later, at) => size(less(later, means[at]!))) : rounds.map((one) => range(one.values.map(ratio)));
  const middle = over(over(sum(ranges), whole(ranges.length)), ratio(D2[Math.max(count, 2) - 2]!));
  return middle.num === 0n ? null : root(over(times(middle, middle), whole(count)));
}
