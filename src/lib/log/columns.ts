/**
 * One column between plain values and Arrow. Few types on purpose: what Arquero, pyarrow, DuckDB and Polars all
 * read without conversion (no dictionaries, no half floats, no compression).
 */
import { Bool, Float32, Float64, Int32, List, Utf8, Field, makeData } from "apache-arrow";
import type { Data, DataType, Vector } from "apache-arrow";
import { UserError } from "../core/errors.js";

/** `bool?` may hold null; every other column has a value in every row. */
export type ColumnType = "utf8" | "int32" | "float32" | "float64" | "bool" | "bool?" | "float32[]";

/** The column types that can hold a row's value of type V. */
export type ColumnTypeOf<V> = [V] extends [string]
  ? "utf8"
  : [V] extends [number]
    ? "int32" | "float32" | "float64"
    : [V] extends [boolean]
      ? "bool"
      : [V] extends [boolean | null]
        ? "bool?"
        : [V] extends [ArrayLike<number>]
          ? "float32[]"
          : never;

const listItem = new Field("item", new Float32(), false);

/** The Arrow field of a column. */
export function arrowField(name: string, type: ColumnType): Field {
  return new Field(name, arrowType(type), type === "bool?");
}

function arrowType(type: ColumnType): DataType {
  switch (type) {
    case "utf8":
      return new Utf8();
    case "int32":
      return new Int32();
    case "float32":
      return new Float32();
    case "float64":
      return new Float64();
    case "bool":
    case "bool?":
      return new Bool();
    case "float32[]":
      return new List(listItem);
  }
}

/** Entries (array lengths and buffers) that a column takes in the header of a batch. */
export function headerEntries(type: ColumnType): number {
  switch (type) {
    case "int32":
    case "float32":
    case "float64":
    case "bool":
    case "bool?":
      return 3;
    case "utf8":
      return 4;
    case "float32[]":
      return 6;
  }
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
      `log: column "${name}" holds ${type}, but row ${misfit} of the batch has ${String(got)}; give every row a value of that type.`,
    );
  }
  const length = values.length;
  switch (type) {
    case "utf8":
      return encodeStrings(values as readonly string[]);
    case "int32":
      return makeData({ type: new Int32(), length, data: Int32Array.from(values as readonly number[]) });
    case "float32":
      return makeData({ type: new Float32(), length, data: Float32Array.from(values as readonly number[]) });
    case "float64":
      return makeData({ type: new Float64(), length, data: Float64Array.from(values as readonly number[]) });
    case "bool":
    case "bool?":
      return encodeBooleans(values as readonly (boolean | null)[]);
    case "float32[]":
      return encodeLists(values as readonly ArrayLike<number>[]);
  }
}

function fits(type: ColumnType, value: unknown): boolean {
  switch (type) {
    case "utf8":
      return typeof value === "string";
    case "int32":
      return typeof value === "number" && (value | 0) === value;
    case "float32":
    case "float64":
      return typeof value === "number";
    case "bool":
      return typeof value === "boolean";
    case "bool?":
      return typeof value === "boolean" || value === null;
    case "float32[]":
      return Array.isArray(value) || ArrayBuffer.isView(value);
  }
}

function encodeStrings(values: readonly string[]): Data {
  const encoded = values.map(v => Buffer.from(v, "utf8"));
  const valueOffsets = offsetsOf(encoded.map(bytes => bytes.length));
  const data = Buffer.concat(encoded);
  return makeData({ type: new Utf8(), length: values.length, valueOffsets, data });
}

function encodeBooleans(values: readonly (boolean | null)[]): Data {
  const nullCount = values.filter(v => v === null).length;
  return makeData({
    type: new Bool(),
    length: values.length,
    nullCount,
    nullBitmap: nullCount > 0 ? bitmap(values.map(v => v !== null)) : undefined,
    data: bitmap(values.map(v => v === true)),
  });
}

function encodeLists(values: readonly ArrayLike<number>[]): Data {
  const valueOffsets = offsetsOf(values.map(v => v.length));
  const items = new Float32Array(valueOffsets[values.length]);
  values.forEach((v, i) => items.set(v, valueOffsets[i]));
  const child = makeData({ type: new Float32(), length: items.length, data: items });
  return makeData({ type: new List(listItem), length: values.length, valueOffsets, child });
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

/** A column read back: typed arrays for numbers, plain arrays of strings, booleans or Float32Arrays otherwise. */
export function decodeColumn(type: ColumnType, vector: Vector): ArrayLike<unknown> {
  switch (type) {
    case "int32":
    case "float32":
    case "float64":
      return vector.toArray() as ArrayLike<number>;
    case "utf8":
    case "bool":
    case "bool?":
      return Array.from(vector as Iterable<unknown>);
    case "float32[]":
      return Array.from(vector as Iterable<Vector<Float32>>, list => list.toArray().slice());
  }
}
