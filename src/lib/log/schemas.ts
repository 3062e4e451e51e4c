/**
 * The record kinds of a run, one Arrow schema each. A kind is declared once, as columns: rows here have their
 * keys and values, the file their names in snake_case.
 */
import { Schema } from "apache-arrow";
import type { Precision } from "../compile/precision.js";
import { arrowField, type ColumnType, type Columns, type RowOf } from "./columns.js";
import { programs } from "../methods/codefusion/columns.js";
import { cached } from "../methods/kv-cache/columns.js";
import { repairs } from "../methods/lamp/columns.js";
import * as decoding from "./decoding-columns.js";
import * as measures from "./measure-columns.js";
import * as training from "./training-columns.js";

export type * from "./decoding-columns.js";
export type * from "./measure-columns.js";
export type * from "./training-columns.js";

const columnsOf = {
  ...{ ...decoding, ...training, ...measures },
  ...{ cached, repairs, programs },
} satisfies Readonly<Record<string, Columns>>;

export type LogKind = keyof typeof columnsOf;

/** The row type of each kind. */
export type LogRows = { readonly [K in LogKind]: RowOf<(typeof columnsOf)[K]> };

export const logKinds = Object.keys(columnsOf) as readonly LogKind[];

/** [row key, column name in the file, column type] of a kind, in file order. */
export function columnList(kind: LogKind): readonly (readonly [string, string, ColumnType])[] {
  return Object.entries<ColumnType>(columnsOf[kind]).map(([key, type]) => [key, columnName(key), type]);
}

function columnName(key: string): string {
  return key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}

/** The provenance that every log carries; further entries of the caller's record are kept. */
export interface LogMetadata {
  readonly config: unknown;
  readonly seed: number;
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly backend: string;
  readonly checkpointHash: string | null;
  /** ISO 8601, UTC */
  readonly created: string;
  /** of the library; logs from before it was written down lack this and the next */
  readonly sources?: { readonly tree: string; readonly dirty: boolean };
  /** hashes of the criteria that stood when the log was made */
  readonly criteria?: readonly string[];
  /** of matrix products; logs from before it was written down are in float32 */
  readonly precision?: Precision;
}

/**
 * The Arrow schema of a kind; its metadata, when given, become `kind` and `provenance` (JSON).
 * @param first entries that stand before those
 */
export function schemaOf(
  kind: LogKind,
  metadata?: LogMetadata,
  first: readonly (readonly [string, string])[] = [],
): Schema {
  const fields = columnList(kind).map(([, name, type]) => arrowField(name, type));
  if (metadata === undefined) return new Schema(fields);
  const entries: (readonly [string, string])[] = [
    ...first,
    ["kind", kind],
    ["provenance", JSON.stringify(metadata)],
  ];
  return new Schema(fields, new Map(entries));
}
