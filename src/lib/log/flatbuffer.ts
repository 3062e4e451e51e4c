/**
 * Reading a flatbuffer by hand: where its offsets point, every one checked
 * against the bytes there are. What does not fit throws a RangeError.
 */

/** Where the offset stored at `at` points. */
export function followPointer(view: DataView, at: number): number {
  return at + view.getUint32(at, true);
}

/** Where field `index` of the table at `table` is stored; null when it is absent (the default value). */
export function fieldAt(view: DataView, table: number, index: number): number | null {
  const vtable = table - view.getInt32(table, true);
  const slot = 4 + 2 * index;
  if (slot >= view.getUint16(vtable, true)) return null;
  const offset = view.getUint16(vtable + slot, true);
  return offset === 0 ? null : table + offset;
}

export function vectorAt(
  view: DataView,
  field: number | null,
  elementBytes: number,
): { at: number; length: number } {
  if (field === null) return { at: 0, length: 0 };
  const vector = followPointer(view, field);
  const length = view.getUint32(vector, true);
  if (vector + 4 + length * elementBytes > view.byteLength)
    throw new RangeError("a vector longer than its message");
  return { at: vector + 4, length };
}

export function int64(view: DataView, field: number | null): number {
  const value = field === null ? 0 : Number(view.getBigInt64(field, true));
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError("a negative or huge length");
  return value;
}

export function mustHave(field: number | null, what: string): number {
  if (field === null) throw new RangeError(`no ${what}`);
  return field;
}

/** The text that the offset stored at `at` points to, and where its bytes begin. */
export function textAt(view: DataView, at: number): { readonly text: string; readonly at: number } {
  const vector = vectorAt(view, at, 1);
  const bytes = new Uint8Array(view.buffer, view.byteOffset + vector.at, vector.length);
  return { text: new TextDecoder().decode(bytes), at: vector.at };
}
