/** Whose badge was scanned; and where it is nobody's who may go on here, what it was instead, in words. */
import { named } from "../core/codes";
import type { Badge } from "../core/opening";
import type { Lent, Person } from "../core/types";
import { t, who } from "../i18n/index.svelte";

export type Found = { person: Person; badge: Badge } | { came: string };

/** `people` are those who may go on here; a lease knows more. */
export async function lookUp(text: string, people: Person[], leases: Lent[]): Promise<Found> {
  const { badgeOf, markOf } = await import("../core/opening");
  const code = named(text);
  const badge = code?.what === "badge" ? badgeOf(code.name) : null;
  if (!badge) return { came: code?.what === "badge" ? t().badges.damaged : t().badges.other };
  const person = people.find((one) => one.badge === badge.badge);
  if (person) return { person, badge };
  const elsewhere = leases.flatMap((lease) => lease.people).find((one) => one.badge === badge.badge);
  if (elsewhere) return { came: t().badges.notHere(who(elsewhere)) };
  if (leases.some((lease) => lease.badges_withdrawn?.includes(badge.badge))) return { came: t().badges.withdrawn };
  const vkey = leases[0]?.site.vkey;
  if (vkey && !badge.badge.startsWith(`${await markOf(vkey)}-`)) return { came: t().badges.otherSite };
  return { came: t().badges.unknown };
}
