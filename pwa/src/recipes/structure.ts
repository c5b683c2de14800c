/** What comes after what in the phases of a recipe or an order, and which operation a phase belongs to (ISA-88); the
 * same as server/recipes/structure.py, which says why, held together by tests/vectors/structure.json. */
export interface TimeLimit { since: string; from: "start" | "end"; to: "start" | "end"; min: number | null; max: number | null }
export interface Linked { id: string; after?: string[]; minutes?: number | null; times?: TimeLimit[] }
export interface Operation<N = unknown> { id: string; name: N; phases: string[] }
export interface UnitProcedure<N = unknown> { id: string; name: N; operations: Operation<N>[] }

/** Of each phase, in the order of the list, those that must have ended before it begins. */
export function predecessors(phases: Linked[]): Map<string, string[]> {
  const known = new Set(phases.map(({ id }) => id));
  return new Map(phases.map(({ id, after }, at) => [id, after ? [...new Set(after)].filter((one) => known.has(one)) : phases.slice(0, at).slice(-1).map((one) => one.id)]));
}

/** Of each phase all that must have ended before it, however far; one in a circle is among its own. */
export function ancestors(phases: Linked[]): Map<string, Set<string>> {
  const direct = predecessors(phases);
  return new Map([...direct].map(([id, before]) => {
    const seen = new Set<string>();
    const open = [...before];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (seen.has(one)) continue;
      seen.add(one);
      open.push(...(direct.get(one) ?? []));
    }
    return [id, seen];
  }));
}

/** The phases that no other comes after: with them the batch is done. */
export function ends(phases: Linked[]): string[] {
  const direct = predecessors(phases);
  const followed = new Set([...direct.values()].flat());
  return [...direct.keys()].filter((id) => !followed.has(id));
}

/** All phases, each after those that it comes after, else as they are listed; those in or behind a circle last. */
export function ordered(phases: Linked[]): string[] {
  const direct = predecessors(phases);
  const done = new Set<string>();
  while (done.size < direct.size) {
    const ready = [...direct].find(([id, before]) => !done.has(id) && before.every((one) => done.has(one)));
    if (!ready) return [...done, ...[...direct.keys()].filter((id) => !done.has(id))];
    done.add(ready[0]);
  }
  return [...done];
}

/** Phases that wait for each other, each for the one before it and the first for the last; empty where none do. */
export function cycle(phases: Linked[]): string[] {
  const direct = predecessors(phases);
  const above = ancestors(phases);
  const start = [...direct.keys()].find((id) => above.get(id)?.has(id));
  if (start === undefined) return [];
  const path = [start];
  for (;;) {
    const next = (direct.get(path.at(-1) ?? "") ?? []).find((one) => one === start || above.get(one)?.has(start)) ?? start;
    if (path.includes(next)) return path.slice(path.indexOf(next)).reverse();
    path.push(next);
  }
}

/** The phases in steps: what stands in one step may go on side by side, as far as the recipe says. */
export function levels(phases: Linked[]): string[][] {
  const direct = predecessors(phases);
  const depth = new Map<string, number>();
  for (const id of ordered(phases)) depth.set(id, Math.max(-1, ...(direct.get(id) ?? []).flatMap((one) => depth.get(one) ?? [])) + 1);
  const steps: string[][] = [];
  for (const id of direct.keys()) (steps[depth.get(id) ?? 0] ??= []).push(id);
  return steps;
}

/** Start and end of each phase in minutes after the start of the batch, at the earliest. */
export function planned(phases: Linked[]): Map<string, { start: number; end: number }> {
  const direct = predecessors(phases);
  const found = new Map<string, { start: number; end: number }>();
  for (const id of ordered(phases)) {
    const phase = phases.find((one) => one.id === id);
    const least = (to: "start" | "end"): number[] => (phase?.times ?? []).flatMap((time) => {
      const since = found.get(time.since);
      return time.to === to && time.min !== null && since ? [since[time.from] + time.min] : [];
    });
    const start = Math.max(0, ...(direct.get(id) ?? []).flatMap((one) => found.get(one)?.end ?? []), ...least("start"));
    found.set(id, { start, end: Math.max(start + (phase?.minutes ?? 0), ...least("end")) });
  }
  return found;
}

/** The minutes that the whole takes at the least, and the phases along which it takes them, the first first. */
export function critical(phases: Linked[]): { minutes: number; path: string[] } {
  const direct = predecessors(phases);
  const times = planned(phases);
  const order = ordered(phases);
  const end = (id: string): number => times.get(id)?.end ?? 0;
  const latest = (among: string[]): string | undefined => among.reduce<string | undefined>((best, one) => (best === undefined || end(one) > end(best) ? one : best), undefined);
  const last = latest(order);
  if (last === undefined) return { minutes: 0, path: [] };
  const path = [last];
  for (;;) {
    const first = path[0] ?? last;
    const before = latest((direct.get(first) ?? []).filter((one) => order.indexOf(one) < order.indexOf(first)));
    if (before === undefined) return { minutes: end(last), path };
    path.unshift(before);
  }
}

/** The unit procedure and the operation that a phase stands in; null where it stands in none. */
export function place<N>(procedure: UnitProcedure<N>[], phase: string): { unit: UnitProcedure<N>; operation: Operation<N> } | null {
  for (const unit of procedure) {
    const operation = unit.operations.find((one) => one.phases.includes(phase));
    if (operation) return { unit, operation };
  }
  return null;
}
