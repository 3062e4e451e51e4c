/**
 * Bytes that lie elsewhere and are read in stretches: a file of the workbench, or a buffer that a page was
 * given.
 */
export interface ByteSource {
  /** what errors call it: a file's path */
  readonly path: string;
  readonly size: number;
  /**
   * Fills `into` with the bytes from `position` on.
   * @returns false where the source ended before
   */
  read(into: Uint8Array, position: number): boolean;
  close(): void;
}

/** @param path what errors call it */
export function bytesInMemory(bytes: Uint8Array, path: string): ByteSource {
  return {
    path,
    size: bytes.length,
    read(into, position) {
      const found = bytes.subarray(position, position + into.length);
      into.set(found);
      return found.length === into.length;
    },
    close: () => undefined,
  };
}
