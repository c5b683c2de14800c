/** What a person has shown and taken for the portion at hand, kept over a reload: room, balance, container, tare. */
import type { Quantity, Reading } from "../../core/types";

/** A code, and whether a scanner said it or somebody typed it. */
export interface Shown { code: string; scanned: boolean }
export interface Cleared { room: Shown | null; balance: Shown | null }
/** `tare`: the reading of the empty container; `tared`: the balance has been set to zero below it, so that it shows net. */
export interface AtHand { container: Shown | null; lot: string; tare: Reading | null; tared: boolean }

export const NOTHING: AtHand = { container: null, lot: "", tare: null, tared: false };
export const UNCLEARED: Cleared = { room: null, balance: null };

export const clearedAt = (phase: string): string => `${phase}/cleared`;
export const handAt = (phase: string, line: string): string => `${phase}/${line}/hand`;
export const lineAt = (phase: string): string => `${phase}/line`;

export type Step = "room" | "balance" | "source" | "tare" | "fill";

/** The next thing to do; a typed weight needs no balance and no tare. */
export function stepOf(room: string | null, cleared: Cleared, hand: AtHand, manual: boolean): Step {
  if (room !== null && cleared.room?.code !== room) return "room";
  if (!manual && cleared.balance === null) return "balance";
  if (hand.lot === "") return "source";
  return manual || hand.tare !== null || hand.tared ? "fill" : "tare";
}

/** How a weight names the reading that it was taken from. */
export const said = (reading: Reading): Record<string, unknown> => ({ id: reading.id, device: reading.device, balance: reading.balance, serial: reading.serial, model: reading.model, raw: reading.raw });

const sum = (a: Quantity, b: Quantity, sign: 1 | -1): Quantity => ({ value: added(a.value, b.value, sign), unit: a.unit });

/** Tare, net and gross by what the balance shows; null where it shows another unit than the tare was taken in. */
export function weights(shown: Quantity, { tare, tared }: AtHand): { tare: Quantity | null; net: Quantity; gross: Quantity | null } | null {
  if (tare === null) return { tare: null, net: shown, gross: null };
  if (tare.net.unit !== shown.unit) return null;
  if (tared) return { tare: tare.net, net: shown, gross: sum(shown, tare.net, 1) };
  return { tare: tare.net, net: sum(shown, tare.net, -1), gross: shown };
}

/** Exact, with the digits of the finer one. */
function added(a: string, b: string, sign: 1 | -1): string {
  const places = Math.max(a.split(".")[1]?.length ?? 0, b.split(".")[1]?.length ?? 0);
  const units = (text: string): bigint => {
    const [whole = "", part = ""] = text.split(".");
    return BigInt(whole + part.padEnd(places, "0"));
  };
  const found = units(a) + BigInt(sign) * units(b), digits = String(found < 0n ? -found : found).padStart(places + 1, "0");
  return `${found < 0n ? "-" : ""}${places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`}`;
}
