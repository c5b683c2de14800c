/** What waits in a flow that carries something, in a line for lists. */
import type { Standing } from "../api/types";
import { t, tx, who, word } from "../i18n/index.svelte";
import { ft } from "./words";

export function waits(one: Standing["waiting"][number]): string {
  const whose = one.person ? who(one.person) : one.roles.map((role) => word(t().roles, role)).join(" · ");
  return `${ft().waitsFor(tx(one.name), whose)}${one.overdue ? ` · ${ft().overdue}` : ""}`;
}
