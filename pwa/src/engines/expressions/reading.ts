/** Text to nodes: our own look at the words, then the grammar of cel-js, then its tree as ours. See reading.py on the server. */
import { Environment } from "@marcbachmann/cel-js";
import { exact } from "./numbers";
import { ExpressionProblem, MAX_BRACKETS, MAX_DEPTH, MAX_DIGITS, MAX_SOURCE, type Node, type Value } from "./model";

const WORD = /(?<space>[ \t\r\n]+)|(?<number>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)|(?<text>"(?:[^"\\\r\n]|\\["'\\nrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*"|'(?:[^'\\\r\n]|\\["'\\nrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*')|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<sign><=|>=|==|!=|&&|\|\||[<>+\-*/%!?:.,()[\]])/y;
const RESERVED = new Set(["as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "null", "return", "var", "void", "while", "__proto__", "prototype"]);
/** What a value begins with, and what it ends with. */
const BEGINS = new Set(["number", "name", "text"]), ENDS = new Set([...BEGINS, ")", "]"]);
const MACROS = new Set(["all", "exists", "exists_one", "filter", "map"]);
const BINARY = new Set(["<", "<=", ">", ">=", "==", "!=", "in", "+", "-", "*", "/", "%"]);
const MANY = 1_000_000;
// Our own limits are met first, and have codes.
const grammar = new Environment({ limits: { maxAstNodes: MANY, maxDepth: MANY, maxListElements: MANY, maxMapEntries: MANY, maxCallArguments: MANY } });

/** Characters before a place are counted as Python counts them: whole code points. */
function place(source: string, at: number): number {
  return [...source.slice(0, at)].length;
}

/** The nodes of a text. ExpressionProblem `syntax`, `too_long`, `too_deep`, `literal_too_long`. */
export function read(source: string): Node {
  look(source);
  let ast: Parsed;
  try {
    ast = grammar.parse(source).ast as unknown as Parsed;
  } catch (error) {
    const at = (error as { range?: { start: number } }).range?.start ?? source.length;
    // Now and then it is the space before the word.
    const spaces = /^[ \t\r\n]*/.exec(source.slice(at))?.[0].length ?? 0;
    throw new ExpressionProblem("syntax", place(source, Math.min(at + spaces, source.length)));
  }
  return new Reading(source).node(ast, 1);
}

/** Refuse what is no word of ours, too much of it, brackets without end, and what one of the two grammars takes alone. */
function look(source: string): void {
  if ([...source].length > MAX_SOURCE) throw new ExpressionProblem("too_long", 0);
  let [at, empty, before, last] = [0, true, "", ""];
  const refuse = (code: string): never => {
    throw new ExpressionProblem(code, place(source, at));
  };
  const choices = [false];
  let words: Word[] = [];
  while (at < source.length) {
    WORD.lastIndex = at;
    const found = WORD.exec(source);
    if (found === null) return refuse("syntax");
    const word = found[0];
    const kind = Object.entries(found.groups ?? {}).find(([, text]) => text !== undefined)?.[0] ?? "";
    // `in` and `.` stand after a value, and another value does not; `in` itself ends none.
    const ended = ENDS.has(before) && last !== "in";
    const beside = ended !== (word === "in" || word === ".") && (BEGINS.has(kind) || word === ".");
    const split = (word === "." && before === "number") || (kind === "number" && before === ".");
    const openEnded = before === "," && (word === ")" || word === "]");
    const kept = kind === "name" && (RESERVED.has(word) || (before === "." && ["in", "true", "false"].includes(word)));
    if (beside || split || openEnded || kept || (word === "!=" && !ended)) refuse("syntax");
    if (kind === "number" && word.replace(".", "").length > MAX_DIGITS) refuse("literal_too_long");
    if (word === "(" || word === "[") choices.push(false);
    else if ((word === ")" || word === "]") && choices.length > 1) choices.pop();
    else if (word === "?" || word === ":") {
      if (choices.at(-1) === (word === "?")) refuse("syntax");
      choices[choices.length - 1] = word === "?";
    }
    if (choices.length > MAX_BRACKETS + 1) refuse("too_deep");
    if (kind !== "space") {
      [empty, before, last] = [false, kind === "sign" ? word : kind, word];
      words = [...words.slice(-4), [word, kind, at]];
      const wrong = unnamed(words);
      if (wrong !== undefined) throw new ExpressionProblem("syntax", place(source, wrong));
    }
    at += word.length;
  }
  if (empty) throw new ExpressionProblem("syntax", place(source, source.length));
}

type Word = [word: string, kind: string, at: number];

/** Where a macro does not begin with a plain name for each item: the grammars stop at different places. */
function unnamed(words: Word[]): number | undefined {
  for (const back of [4, 5]) {
    const said = words.slice(-back);
    if (said.length < back || said[0]![0] !== "." || !MACROS.has(said[1]![0]) || said[2]![0] !== "(") continue;
    const [word, kind, at] = said[3]!;
    const plain = kind === "name" && !["true", "false", "in"].includes(word);
    if ((word !== ")" && !plain) || (back === 5 && plain && said[4]![0] !== "," && said[4]![0] !== ")")) return at;
  }
  return undefined;
}

/** What cel-js answers: its operators are not ours, so it is taken apart here and nowhere else. */
interface Parsed { op: string; args: unknown; start: number; end: number }

class Reading {
  private readonly wide: boolean;
  constructor(private readonly source: string) {
    this.wide = [...source].length !== source.length;
  }

  node(one: Parsed, depth: number): Node {
    const at = this.wide ? place(this.source, one.start) : one.start;
    if (depth > MAX_DEPTH) throw new ExpressionProblem("too_deep", this.first(one));
    const args = one.args as never;
    if (one.op === "value") return this.literal(one, at);
    if (one.op === "id") return made("name", at, [], args);
    if (one.op === "list") return made("list", at, this.all(args, depth));
    if (one.op === "call") return made("call", at, this.all(args[1], depth), args[0]);
    if (one.op === "!_" || one.op === "-_") return made(one.op === "!_" ? "not" : "neg", at, [this.node(args, depth + 1)]);
    return this.after(one, depth);
  }

  /** What begins where its first part does. */
  private after(one: Parsed, depth: number): Node {
    const args = one.args as never[];
    const from = (op: string, parts: Node[], name = ""): Node => made(op, parts[0]?.at ?? 0, parts, name);
    if (one.op === "?:") return from("if", this.all(args, depth));
    if (one.op === "&&" || one.op === "||") return from(one.op === "&&" ? "and" : "or", this.all(args, depth));
    if (BINARY.has(one.op)) return from(one.op, this.all(args, depth));
    if (one.op === "[]") return from("index", this.all(args, depth));
    if (one.op === ".") return from("field", [this.node(args[0]!, depth + 1)], args[1]);
    if (one.op === "rcall") return this.method(args[0]!, [this.node(args[1]!, depth + 1), ...this.all(args[2]!, depth)]);
    throw new ExpressionProblem("syntax", this.first(one));
  }

  private method(name: string, parts: Node[]): Node {
    const [of, first, ...rest] = parts as [Node, Node | undefined, ...Node[]];
    if (!MACROS.has(name)) return made("method", of.at, parts, name);
    const right = name === "map" && parts.length === 4 ? 4 : 3;
    if (parts.length !== right) throw new ExpressionProblem("macro_wrong", of.at, { function: name });
    if (first?.op !== "name") throw new ExpressionProblem("syntax", first?.at ?? of.at);
    return made(name, of.at, [of, ...rest], first.name);
  }

  private all(given: Parsed[], depth: number): Node[] {
    return given.map((one) => this.node(one, depth + 1));
  }

  /** Where the first word of a part begins. */
  private first(one: Parsed): number {
    return this.wide ? place(this.source, one.start) : one.start;
  }

  private literal(one: Parsed, at: number): Node {
    if (typeof one.args === "boolean") return made("value", at, [], "", one.args, "yes_no");
    if (typeof one.args === "string") return made("value", at, [], "", one.args, "text");
    return made("value", at, [], "", exact(this.source.slice(one.start, one.end)), "decimal");
  }
}

function made(op: string, at: number, args: Node[], name = "", value: Value = null, type: Node["type"] = ""): Node {
  return { op, at, args, name, value, type };
}
