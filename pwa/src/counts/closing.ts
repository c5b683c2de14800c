/** What a closing says of each variance, as the server reckons it (server/materials/counts/rules.py): so that whoever
 * signs, by a passkey too, signs exactly that. */
import { Decimal } from "decimal.js";
import type { Choice, Counting, CountLine, Decided } from "./types";

/** In these the book is right, or there is none. */
const QUIET = ["same", "strange"];

export const variances = (lines: CountLine[]): CountLine[] => lines.filter(({ result }) => !QUIET.includes(result));

/** Until somebody has counted, nothing differs: what is not found yet has not been looked for. */
export const begun = (lines: CountLine[]): boolean => lines.length === 0 || lines.some(({ countings }) => countings.length > 0);

/** The countings among which is chosen: the last of each device. */
export const standing = (line: CountLine): Counting[] => line.countings.filter(({ stands }) => stands);

/** What holds before anybody has chosen: the counting on which all agree; undefined where they do not. */
export function agreed(line: CountLine): string | null | undefined {
  if (line.result === "conflict") return undefined;
  return standing(line).at(-1)?.entry ?? null;
}

export function change(line: CountLine, entry: string | null, reason: string): Decided {
  const chosen = standing(line).find((one) => one.entry === entry);
  const [book, place] = chosen ? [chosen.book!, chosen.place] : [line.book!, line.place];
  const counted = chosen?.seen ? (chosen.quantity ?? book) : { value: "0", unit: book.unit };
  return { container: line.container, entry: chosen?.entry ?? null, was: book, counted, from: place, to: chosen?.seen ? chosen.location : null, reason };
}

/** How much more (or less) was found than is booked, where both are in one unit. */
export function difference({ was, counted }: Decided): string | null {
  if (was.unit !== counted.unit) return null;
  const by = new Decimal(counted.value).minus(was.value);
  return by.isZero() ? null : `${by.gt(0) ? "+" : "−"}${by.abs().toFixed()} ${was.unit}`;
}

/** Variances that nobody has chosen or explained yet. */
export function undecided(lines: CountLine[], choices: Record<string, Choice>): CountLine[] {
  return variances(lines).filter((line) => {
    const choice = choices[line.container];
    return choice === undefined || (choice.entry === undefined && agreed(line) === undefined) || !choice.reason.trim();
  });
}

export function closing(lines: CountLine[], choices: Record<string, Choice>): Decided[] {
  return variances(lines).map((line) => {
    const { entry, reason } = choices[line.container]!;
    return change(line, entry === undefined ? (agreed(line) ?? null) : entry, reason.trim());
  });
}
