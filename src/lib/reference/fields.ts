/**
 * Reading a JSON file of the reference by its layout: a field
 * that is missing or of another kind names file and field.
 */
import { UserError } from "../core/errors.js";
import { isJsonObject, type JsonObject } from "../core/json-text.js";
import { readJsonFile as readJson } from "../files/text-file.js";

/** A file that cannot be read or does not hold what its layout promises. The command ends with status 2. */
export class UnreadableReference extends UserError {}

/** The JSON object or list in a file. */
export function readJsonFile(file: string): unknown {
  return readJson(
    file,
    what => new UnreadableReference(`check:reference: ${file} ${what}; restore it from where it came.`),
    Infinity,
  );
}

/** Typed access to one object of a file; `where` names it in errors. */
export class Fields {
  constructor(
    private readonly value: unknown,
    readonly where: string,
  ) {
    if (!isJsonObject(value)) throw this.misfit("", "an object");
  }

  /** Whether the field is there and not null. */
  has(key: string): boolean {
    return (this.object[key] ?? null) !== null;
  }

  keys(): string[] {
    return Object.keys(this.object);
  }

  raw(key: string): unknown {
    return this.object[key];
  }

  number(key: string): number {
    const value = this.object[key];
    if (typeof value !== "number") throw this.misfit(key, "a number");
    return value;
  }

  text(key: string): string {
    const value = this.object[key];
    if (typeof value !== "string") throw this.misfit(key, "a string");
    return value;
  }

  flag(key: string): boolean {
    const value = this.object[key];
    if (typeof value !== "boolean") throw this.misfit(key, "true or false");
    return value;
  }

  child(key: string): Fields {
    return new Fields(this.object[key], `${this.where}, ${key}`);
  }

  /** A list of objects. */
  list(key: string): Fields[] {
    const value = this.object[key];
    if (!Array.isArray(value)) throw this.misfit(key, "a list");
    return value.map((item, i) => new Fields(item, `${this.where}, ${key} ${i}`));
  }

  numbers(key: string): number[] {
    return this.deep<number[]>(key, 1, "number");
  }

  matrix(key: string): number[][] {
    return this.deep<number[][]>(key, 2, "number");
  }

  cube(key: string): number[][][] {
    return this.deep<number[][][]>(key, 3, "number");
  }

  texts(key: string): string[] {
    return this.deep<string[]>(key, 1, "string");
  }

  /** Nested lists of numbers in which null stands for "not a candidate". */
  cubeOrNull(key: string): (number | null)[][][] {
    return this.deep<(number | null)[][][]>(key, 3, "number", true);
  }

  matrixOrNull(key: string): (number | null)[][] {
    return this.deep<(number | null)[][]>(key, 2, "number", true);
  }

  private deep<T>(key: string, depth: number, kind: "number" | "string", orNull = false): T {
    const fits = (value: unknown, level: number): boolean =>
      level === 0
        ? typeof value === kind || (orNull && value === null)
        : Array.isArray(value) && value.every(item => fits(item, level - 1));
    const value = this.object[key];
    if (!fits(value, depth)) throw this.misfit(key, `${"lists of ".repeat(depth - 1)}a list of ${kind}s`);
    return value as T;
  }

  private get object(): JsonObject {
    return this.value as JsonObject;
  }

  private misfit(key: string, wanted: string): UnreadableReference {
    const what = key === "" ? "is not" : `has no field ${key} that is`;
    return new UnreadableReference(
      `check:reference: ${this.where} ${what} ${wanted}; the layout is described in the README beside ` +
        "the reference data.",
    );
  }
}
