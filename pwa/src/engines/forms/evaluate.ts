/** What follows from a filled form, the same to the last digit as in server/engines/forms/rules.py.
 *
 * A definition is compiled once, for the object that it is; from then on an evaluation calculates again only what looks
 * at something that has changed since the one before. */
import { encode } from "../../core/canonical";
import { utf8 } from "../../core/bytes";
import { exact, ExpressionError, rounded, written, type Value as Exact } from "../expressions";
import { makePlan, sectionNode, withColumns, type Place, type Plan } from "./plan";
import { Sha256 } from "./sha256";
import { MEASURED } from "./shape";
import type { CalculationField, Definition, Field, FieldState, Limits, NumberField, ReadingField, Section, Signed, State, Value, Values, Verdict } from "./types";
import { count, isValue, read, sameExact, sameGiven, type Read } from "./values";

type Decimal = ReturnType<typeof exact>;
type MeasuredField = NumberField | ReadingField | CalculationField;
type Row = Record<string, Exact>;
/** What an expression came to, or the code of why it did not. */
type Outcome = { value: Exact; problem: null } | { value: null; problem: string };

const DOMAIN = utf8("pestle/form-signed/v1\n");
const LINE = utf8("\n");
const LEVELS = ["specification", "action", "alert"] as const;
const LARGEST = exact("1" + "0".repeat(15));
const evaluators = new WeakMap<Definition, Evaluator>();

/** How a form with these values stands. `definition` must have the shape of one, and is not to be changed afterwards: an
 * expression of it that does not compile comes to nothing. Calculations use each other's exact values and are rounded
 * once, for what is shown, judged and kept (GB/T 8170: never twice). */
export function evaluate(definition: Definition, values: Values): State {
  return evaluatorOf(definition).state(values);
}

/** What somebody signs in the field for a signature at `path`: SHA-256, in hexadecimal, over all that stands before it in
 * the form, visible and with a value. */
export function signedDigest(definition: Definition, values: Values, path: string): string {
  return evaluatorOf(definition).digest(values, path);
}

function evaluatorOf(definition: Definition): Evaluator {
  let found = evaluators.get(definition);
  if (!found) evaluators.set(definition, (found = new Evaluator(makePlan(definition))));
  return found;
}

/** A field at one path: in which repetition of its section, in which row of its table. */
interface Spot {
  place: Place;
  section: string;
  row: string;
  path: string;
}

function spotAt(place: Place, section: string, row: string): Spot {
  return { place, section, row, path: row + place.field.id };
}

class Evaluator {
  // Of this evaluation.
  private values: Values = {};
  private rows = new Map<string, number>();
  private struck = new Set<string>();
  private visible = new Map<string, boolean>();
  private exact = new Map<string, Exact>();
  private shown = new Map<string, Value>();
  private wrong = new Map<string, string>();
  private lists = new Map<string, Row[]>();
  // Of the one before, to be used again where nothing has changed.
  private readonly reads = new Map<string, { given: unknown; read: Read }>();
  private readonly runs = new Map<string, { inputs: Exact[]; outcome: Outcome }>();
  private readonly rounds = new Map<string, { exact: Decimal; value: Value }>();
  private readonly keptLists = new Map<string, Row[]>();
  private readonly lines = new Map<string, { value: Value; line: Uint8Array }>();
  private states: Record<string, FieldState> = {};

  constructor(readonly plan: Plan) {}

  state(values: Values): State {
    const unknown = this.fill(values);
    const paths: Record<string, FieldState> = {};
    const running = this.signs() ? new Sha256().update(DOMAIN) : null;
    let complete = true;
    for (const spot of this.inOrder()) {
      const one = this.kept(spot.path, this.judge(spot, running));
      paths[spot.path] = one;
      complete &&= one.problems.length === 0;
      this.take(running, spot.path, one.visible, one.value);
    }
    this.states = paths;
    return { paths, rows: Object.fromEntries(this.rows), struck: [...this.struck].sort(), unknown, complete };
  }

  digest(values: Values, path: string): string {
    this.fill(values);
    const running = new Sha256().update(DOMAIN);
    for (const spot of this.inOrder()) {
      if (spot.path === path) break;
      this.take(running, spot.path, this.visible.get(spot.path)!, this.shown.get(spot.path) ?? null);
    }
    return running.update(utf8(path)).hex();
  }

  private take(running: Sha256 | null, path: string, visible: boolean, value: Value): void {
    if (!running || !visible || value === null) return;
    let found = this.lines.get(path);
    if (found?.value !== value) this.lines.set(path, (found = { value, line: encode([path, value]) }));
    running.update(found.line).update(LINE);
  }

  /** Whether any signature has been given: only then is it worth looking at what was signed. */
  private signs(): boolean {
    for (const [path, value] of Object.entries(this.values)) {
      if (value !== null && this.plan.places.get(path.slice(path.lastIndexOf("/") + 1))?.field.type.endsWith("signature")) return true;
    }
    return false;
  }

  private fill(values: Values): string[] {
    const { rows, struck, unknown } = count(this.plan, values);
    this.values = values;
    this.rows = rows;
    this.struck = struck;
    this.visible = new Map();
    this.exact = new Map();
    this.shown = new Map();
    this.wrong = new Map();
    this.lists = new Map();
    for (const node of this.plan.order) {
      const place = this.plan.places.get(node);
      if (!place) this.visible.set(node, this.holds(this.conditionOf(node), "", ""));
      else for (const spot of this.spotsOf(place)) this.fillIn(spot);
    }
    return unknown;
  }

  private conditionOf(node: string): string {
    return `sections/${this.plan.form.sections.findIndex((one) => sectionNode(one.id) === node)}/when`;
  }

  private *inOrder(): Generator<Spot> {
    for (const section of this.plan.form.sections) {
      for (const prefix of this.prefixes(section.id)) {
        for (const one of section.fields) {
          yield* this.spotsAt(one, prefix, prefix);
          if (one.type !== "table") continue;
          for (let number = 1; number <= (this.rows.get(prefix + one.id) ?? 0); number += 1) for (const column of one.columns) yield* this.spotsAt(column, prefix, `${prefix}${one.id}/${number}/`);
        }
      }
    }
  }

  private *spotsAt(one: Field, section: string, row: string): Generator<Spot> {
    const place = this.plan.places.get(one.id)!;
    // Of fields with one id the first has it, until the check's finding is heeded.
    if (place.field === one) yield spotAt(place, section, row);
  }

  private prefixes(section: string): string[] {
    if (!this.plan.repeated.has(section)) return [""];
    return Array.from({ length: this.rows.get(section)! }, (_, at) => `${section}/${at + 1}/`);
  }

  private *spotsOf(place: Place): Generator<Spot> {
    for (const prefix of this.prefixes(place.section.id)) {
      if (!place.table) {
        yield spotAt(place, prefix, prefix);
        continue;
      }
      const table = prefix + place.table.id;
      for (let number = 1; number <= this.rows.get(table)!; number += 1) yield spotAt(place, prefix, `${table}/${number}/`);
    }
  }

  private fillIn(spot: Spot): void {
    const { place, path } = spot;
    const above = place.table ? spot.section + place.table.id : sectionNode(place.section.id);
    // What is struck out is as if it were not there: nobody is asked for it, and nothing is calculated from it.
    const visible = this.visible.get(above)! && !this.struck.has(spot.row.slice(0, -1)) && this.holds(`${place.pointer}/when`, spot.section, spot.row);
    this.visible.set(path, visible);
    this.exact.set(path, null);
    this.shown.set(path, null);
    if (!visible || place.field.type === "table" || place.field.type === "instruction") return;
    if (place.field.type === "calculation") this.calculate(spot, place.field);
    else this.readIn(path, place.field);
  }

  private readIn(path: string, field: Field): void {
    const given: unknown = Object.hasOwn(this.values, path) ? this.values[path] : null;
    if (given === null || given === undefined || given === "" || (Array.isArray(given) && given.length === 0)) return;
    if (!isValue(given)) {
      this.wrong.set(path, "format");
      return;
    }
    let before = this.reads.get(path);
    if (!before || !sameGiven(before.given, given)) this.reads.set(path, (before = { given, read: read(field, given) }));
    this.shown.set(path, before.given as Value);
    if (before.read.problem === null) this.exact.set(path, before.read.exact);
    else this.wrong.set(path, before.read.problem);
  }

  private calculate(spot: Spot, field: CalculationField): void {
    const { path } = spot;
    const { value, problem } = this.run(`${spot.place.pointer}/expression`, spot.section, spot.row);
    if (problem !== null) {
      if (problem !== "missing") this.wrong.set(path, problem);
      return;
    }
    const found = value as Decimal;
    let before = this.rounds.get(path);
    if (!before || before.exact !== found) this.rounds.set(path, (before = { exact: found, value: asShown(field, found) }));
    if (before.value === null) {
      this.wrong.set(path, "out_of_range");
      return;
    }
    this.exact.set(path, found);
    this.shown.set(path, before.value);
  }

  /** Whether a condition lets its field be there: without what it asks for it does not; one that fails hides nothing. */
  private holds(pointer: string, section: string, row: string): boolean {
    if (!this.plan.programs.has(pointer)) return true;
    const { value, problem } = this.run(pointer, section, row);
    return problem === null ? Boolean(value) : problem !== "missing";
  }

  private run(pointer: string, section: string, row: string): Outcome {
    const program = this.plan.programs.get(pointer);
    const formula = this.plan.formulas.get(pointer)!;
    if (!program) return { value: null, problem: this.plan.circles.has(formula.owner) ? "circular" : "expression" };
    const names = [...program.variables];
    const inputs = names.map((name) => this.lookUp(name, section, row, formula.mentions));
    const key = `${pointer}|${section}|${row}`;
    const before = this.runs.get(key);
    if (before && before.inputs.every((one, at) => sameExact(one, inputs[at]))) return before.outcome;
    const given: Record<string, Exact> = {};
    names.forEach((name, at) => (given[name] = inputs[at]!));
    let outcome: Outcome;
    try {
      outcome = { value: program.run(given), problem: null };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      outcome = { value: null, problem: error.code };
    }
    this.runs.set(key, { inputs, outcome });
    return outcome;
  }

  private lookUp(name: string, section: string, row: string, mentions: ReadonlySet<string>): Exact {
    const repeated = this.plan.repeated.get(name);
    if (repeated) return this.visible.get(sectionNode(name)) ? this.instances(repeated, mentions) : null;
    const place = this.plan.places.get(name)!;
    if (place.table) return this.exact.get(row + name) ?? null;
    const path = place.section.repeat ? section + name : name;
    return this.member(place.field, path, mentions);
  }

  private member(field: Field, path: string, mentions: ReadonlySet<string>): Exact {
    if (field.type !== "table") return this.exact.get(path) ?? null;
    return this.visible.get(path) ? this.table(path, field.columns, mentions) : null;
  }

  private table(path: string, columns: Field[], mentions: ReadonlySet<string>): Exact {
    const rows = this.rowsOf(path);
    // A column that is not named is not there: it may not have been calculated yet.
    return this.list(`${path}|${named(columns, mentions)}`, rows, columns, (one, row) => (mentions.has(one.id) ? this.exact.get(row + one.id) ?? null : null));
  }

  /** The rows of a table that are not struck out. */
  private rowsOf(path: string): string[] {
    return this.left(Array.from({ length: this.rows.get(path) ?? 0 }, (_, at) => `${path}/${at + 1}/`));
  }

  private left(rows: string[]): string[] {
    return this.struck.size === 0 ? rows : rows.filter((row) => !this.struck.has(row.slice(0, -1)));
  }

  private instances(section: Section, mentions: ReadonlySet<string>): Exact {
    const inside = section.fields.filter((one) => one.type !== "instruction");
    return this.list(`${section.id}|${named(withColumns(inside), mentions)}`, this.left(this.prefixes(section.id)), inside, (one, row) => (mentions.has(one.id) ? this.member(one, row + one.id, mentions) : null));
  }

  /** A list of rows, the same object as before as long as nothing in it has changed. */
  private list(key: string, rows: string[], fields: Field[], value: (field: Field, row: string) => Exact): Row[] {
    const done = this.lists.get(key);
    if (done) return done;
    const before = this.keptLists.get(key);
    let changed = before?.length !== rows.length;
    const found = rows.map((row, at): Row => {
      const made: Row = {};
      for (const one of fields) made[one.id] = value(one, row);
      const old = before?.[at];
      if (old && fields.every((one) => sameExact(old[one.id], made[one.id]))) return old;
      changed = true;
      return made;
    });
    const list = changed ? found : before!;
    this.lists.set(key, list);
    this.keptLists.set(key, list);
    return list;
  }

  private judge(spot: Spot, running: Sha256 | null): FieldState {
    const { field } = spot.place, { path } = spot;
    const calculated = field.type === "calculation";
    if (!this.visible.get(path)) return { visible: false, required: false, problems: [], verdict: "none", calculated, value: null };
    const value = this.shown.get(path)!;
    const required = field.required && field.type !== "instruction";
    const wrong = this.wrong.get(path);
    const problems = wrong === undefined ? [] : [wrong];
    const present = field.type === "table" ? this.rowsOf(path).length > 0 : value !== null;
    if (required && !present && !problems.length) problems.push("required");
    if (present && wrong === undefined) problems.push(...this.checks(spot), ...this.signed(spot, running));
    return { visible: true, required, problems, verdict: this.verdict(field, path), calculated, value };
  }

  /** Of a filled field; a check that lacks what it asks for does not judge yet. */
  private checks({ place, section, row }: Spot): string[] {
    const found: string[] = [];
    place.field.checks.forEach((_, at) => {
      const pointer = `${place.pointer}/checks/${at}/expression`;
      if (!this.plan.programs.has(pointer)) return;
      const { value, problem } = this.run(pointer, section, row);
      if (problem !== null && problem !== "missing") found.push(problem);
      else if (value === false) found.push(`check:${at + 1}`);
    });
    return found;
  }

  private signed(spot: Spot, running: Sha256 | null): string[] {
    const { field } = spot.place;
    if (field.type !== "signature" && field.type !== "second_signature") return [];
    const given = this.shown.get(spot.path) as Signed;
    const found = given.digest === running!.copy().update(utf8(spot.path)).hex() ? [] : ["stale"];
    if (field.type === "signature") return found;
    const first = this.first(spot, field.of);
    if (first === null) return [...found, "first_missing"];
    return first === given.signed_by ? [...found, "same_person"] : found;
  }

  /** Who signed what this signature confirms: in the same row, the same section, or elsewhere in the form. */
  private first(spot: Spot, id: string): Exact {
    const of = this.plan.places.get(id);
    if (of?.field.type !== "signature") return null;
    if (of.table) return this.exact.get(spot.row + id) ?? null;
    return this.exact.get(of.section.repeat ? spot.section + id : id) ?? null;
  }

  private verdict(field: Field, path: string): Verdict {
    const found = this.exact.get(path);
    if (!isMeasured(field) || found === null || found === undefined) return "none";
    return verdictOf(found as Decimal, field);
  }

  /** The state of before where it says the same, so that a screen has nothing to draw anew. */
  private kept(path: string, one: FieldState): FieldState {
    const before = this.states[path];
    if (!before || before.visible !== one.visible || before.required !== one.required || before.verdict !== one.verdict || before.value !== one.value || before.calculated !== one.calculated) return one;
    return before.problems.length === one.problems.length && before.problems.every((problem, at) => problem === one.problems[at]) ? before : one;
  }
}

function isMeasured(field: Field): field is MeasuredField {
  return MEASURED.includes(field.type);
}

function named(fields: readonly Field[], mentions: ReadonlySet<string>): string {
  return fields.filter((one) => mentions.has(one.id)).map((one) => one.id).join(",");
}

/** The narrowest range that a value leaves, rounded as its field says before it is judged. */
export function verdictOf(value: Decimal, field: { decimals: number; rounding: "gbt8170" | "half_up"; limits: Limits }): Verdict {
  const given = LEVELS.filter((level) => field.limits[level]);
  if (!given.length) return "none";
  const judged = rounded(value, field.decimals, field.rounding);
  for (const level of given) {
    const { low, high } = field.limits[level]!;
    if ((low !== null && judged.lt(exact(low))) || (high !== null && judged.gt(exact(high)))) return level;
  }
  return "within";
}

/** As text with the field's decimals; null for what no decimal text can say. */
function asShown(field: CalculationField, found: Decimal): Value {
  try {
    const text = rounded(found, field.decimals, field.rounding);
    return text.abs().gte(LARGEST) ? null : { value: written(text, field.decimals), unit: field.unit ?? "" };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return null;
  }
}

