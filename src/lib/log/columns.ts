/**
 * One column between plain values and Arrow. Few types on purpose: what Arquero, pyarrow, DuckDB and Polars
 * all read without conversion (no dictionaries, no half floats).
 */
import { Bool, Field, Float32, Float64, Int16, Int32, List, Utf8, makeData } from "apache-arrow";
import type { Data, DataType, Vector } from "apache-arrow";
import { UserError } from "../core/errors.js";

/** The value that a row has in a column of each type. "?": or null; "[]": a list of any length. */
export interface ColumnValues {
  readonly utf8: string;
  readonly int32: number;
  readonly float32: number;
  readonly float64: number;
  readonly bool: boolean;
  readonly "utf8?": string | null;
  readonly "int32?": number | null;
  readonly "float64?": number | null;
  readonly "bool?": boolean | null;
  readonly "int16[]": ArrayLike<number>;
  readonly "int32[]": ArrayLike<number>;
  readonly "float32[]": ArrayLike<number>;
}

export type ColumnType = keyof ColumnValues;

/** A table's columns by their keys in a row, in file order. */
export type Columns = Readonly<Record<string, ColumnType>>;

/** The row that a declaration of columns describes. */
export type RowOf<C extends Columns> = { readonly [K in keyof C]: ColumnValues[C[K]] };

const numbers = {
  int16: { type: new Int16(), array: Int16Array },
  int32: { type: new Int32(), array: Int32Array },
  float32: { type: new Float32(), array: Float32Array },
  float64: { type: new Float64(), array: Float64Array },
} as const;

interface Shape {
  readonly scalar: keyof typeof numbers | "utf8" | "bool";
  readonly nullable: boolean;
  readonly list: boolean;
}

function shapeOf(type: ColumnType): Shape {
  const [, scalar, suffix] = /^(\w+)(\?|\[\])?$/.exec(type) as RegExpExecArray;
  return { scalar: scalar as Shape["scalar"], nullable: suffix === "?", list: suffix === "[]" };
}

/** The Arrow field of a column. */
export function arrowField(name: string, type: ColumnType): Field {
  return new Field(name, arrowType(type), shapeOf(type).nullable);
}

function arrowType(type: ColumnType): DataType {
  const { scalar, list } = shapeOf(type);
  if (list) return new List(new Field("item", scalarType(scalar), false));
  return scalarType(scalar);
}

function scalarType(scalar: Shape["scalar"]): DataType {
  if (scalar === "utf8") return new Utf8();
  return scalar === "bool" ? new Bool() : numbers[scalar].type;
}

/** Entries (array lengths and buffers) that a column takes in the header of a batch. */
export function headerEntries(type: ColumnType): number {
  const { scalar, list } = shapeOf(type);
  if (list) return 6;
  return scalar === "utf8" ? 4 : 3;
}

/**
 * Values of one column as Arrow data of one batch.
 * @throws UserError for a value that the column cannot hold exactly (a fraction in int32, a missing value)
 */
export function encodeColumn(name: string, type: ColumnType, values: readonly unknown[]): Data {
  const misfit = values.findIndex(v => !fits(type, v));
  if (misfit >= 0) {
    const got = typeof values[misfit] === "number" ? values[misfit] : JSON.stringify(values[misfit]);
    throw new UserError(
      `log: column "${name}" holds ${type}, but row ${misfit} of the batch has ${String(got)}; give ` +
        "every row a value of that type.",
    );
  }
  const { scalar, list } = shapeOf(type);
  if (list) return encodeLists(scalar as keyof typeof numbers, values as readonly ArrayLike<number>[]);
  const length = values.length;
  const nullCount = values.filter(v => v === null).length;
  const nullBitmap = nullCount > 0 ? bitmap(values.map(v => v !== null)) : undefined;
  const validity = { length, nullCount, nullBitmap };
  if (scalar === "bool")
    return makeData({ type: new Bool(), ...validity, data: bitmap(values.map(v => v === true)) });
  if (scalar === "utf8") {
    const encoded = values.map(v => Buffer.from((v as string | null) ?? "", "utf8"));
    const valueOffsets = offsetsOf(encoded.map(bytes => bytes.length));
    return makeData({ type: new Utf8(), ...validity, valueOffsets, data: Buffer.concat(encoded) });
  }
  return encodeNumbers(scalar, values as readonly (number | null)[], validity);
}

interface Validity {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
}

function encodeNumbers(
  scalar: keyof typeof numbers,
  values: ArrayLike<number | null>,
  validity: Partial<Validity> = {},
): Data {
  const { type, array } = numbers[scalar];
  const data = array.from(Array.from(values, v => v ?? 0));
  return makeData({ type, length: values.length, ...validity, data } as { type: Int32; data: Int32Array });
}

function fits(type: ColumnType, value: unknown): boolean {
  const { scalar, nullable, list } = shapeOf(type);
  if (value === null) return nullable;
  if (!list) return fitsScalar(scalar, value);
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return false;
  return Array.from(value as unknown as ArrayLike<unknown>).every(item => fitsScalar(scalar, item));
}

function fitsScalar(scalar: Shape["scalar"], value: unknown): boolean {
  switch (scalar) {
    case "utf8":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "int16":
      return typeof value === "number" && (value << 16) >> 16 === value;
    case "int32":
      return typeof value === "number" && (value | 0) === value;
    case "float32":
    case "float64":
      return typeof value === "number";
  }
}

function encodeLists(scalar: keyof typeof numbers, values: readonly ArrayLike<number>[]): Data {
  const valueOffsets = offsetsOf(values.map(v => v.length));
  const child = encodeNumbers(
    scalar,
    values.flatMap(v => Array.from(v)),
  );
  const type = new List(new Field("item", numbers[scalar].type as Int32, false));
  return makeData({ type, length: values.length, valueOffsets, child: child as Data<Int32> });
}

/** [n + 1] running sums, from 0. */
function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((n, i) => (offsets[i + 1] = offsets[i] + n));
  return offsets;
}

/** One bit per value, least significant first. */
function bitmap(values: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((v, i) => (bits[i >> 3] |= Number(v) << (i & 7)));
  return bits;
}

/** A column read back: a typed array for numbers, else a plain array of values, nulls and typed arrays. */
export function decodeColumn(type: ColumnType, vector: Vector): ArrayLike<unknown> {
  const { scalar, nullable, list } = shapeOf(type);
  if (list) return Array.from(vector as Iterable<Vector<Int32>>, items => items.toArray().slice());
  if (nullable || scalar === "utf8" || scalar === "bool") return Array.from(vector as Iterable<unknown>);
  return vector.toArray() as ArrayLike<number>;
}
