/**
 * Renders a chat template of unknown origin. It comes with the files of a checkpoint and is a program: steps,
 * texts and lists are bounded (as Python's sandboxed jinja2 bounds `range`), time by `within`. Departures
 * from the package, after Python's jinja2: what `{{ }}`, `~`, `string` and `join` make of True, None, numbers
 * and lists.
 */
import * as jinja from "@huggingface/jinja";
import { UserError } from "../core/errors.js";
import {
  checkWrittenSize,
  isList,
  isText,
  mostCharacters,
  printValue,
  TemplateLimit,
  tooLong,
  type TemplateValue,
} from "./template-values.js";
import type { TimeLimit } from "./time-limit.js";

/** A node of a parsed template. */
interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * The part of the package that is used. Its own declarations
 * import without extensions, which NodeNext cannot resolve.
 */
interface Scope {
  /** declares a name; returns the value as one of the engine's */
  set(name: string, value: unknown): TemplateValue;
}
interface Engine {
  evaluate(node: Node | undefined, scope: Scope): TemplateValue;
  run(program: Node): TemplateValue;
}
const { Environment, Interpreter, Template, parse, tokenize } = jinja as unknown as {
  readonly Environment: new () => Scope;
  readonly Interpreter: new (scope: Scope) => Engine;
  readonly Template: new (template: string) => { render(values: object): string };
  readonly tokenize: (template: string, options: object) => unknown;
  readonly parse: (tokens: unknown) => Node;
};

/** No published template comes near these. */
const mostTemplate = 2 ** 19;
const mostSteps = 2e6;
const mostItems = 100_000; // jinja2's MAX_RANGE
/** Letters and items of all values together, an item counted as what it takes in memory. */
const mostInAll = 1e8;
const itemWeight = 64;
const mostMilliseconds = 1500;

/**
 * @param values by their names in the template
 * @throws Error saying what is wrong with the template or what it refuses
 */
export function renderTemplate(
  template: string,
  values: Readonly<Record<string, unknown>>,
  within: TimeLimit,
): string {
  if (template.length > mostTemplate)
    throw new UserError(`it has ${template.length} characters, more than ${mostTemplate}`);
  return within(mostMilliseconds, `it takes more than ${mostMilliseconds / 1000} s`, () => {
    const program = parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true }));
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...globals, ...values })) environment.set(name, value);
    return printValue(new BoundedInterpreter(environment).run(printing(program)));
  });
}

const globals = {
  ...{ true: true, false: false, none: null, True: true, False: false, None: null },
  raise_exception: (message: unknown) => {
    throw new Error(String(message));
  },
  range: (...given: readonly number[]) => {
    const [start, stop] = given.length > 1 ? given : [0, given[0]];
    const step = given[2] ?? 1;
    const count = Math.max(0, Math.ceil((stop - start) / step));
    if (!Number.isFinite(count)) throw new Error("range() needs whole numbers, and a step that is not 0");
    if (count > mostItems) throw new TemplateLimit(`it asks for a range of ${count} numbers`);
    return Array.from({ length: count }, (_, i) => start + i * step);
  },
  strftime_now: (format: unknown) => new Template("{{ strftime_now(format) }}").render({ format }),
};

const bodies = ["body", "alternate", "defaultBlock"];
const silent = [
  "Set",
  "Macro",
  "Comment",
  "If",
  "For",
  "CallStatement",
  "FilterStatement",
  "Break",
  "Continue",
];

/** The same program with every expression that stands for its text marked as such. */
function printing(node: Node): Node {
  const marked = bodies.flatMap((name): [string, Node[]][] => {
    const list = node[name];
    if (!Array.isArray(list)) return [];
    const expression = (of: Node): Node => ({ type: "Printed", of });
    return [
      [name, (list as Node[]).map(inner => (silent.includes(inner.type) ? printing : expression)(inner))],
    ];
  });
  return { ...node, ...Object.fromEntries(marked) };
}

/** An expression whose value is known already. */
const known = (value: TemplateValue): Node => ({ type: "Known", value });

class BoundedInterpreter extends Interpreter {
  private steps = 0;
  private made = 0;

  override evaluate(node: Node | undefined, scope: Scope): TemplateValue {
    if (++this.steps > mostSteps) throw new TemplateLimit(`it takes more than ${mostSteps} steps`);
    const value = this.meaningOf(node, scope);
    this.count(value);
    return value;
  }

  private meaningOf(node: Node | undefined, scope: Scope): TemplateValue {
    const evaluate = (inner: Node): TemplateValue => this.evaluate(inner, scope);
    const asIs = (inner: Node | undefined): TemplateValue => super.evaluate(inner, scope);
    if (node === undefined) return asIs(node);
    switch (node.type) {
      case "Known":
        return node.value as TemplateValue;
      case "Printed":
        return text(printValue(evaluate(node.of as Node)));
      case "BinaryExpression":
        if ((node.operator as { value: string }).value !== "~") return asIs(node);
        return text(printValue(evaluate(node.left as Node)) + printValue(evaluate(node.right as Node)));
      case "MemberExpression":
        return memberOf(evaluate(node.object as Node), node, asIs);
      case "FilterStatement":
        return evaluate({
          type: "FilterExpression",
          operand: { type: "Program", body: node.body },
          filter: node.filter,
        });
      case "FilterExpression":
        return applyFilter(evaluate(node.operand as Node), node.filter as Node, evaluate, asIs);
      default:
        return asIs(node);
    }
  }

  /** Every value that is met counts, the same one as often as it is met. */
  private count(value: TemplateValue): void {
    const { value: held } = value;
    const letters = typeof held === "string" ? held.length : 0;
    const items = Array.isArray(held) ? held.length : held instanceof Map ? held.size : 0;
    if (letters > mostCharacters) throw tooLong();
    if (items > mostItems) throw new TemplateLimit(`it makes lists of more than ${mostItems} items`);
    this.made += letters + itemWeight * items;
    if (this.made > mostInAll) throw new TemplateLimit("it makes more text and lists than a prompt needs");
  }
}

/** A value of the engine, whose classes are not exported. */
function text(value: string): TemplateValue {
  return new Environment().set("text", value);
}

/** Filters that can make much of little are bounded before they do, and print as Python does. */
function applyFilter(
  operand: TemplateValue,
  filter: Node,
  evaluate: (node: Node) => TemplateValue,
  asIs: (node: Node) => TemplateValue,
): TemplateValue {
  const called = filter.type === "CallExpression";
  const name = String(((called ? filter.callee : filter) as Node).value);
  const args = (called ? (filter.args as readonly Node[]) : []).map(arg => argument(arg, evaluate));
  const given = args.map(({ value }) => value);
  if (name === "string") return text(printValue(operand));
  if (name === "join" && isList(operand) && given.length < 2) return text(joinItems(operand.value, given[0]));
  if (name === "tojson") checkWrittenSize(operand, longest(given), largest(given));
  if (name === "indent" && isText(operand)) {
    const lines = operand.value.split("\n").length;
    if (lines * largest(given) > mostCharacters) throw tooLong();
  }
  if (name === "replace" && isText(operand)) checkReplace(operand.value, given);
  const inner = called ? { ...filter, args: args.map(({ node }) => node) } : filter;
  return asIs({ type: "FilterExpression", operand: known(operand), filter: inner });
}

/**
 * An argument evaluated, and the node that stands for it.
 * @throws Error for arguments that a list or mapping stands for
 */
function argument(arg: Node, evaluate: (node: Node) => TemplateValue): { node: Node; value: TemplateValue } {
  if (arg.type === "SpreadExpression" || arg.type === "KeywordSpreadExpression")
    throw new Error("a filter takes no * or ** arguments here");
  const keyword = arg.type === "KeywordArgumentExpression";
  const value = evaluate(keyword ? (arg.value as Node) : arg);
  if (keyword) return { node: { ...arg, value: known(value) }, value };
  // `selectattr` looks at the kind of its arguments
  return { node: arg.type === "StringLiteral" ? arg : known(value), value };
}

function largest(given: readonly TemplateValue[]): number {
  return Math.max(0, ...given.map(({ value }) => (typeof value === "number" ? value : 0)));
}

function longest(given: readonly TemplateValue[]): number {
  const lists = given.flatMap(value => (isList(value) ? value.value : [value]));
  return Math.max(0, ...lists.map(({ value }) => (typeof value === "string" ? value.length : 0)));
}

function joinItems(items: readonly TemplateValue[], separator: TemplateValue | undefined): string {
  const between = separator === undefined ? "" : printValue(separator);
  const parts = items.map(printValue);
  const length = parts.reduce((sum, part) => sum + part.length + between.length, 0);
  if (length > mostCharacters) throw tooLong();
  return parts.join(between);
}

/** @throws TemplateLimit when `replace` could make a giant of a text */
function checkReplace(from: string, given: readonly TemplateValue[]): void {
  const [old, fresh] = given.map(({ value }) => (typeof value === "string" ? value.length : 0));
  if ((from.length / Math.max(1, old) + 1) * (fresh ?? 0) > mostCharacters) throw tooLong();
}

/** A member; a text's method `replace`, wherever it is kept and called, has its bound. */
function memberOf(object: TemplateValue, node: Node, asIs: (node: Node) => TemplateValue): TemplateValue {
  const member = asIs({ ...node, object: known(object) });
  if (!isText(object) || member.type !== "FunctionValue") return member;
  const call = member.value as (args: readonly TemplateValue[], scope: unknown) => TemplateValue;
  const value = (args: readonly TemplateValue[], within: unknown) => {
    if (args.length > 1) checkReplace(object.value, args);
    return call(args, within);
  };
  const bounded: unknown = Object.assign(Object.create(Object.getPrototypeOf(member) as object), member, {
    value,
  });
  return bounded as TemplateValue;
}
