/** Gives every node of an expression its type before it runs, or says what does not fit and where. See checking.py. */
import { ExpressionProblem, isList, isRow, MAX_MACROS, same, type Node, type Type, type Types } from "./model";

const ORDERED = new Set<unknown>(["decimal", "text", "yes_no", "date", "time", "duration"]);
const SUMS: Record<string, Type> = {
  "text+text": "text", "duration+duration": "duration", "duration-duration": "duration", "time+duration": "time", "time-duration": "time", "time-time": "duration", "date+duration": "date", "duration+time": "time", "duration+date": "date", "date-duration": "date", "date-date": "duration",
};
const NUMBERS: Type = { list: "decimal" };
/** The arguments of each function and what it gives. */
export const FUNCTIONS: Record<string, [Type[], Type]> = {
  abs: [["decimal"], "decimal"], ceil: [["decimal"], "decimal"], floor: [["decimal"], "decimal"], round: [["decimal", "decimal"], "decimal"], round_half_up: [["decimal", "decimal"], "decimal"],
  sum: [[NUMBERS], "decimal"], mean: [[NUMBERS], "decimal"], date: [["text"], "date"], time: [["text"], "time"], duration: [["text"], "duration"],
  in_days: [["duration"], "decimal"], in_hours: [["duration"], "decimal"], in_minutes: [["duration"], "decimal"], in_seconds: [["duration"], "decimal"],
};
export const METHODS = ["startsWith", "endsWith", "contains"];
export const MACRO_NAMES = ["all", "exists", "exists_one", "filter", "map"];

/** The same nodes with their types. ExpressionProblem. */
export function check(node: Node, types: Types, wants?: Type): Node {
  const checked = checkedNode(node, types, 0);
  if (wants !== undefined && !same(checked.type, wants) && !empty(checked, wants)) throw new ExpressionProblem("result_wrong", checked.at);
  return checked;
}

/** Whether it is `[]`, which is a list of whatever is wanted. */
function empty(node: Node, wants: Type | ""): boolean {
  return node.op === "list" && node.args.length === 0 && isList(wants);
}

/** Types of two that should be alike; `[]` is a list of what the other one is a list of. */
function beside(left: Node, right: Node): [Type | "", Type | ""] {
  return [empty(left, right.type) ? right.type : left.type, empty(right, left.type) ? left.type : right.type];
}

function checkedNode(node: Node, types: Types, macros: number): Node {
  if (node.op === "value") return node;
  if (node.op === "name") {
    if (!Object.hasOwn(types, node.name)) throw new ExpressionProblem("name_unknown", node.at, { name: node.name });
    return { ...node, type: types[node.name] as Type };
  }
  if (MACRO_NAMES.includes(node.op)) return macro(node, types, macros);
  if (node.op === "call" && node.name === "has") {
    const of = node.args[0];
    if (node.args.length !== 1 || !of || !["name", "field"].includes(of.op)) throw new ExpressionProblem("arguments_wrong", node.at, { function: "has" });
    return { ...node, args: [checkedNode(of, types, macros)], type: "yes_no" };
  }
  const args = node.args.map((one) => checkedNode(one, types, macros));
  return { ...node, args, type: (OF[node.op] ?? binary)(node, args) };
}

function macro(node: Node, types: Types, macros: number): Node {
  if (macros >= MAX_MACROS) throw new ExpressionProblem("too_deep", node.at);
  const over = checkedNode(node.args[0]!, types, macros);
  if (!isList(over.type)) throw new ExpressionProblem("type_wrong", over.at);
  if (Object.hasOwn(types, node.name)) throw new ExpressionProblem("name_taken", node.at, { name: node.name });
  const inside = { ...types, [node.name]: over.type.list };
  const parts = node.args.slice(1).map((one) => checkedNode(one, inside, macros + 1));
  for (const one of node.op === "map" ? parts.slice(0, -1) : parts) must(one, "yes_no");
  const gives: Type = node.op === "map" ? { list: parts.at(-1)!.type as Type } : node.op === "filter" ? over.type : "yes_no";
  return { ...node, args: [over, ...parts], type: gives };
}

function must(node: Node, wanted: Type | ""): void {
  if (!same(node.type, wanted)) throw new ExpressionProblem("type_wrong", node.at);
}

type Checks = (node: Node, args: Node[]) => Type;

function both(_: Node, args: Node[]): Type {
  for (const one of args) must(one, "yes_no");
  return "yes_no";
}

const OF: Record<string, Checks> = {
  field(node, [of]) {
    if (!isRow(of!.type)) throw new ExpressionProblem("type_wrong", of!.at);
    if (!Object.hasOwn(of!.type.row, node.name)) throw new ExpressionProblem("field_unknown", node.at, { name: node.name });
    return of!.type.row[node.name] as Type;
  },
  index(_, [of, at]) {
    if (!isList(of!.type)) throw new ExpressionProblem("type_wrong", of!.at);
    must(at!, "decimal");
    return of!.type.list;
  },
  list(_, args) {
    for (const one of args) must(one, args[0]!.type);
    return { list: (args[0]?.type as Type | undefined) ?? "decimal" };
  },
  not(_, [of]) {
    must(of!, "yes_no");
    return "yes_no";
  },
  neg(_, [of]) {
    if (of!.type !== "decimal" && of!.type !== "duration") throw new ExpressionProblem("type_wrong", of!.at);
    return of!.type;
  },
  and: both,
  or: both,
  if(_, [condition, yes, no]) {
    must(condition!, "yes_no");
    const [left, right] = beside(yes!, no!);
    if (!same(left, right)) throw new ExpressionProblem("type_wrong", no!.at);
    return left as Type;
  },
  call(node, args) {
    const wrong = new ExpressionProblem("arguments_wrong", node.at, { function: node.name });
    if (node.name === "size") {
      if (args.length === 1 && (args[0]!.type === "text" || isList(args[0]!.type))) return "decimal";
      throw wrong;
    }
    if (node.name === "min" || node.name === "max") {
      if ((args.length === 1 && same(args[0]!.type, NUMBERS)) || (args.length > 1 && args.every((one) => one.type === "decimal"))) return "decimal";
      throw wrong;
    }
    const found = Object.hasOwn(FUNCTIONS, node.name) ? FUNCTIONS[node.name] : undefined;
    if (!found) throw new ExpressionProblem("function_unknown", node.at, { function: node.name });
    if (found[0].length !== args.length || !found[0].every((wanted, at) => same(args[at]!.type, wanted))) throw wrong;
    return found[1];
  },
  method(node, args) {
    if (!METHODS.includes(node.name)) throw new ExpressionProblem("function_unknown", node.at, { function: node.name });
    if (args.length !== 2 || !args.every((one) => one.type === "text")) throw new ExpressionProblem("arguments_wrong", node.at, { function: node.name });
    return "yes_no";
  },
};

function comparable(type: Type | ""): boolean {
  return isList(type) ? comparable(type.list) : !isRow(type);
}

function binary(node: Node, [first, second]: Node[]): Type {
  const [left, right] = beside(first!, second!);
  const wrong = new ExpressionProblem("type_wrong", second!.at);
  if (node.op === "in") {
    if (!isList(second!.type) || isRow(first!.type)) throw wrong;
    if (!empty(second!, second!.type)) must(first!, second!.type.list);
    return "yes_no";
  }
  if (node.op === "==" || node.op === "!=") {
    if (!same(left, right) || !comparable(left)) throw wrong;
    return "yes_no";
  }
  if (["<", "<=", ">", ">="].includes(node.op)) {
    if (left !== right || !ORDERED.has(left)) throw wrong;
    return "yes_no";
  }
  if (left === "decimal" && right === "decimal") return "decimal";
  if (node.op === "+" && isList(left) && same(left, right)) return left;
  const found = typeof left === "string" && typeof right === "string" ? SUMS[`${left}${node.op}${right}`] : undefined;
  if (found === undefined) throw wrong;
  return found;
}
