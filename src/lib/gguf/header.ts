/**
 * The header of a GGUF file (versions 2 and 3, little-endian): metadata by key, and which tensor lies where.
 * Every count, length and offset is checked against the file's size before anything is made of it.
 */
import type { ByteSource } from "../core/byte-source.js";
import { Cursor } from "./cursor.js";
import { tensorTypes, type TensorType } from "./tensor-types.js";

/** A metadata value and how the file spells its type. */
export interface MetadataValue {
  readonly type: ValueType;
  readonly value: number | boolean | string | readonly MetadataElement[];
  /** of an array */
  readonly elements?: ValueType;
}

export type MetadataElement = number | boolean | string | readonly MetadataElement[];
export type Metadata = ReadonlyMap<string, MetadataValue>;

export interface GgufTensor {
  readonly type: TensorType;
  /** rows first: a matrix is [rows, columns]. (The file has them the other way round.) */
  readonly shape: readonly number[];
  /** first byte and the byte after the last, in the file */
  readonly begin: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** By their number in the file. */
export const valueTypes = [
  ...(["UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "FLOAT32", "BOOL"] as const),
  ...(["STRING", "ARRAY", "UINT64", "INT64", "FLOAT64"] as const),
] as const;
export type ValueType = (typeof valueTypes)[number];

/** Bytes that a value takes at least. */
const leastBytes: Readonly<Record<ValueType, number>> = {
  ...{ UINT8: 1, INT8: 1, UINT16: 2, INT16: 2, UINT32: 4, INT32: 4, FLOAT32: 4, BOOL: 1 },
  ...{ STRING: 8, ARRAY: 12, UINT64: 8, INT64: 8, FLOAT64: 8 },
};

/**
 * Far above any vocabulary: a file that is long enough to hold more elements is still no reason to read them.
 */
const maxElements = 1 << 22;
const maxDepth = 4;
const maxDimensions = 4;
const maxKeyBytes = 65535;

/** @throws UserError saying what does not fit */
export function readGgufHeader(source: ByteSource): GgufHeader {
  const cursor = new Cursor(source);
  checkStart(cursor);
  const tensorCount = cursor.count("tensors", 24);
  const valueCount = cursor.count("metadata values", 13);
  const metadata = readMetadata(cursor, valueCount);
  const alignment = alignmentOf(cursor, metadata);
  const listed = readTensorList(cursor, tensorCount);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const [name, tensor] of listed) tensors.set(name, placed(cursor, name, tensor, dataStart, alignment));
  checkOverlap(cursor, tensors);
  return { metadata, tensors };
}

function checkStart(cursor: Cursor): void {
  if (cursor.remaining < 24) throw cursor.refuse(`has ${cursor.fileBytes} bytes, so it is cut off`);
  const magic = cursor.u32();
  if (magic !== 0x46554747) throw cursor.refuse(`does not begin with "GGUF", so it is another kind of file`);
  const version = cursor.u32();
  if (version === 2 || version === 3) return;
  if ((version & 0xffff) === 0 && version !== 0)
    throw cursor.refuse("is big-endian, only little-endian is read");
  throw cursor.refuse(`is of GGUF version ${version}, only 2 and 3 are read`);
}

function readMetadata(cursor: Cursor, count: number): Metadata {
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < count; i++) {
    const key = cursor.text(`a metadata key, number ${i},`, true);
    if (key.length > maxKeyBytes) throw cursor.refuse(`has a metadata key of ${key.length} letters`);
    if (metadata.has(key)) throw cursor.refuse(`has the metadata key ${quoted(key)} twice`);
    const type = valueType(cursor, key);
    const elements = type === "ARRAY" ? valueType(cursor, key) : undefined;
    metadata.set(key, {
      type,
      value: elements === undefined ? readValue(cursor, key, type, 0) : readArray(cursor, key, elements, 0),
      ...(elements !== undefined && { elements }),
    });
  }
  return metadata;
}

function valueType(cursor: Cursor, key: string): ValueType {
  const number = cursor.u32();
  const type = valueTypes.at(number);
  if (type === undefined || number >= valueTypes.length)
    throw cursor.refuse(`gives the metadata key ${quoted(key)} a value of the unknown type ${number}`);
  return type;
}

function readValue(cursor: Cursor, key: string, type: ValueType, depth: number): MetadataElement {
  switch (type) {
    case "UINT8":
      return cursor.u8();
    case "INT8":
      return cursor.i8();
    case "UINT16":
      return cursor.u16();
    case "INT16":
      return cursor.i16();
    case "UINT32":
      return cursor.u32();
    case "INT32":
      return cursor.i32();
    case "FLOAT32":
      return cursor.f32();
    case "BOOL":
      return cursor.u8() !== 0;
    case "STRING":
      return cursor.text(`a text in ${quoted(key)}`, false);
    case "UINT64":
      return cursor.u64();
    case "INT64":
      return cursor.i64();
    case "FLOAT64":
      return cursor.f64();
    case "ARRAY":
      return readArray(cursor, key, valueType(cursor, key), depth + 1);
  }
}

function readArray(
  cursor: Cursor,
  key: string,
  elements: ValueType,
  depth: number,
): readonly MetadataElement[] {
  if (depth > maxDepth) throw cursor.refuse(`nests arrays ${depth} deep in ${quoted(key)}`);
  const count = cursor.count(`elements in ${quoted(key)}`, leastBytes[elements]);
  if (count > maxElements)
    throw cursor.refuse(`has ${count} elements in ${quoted(key)}, at most ${maxElements} are read`);
  const list: MetadataElement[] = [];
  for (let i = 0; i < count; i++) list.push(readValue(cursor, key, elements, depth));
  return list;
}

function alignmentOf(cursor: Cursor, metadata: Metadata): number {
  const given = metadata.get("general.alignment");
  if (given === undefined) return 32;
  const { type, value } = given;
  const whole = typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= 1 << 30;
  if (type.includes("INT") && whole && (value & (value - 1)) === 0) return value;
  throw cursor.refuse(`has general.alignment ${describe(value)}, which is no power of two`);
}

interface ListedTensor {
  readonly shape: readonly number[];
  readonly type: TensorType;
  readonly offset: number;
}

function readTensorList(cursor: Cursor, count: number): ReadonlyMap<string, ListedTensor> {
  const tensors = new Map<string, ListedTensor>();
  for (let i = 0; i < count; i++) {
    const name = cursor.text(`the name of tensor ${i}`, true);
    if (tensors.has(name)) throw cursor.refuse(`has two tensors named ${quoted(name)}`);
    const dimensions = cursor.u32();
    if (dimensions > maxDimensions)
      throw cursor.refuse(
        `gives tensor ${quoted(name)} ${dimensions} dimensions, at most ${maxDimensions} may be`,
      );
    const shape = Array.from({ length: dimensions }, cursor.u64).reverse();
    const number = cursor.u32();
    const type = tensorTypes.get(number);
    if (type === undefined)
      throw cursor.refuse(`gives tensor ${quoted(name)} the type ${number}, which is unknown`);
    tensors.set(name, { shape, type, offset: cursor.u64() });
  }
  return tensors;
}

/** Where a tensor's bytes lie. Sizes beyond 2^53 are refused before they could wrap around. */
function placed(
  cursor: Cursor,
  name: string,
  { shape, type, offset }: ListedTensor,
  dataStart: number,
  alignment: number,
): GgufTensor {
  const refuse = (what: string) =>
    cursor.refuse(`${what} (tensor ${quoted(name)} of shape [${shape.join(", ")}])`);
  if (shape.some(n => !(n >= 1))) throw refuse("has a tensor with a dimension of 0");
  const row = shape.at(-1) ?? 1;
  if (row % type.values !== 0)
    throw refuse(`has rows of ${row} values where ${type.name} needs a multiple of ${type.values}`);
  const count = shape.reduce((a, b) => a * b, 1);
  const bytes = (count / type.values) * type.bytes;
  if (offset % alignment !== 0)
    throw refuse(`has a tensor at offset ${offset}, no multiple of the alignment ${alignment}`);
  const begin = dataStart + offset;
  if (!(begin + bytes <= cursor.fileBytes))
    throw refuse(
      `is cut off or its header is wrong: ${bytes} bytes from byte ${begin} on are announced, ` +
        `${cursor.fileBytes} are there`,
    );
  return { type, shape, begin, end: begin + bytes };
}

function checkOverlap(cursor: Cursor, tensors: ReadonlyMap<string, GgufTensor>): void {
  const sorted = [...tensors].sort(([, a], [, b]) => a.begin - b.begin);
  for (let i = 1; i < sorted.length; i++) {
    const [[before, { end }], [name, { begin }]] = [sorted[i - 1], sorted[i]];
    if (begin < end)
      throw cursor.refuse(`has tensors ${quoted(before)} and ${quoted(name)} in the same bytes`);
  }
}

/** Names come from the file: a long one is cut, and nothing in it can break the line. */
function quoted(name: string): string {
  return JSON.stringify(name.length <= 80 ? name : `${name.slice(0, 80)}...`);
}

function describe(value: MetadataValue["value"]): string {
  return typeof value === "object" ? "a list" : JSON.stringify(value);
}
