/** Changes of a recipe that somebody edits: each gives a new content and leaves the old as it was. A place in it is a
 * pointer, as findings name it: `phases/3`, `procedure/0/operations/1`, `materials`; "" is the recipe as a whole. What a
 * phase is named in elsewhere follows it: the list is in the order of the operations, and links close where one goes. */
import type { Printed, Text2 } from "../../core/types";
import type { Operation, UnitProcedure } from "../structure";
import type { Content, RecipePhase } from "../types";

export type Master = Content & { procedure: UnitProcedure<Text2>[] };
/** `dropped`: of a copy, what it does not say any more of phases that are not here, each as `<phase> ← <place>`. */
export interface Changed { content: Master; pointer: string; dropped?: string[] }
/** Where a phase goes, seen from another: what came after that one then comes after it; side by side; what came before. */
export type Where = "after" | "beside" | "before";
type Tree = Record<string, unknown>;

export function at(tree: unknown, pointer: string): unknown {
  return pointer === "" ? tree : pointer.split("/").reduce<unknown>((one, part) => (typeof one === "object" && one !== null ? (one as Tree)[part] : undefined), tree);
}

export function put(content: Master, pointer: string, value: unknown): Master {
  return pointer === "" ? (value as Master) : (within(content, pointer.split("/"), value) as Master);
}

function within(tree: unknown, [first, ...rest]: string[], value: unknown): unknown {
  if (first === undefined) return value;
  const copy = (Array.isArray(tree) ? [...(tree as unknown[])] : { ...(tree as object) }) as Tree;
  copy[first] = within(copy[first], rest, value);
  return copy;
}

export const phaseAt = (content: Master, pointer: string): RecipePhase | undefined => (/^phases\/\d+$/.test(pointer) ? content.phases[Number(pointer.slice(7))] : undefined);
export const pointerOf = (content: Master, id: string): string => `phases/${content.phases.findIndex((one) => one.id === id)}`;
export const operations = (content: Master): Operation<Text2>[] => content.procedure.flatMap((unit) => unit.operations);

/** The pointer of the operation that a phase stands in; null where it stands in none. */
export function operationOf(content: Master, id: string): string | null {
  for (const [u, unit] of content.procedure.entries()) {
    const o = unit.operations.findIndex((one) => one.phases.includes(id));
    if (o >= 0) return `procedure/${u}/operations/${o}`;
  }
  return null;
}

/** The phases in the order of the operations; those in none last. */
export function sorted(content: Master): Master {
  const order = operations(content).flatMap((one) => one.phases);
  const rank = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length);
  return { ...content, phases: [...content.phases].sort((a, b) => rank(a.id) - rank(b.id)) };
}

/** The next number that no phase has, by tens as recipes count. */
export function freeId(content: Master): string {
  const taken = content.phases.map((one) => Number(one.id)).filter(Number.isInteger);
  return String((Math.floor(Math.max(0, ...taken) / 10) + 1) * 10);
}

export function freeName(taken: string[], like: string): string {
  if (!taken.includes(like)) return like;
  const stem = like.replace(/-\d+$/, "");
  for (let n = 2; ; n += 1) if (!taken.includes(`${stem}-${n}`)) return `${stem}-${n}`;
}

const link = (phase: RecipePhase, change: (after: string[]) => string[]): RecipePhase => ({ ...phase, after: [...new Set(change(phase.after ?? []))] });

/** Those that waited for it wait for what it waited for. */
function unlinked(phases: RecipePhase[], id: string): RecipePhase[] {
  const before = phases.find((one) => one.id === id)?.after ?? [];
  return phases.map((one) => (one.id !== id && one.after?.includes(id) ? link(one, (after) => after.flatMap((each) => (each === id ? before : [each]))) : one));
}

function linked(phases: RecipePhase[], id: string, where: Where, other: string): RecipePhase[] {
  const before = phases.find((one) => one.id === other)?.after ?? [];
  return phases.map((one) => {
    if (one.id === id) return { ...one, after: where === "after" ? [other] : before };
    if (one.id === other) return where === "before" ? { ...one, after: [id] } : one;
    if (!one.after?.includes(other)) return one;
    if (where === "after") return link(one, (after) => after.map((each) => (each === other ? id : each)));
    return where === "beside" ? link(one, (after) => [...after, id]) : one;
  });
}

/** Out of its operation and into another, at a place counted without it; what is left empty stays for its author. */
function placed(content: Master, id: string, operation: string, index: number): Master {
  const procedure = content.procedure.map((unit, u) => ({ ...unit, operations: unit.operations.map((one, o) => {
    const phases = one.phases.filter((each) => each !== id);
    return `procedure/${u}/operations/${o}` === operation ? { ...one, phases: [...phases.slice(0, index), id, ...phases.slice(index)] } : { ...one, phases };
  }) }));
  return sorted({ ...content, procedure });
}

/** A new phase seen from another; without one, at the end and after whatever is last there. */
export function add(content: Master, phase: RecipePhase, where: Where, other: string | null): Changed {
  const host = withOperation(content);
  const last = other ?? host.phases.at(-1)?.id ?? null;
  const phases = [...host.phases, phase];
  const made = { ...host, phases: last === null ? phases : linked(phases, phase.id, where, last) };
  return settled(made, phase.id, where, last);
}

/** A phase as it is, listed after another; nothing else comes after it yet. */
export function append(content: Master, phase: RecipePhase, listedAfter: string | null): Master {
  const host = withOperation(content);
  return settled({ ...host, phases: [...host.phases, phase] }, phase.id, "after", listedAfter).content;
}

/** Takes a phase to a place in the flow; with it into the operation of the other. */
export function relink(content: Master, id: string, where: Where, other: string): Changed {
  if (id === other) return { content, pointer: pointerOf(content, id) };
  const phases = linked(unlinked(content.phases, id), id, where, other);
  return settled({ ...content, phases }, id, where, other);
}

function settled(content: Master, id: string, where: Where, other: string | null): Changed {
  const operation = (other === null ? null : operationOf(content, other)) ?? lastOperation(content);
  const listed = (at(content, operation) as Operation<Text2>).phases.filter((one) => one !== id);
  const beside = other === null ? -1 : listed.indexOf(other);
  const made = placed(content, id, operation, beside < 0 ? listed.length : where === "before" ? beside : beside + 1);
  return { content: made, pointer: pointerOf(made, id) };
}

/** Takes a phase to a place in an operation: what comes after what stays. */
export function move(content: Master, id: string, operation: string, index: number): Changed {
  const made = placed(content, id, operation, index);
  return { content: made, pointer: pointerOf(made, id) };
}

export function remove(content: Master, pointer: string): Master {
  const phase = phaseAt(content, pointer);
  if (!phase) return sorted(put(content, listOf(pointer), (at(content, listOf(pointer)) as unknown[]).filter((_, index) => index !== indexOf(pointer))));
  const phases = unlinked(content.phases, phase.id).filter((one) => one.id !== phase.id);
  const procedure = content.procedure.map((unit) => ({ ...unit, operations: unit.operations.map((one) => ({ ...one, phases: one.phases.filter((id) => id !== phase.id) })) }));
  return { ...content, phases, procedure };
}

/** A group with all its phases. */
export function removeGroup(content: Master, pointer: string): Master {
  const group = at(content, pointer) as Partial<UnitProcedure<Text2> & Operation<Text2>>;
  const within = group.operations?.flatMap((one) => one.phases) ?? group.phases ?? [];
  const without = within.reduce((made, id) => (made.phases.some((one) => one.id === id) ? remove(made, pointerOf(made, id)) : made), content);
  return put(without, listOf(pointer), (at(without, listOf(pointer)) as unknown[]).filter((_, index) => index !== indexOf(pointer)));
}

export const listOf = (pointer: string): string => pointer.split("/").slice(0, -1).join("/");
export const indexOf = (pointer: string): number => Number(pointer.split("/").at(-1));

/** Where the counts of a printed material come from, each as `of` says it. */
export const sourcesOf = ({ sources }: Printed, of: (slots: string[]) => string[] | null): Printed["sources"] =>
  Object.fromEntries(Object.entries(sources).map(([name, slots]) => [name, slots && of(slots)])) as Printed["sources"];

/** A phase by another number: whatever names it names it so. */
export function rename(content: Master, id: string, next: string): Master {
  const one = (each: string): string => (each === id ? next : each);
  const slot = (each: string): string => (each.startsWith(`${id}/`) ? next + each.slice(id.length) : each);
  const phases = content.phases.map((phase) => ({
    ...phase, id: one(phase.id),
    ...(phase.after ? { after: phase.after.map(one) } : {}),
    ...(phase.times ? { times: phase.times.map((time) => ({ ...time, since: one(time.since) })) } : {}),
    ...(phase.printed ? { printed: phase.printed.map((printed) => ({ ...printed, sources: sourcesOf(printed, (slots) => slots.map(slot)) })) } : {}),
    ...(phase.inputs ? { inputs: phase.inputs.map((input) => ({ ...input, from: input.from?.map(slot) ?? null })) } : {}),
  }));
  const procedure = content.procedure.map((unit) => ({ ...unit, operations: unit.operations.map((each) => ({ ...each, phases: each.phases.map(one) })) }));
  return { ...content, phases, procedure };
}

/** One place up or down: a phase within what it may reach, over the ends of operations; a group among its like. */
export function step(content: Master, pointer: string, by: 1 | -1): Changed {
  const phase = phaseAt(content, pointer);
  return phase ? stepPhase(content, phase.id, by) : stepGroup(content, pointer, by);
}

function stepPhase(content: Master, id: string, by: 1 | -1): Changed {
  const all = content.procedure.flatMap((unit, u) => unit.operations.map((_, o) => `procedure/${u}/operations/${o}`));
  const here = operationOf(content, id);
  if (here === null) return move(content, id, lastOperation(content), 0);
  const listed = (at(content, here) as Operation<Text2>).phases;
  const index = listed.indexOf(id) + by;
  if (index >= 0 && index < listed.length) return move(content, id, here, index);
  const next = all[all.indexOf(here) + by];
  if (next === undefined) return { content, pointer: pointerOf(content, id) };
  return move(content, id, next, by > 0 ? 0 : (at(content, next) as Operation<Text2>).phases.length);
}

function stepGroup(content: Master, pointer: string, by: 1 | -1): Changed {
  const list = [...(at(content, listOf(pointer)) as unknown[])];
  const [from, to] = [indexOf(pointer), indexOf(pointer) + by];
  if (to < 0 || to >= list.length) return { content, pointer };
  list.splice(to, 0, ...list.splice(from, 1));
  return { content: sorted(put(content, listOf(pointer), list)), pointer: `${listOf(pointer)}/${to}` };
}

/** A group dragged to a place in a list of its like, counted without it. */
export function moveGroup(content: Master, pointer: string, list: string, index: number): Changed {
  const one = at(content, pointer);
  const without = put(content, listOf(pointer), (at(content, listOf(pointer)) as unknown[]).filter((_, place) => place !== indexOf(pointer)));
  const there = at(without, list) as unknown[];
  return { content: sorted(put(without, list, [...there.slice(0, index), one, ...there.slice(index)])), pointer: `${list}/${index}` };
}

export const EMPTY: Text2 = { zh: "", en: "" };
const groups = (content: Master): string[] => content.procedure.flatMap((unit) => [unit.id, ...unit.operations.map((one) => one.id)]);

export function addOperation(content: Master, unit: number, name: Text2 = EMPTY): Changed {
  const one = { id: freeName(groups(content), "OP"), name, phases: [] };
  const list = `procedure/${unit}/operations`;
  const there = at(content, list) as unknown[];
  return { content: put(content, list, [...there, one]), pointer: `${list}/${there.length}` };
}

export function addUnit(content: Master, name: Text2 = EMPTY): Changed {
  const unit = { id: freeName(groups(content), "UP"), name, operations: [] };
  const made = { ...content, procedure: [...content.procedure, unit] };
  return { content: addOperation(made, content.procedure.length, name).content, pointer: `procedure/${content.procedure.length}` };
}

function withOperation(content: Master): Master {
  if (operations(content).length > 0) return content;
  return content.procedure.length > 0 ? addOperation(content, content.procedure.length - 1).content : addUnit(content).content;
}

function lastOperation(content: Master): string {
  const u = content.procedure.findLastIndex((unit) => unit.operations.length > 0);
  return `procedure/${u}/operations/${(content.procedure[u]?.operations.length ?? 0) - 1}`;
}
