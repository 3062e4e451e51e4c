/**
 * Values of a chat template as Python's jinja2 prints them: True, None, 1.0,
 * ['a', 1]. The package prints JSON instead. What is printed is bounded: a
 * few lists that hold each other twice over would be text without end.
 */

/** A value of the template engine. Its classes are not exported; they are told apart by their names. */
export interface TemplateValue {
  readonly type: string;
  readonly value: unknown;
}

/** Thrown where a template asks for more than any prompt needs. */
export class TemplateLimit extends Error {}

/** Letters of a rendered prompt, or of any text on the way there. */
export const mostCharacters = 4e6;

/** What `{{ value }}`, `~`, `|string` and `|join` make of a value. @throws TemplateLimit */
export function printValue(value: TemplateValue): string {
  if (isText(value)) return value.value;
  if (value.type === "UndefinedValue") return "";
  const parts: string[] = [];
  let length = 0;
  write(value, part => {
    length += part.length;
    if (length > mostCharacters) throw tooLong();
    parts.push(part);
  });
  return parts.join("");
}

export function tooLong(): TemplateLimit {
  return new TemplateLimit(`it makes texts of more than ${mostCharacters} characters`);
}

export function isText(value: TemplateValue): value is { type: string; value: string } {
  return value.type === "StringValue";
}

export function isList(value: TemplateValue): value is { type: string; value: readonly TemplateValue[] } {
  return value.type === "ArrayValue" || value.type === "TupleValue";
}

export function entriesOf(value: TemplateValue): readonly (readonly [string, TemplateValue])[] {
  return value.value instanceof Map ? [...(value.value as ReadonlyMap<string, TemplateValue>)] : [];
}

/** Python's repr, piece by piece. */
function write(value: TemplateValue, part: (text: string) => void): void {
  if (isList(value)) {
    const [open, close] = value.type === "TupleValue" ? "()" : "[]";
    part(open);
    value.value.forEach((item, i) => (part(i > 0 ? ", " : ""), write(item, part)));
    part(value.type === "TupleValue" && value.value.length === 1 ? `,${close}` : close);
  } else if (value.value instanceof Map) {
    part("{");
    entriesOf(value).forEach(([key, item], i) => {
      part(`${i > 0 ? ", " : ""}${quotedText(key)}: `);
      write(item, part);
    });
    part("}");
  } else part(scalar(value));
}

function scalar({ type, value }: TemplateValue): string {
  switch (type) {
    case "StringValue":
      return quotedText(value as string);
    case "BooleanValue":
      return value === true ? "True" : "False";
    case "NullValue":
      return "None";
    case "IntegerValue":
      return Number.isSafeInteger(value) ? String(value) : String(BigInt(Math.round(value as number)));
    case "FloatValue":
      return float(value as number);
    default:
      return type === "UndefinedValue" ? "Undefined" : `<${type}>`;
  }
}

/** Python goes over to an exponent at 1e16 and below 1e-4, and writes it with two digits. */
function float(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (size < 1e16 && size >= 1e-4) return Number.isInteger(value) ? value.toFixed(1) : String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Single quotes, or double ones around text that has single ones only. */
function quotedText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\'\p{Cc}]/gu, character => {
    if (character === "'") return quote === "'" ? "\\'" : "'";
    return escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `${quote}${inside}${quote}`;
}

/**
 * How many letters a value comes to as JSON, counting what it holds twice twice.
 * @param each added for every value, `indent` for every value and level
 * @throws TemplateLimit as soon as it is more than a text may have
 */
export function checkWrittenSize(value: TemplateValue, each: number, indent: number): void {
  let size = 0;
  const add = (item: TemplateValue, depth: number) => {
    size += 8 + each + depth * indent + (isText(item) ? item.value.length : 0);
    if (size > mostCharacters || depth > mostDepth) throw tooLong();
    if (isList(item)) for (const inner of item.value) add(inner, depth + 1);
    else
      for (const [key, inner] of entriesOf(item)) {
        size += key.length;
        add(inner, depth + 1);
      }
  };
  add(value, 0);
}

const mostDepth = 200;
