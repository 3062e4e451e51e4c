/** A file as the bytes that the instrument's readers take. */
import { closeSync, readSync } from "node:fs";
import type { ByteSource } from "../core/byte-source.js";
import type { UserError } from "../core/errors.js";
import { openRegular } from "./text-file.js";

/** The system reads no more than 2 GB in one call. */
const mostAtOnce = 1 << 30;

/**
 * A regular file, open until it is closed.
 * @param refuse the reader's sentence around why it cannot be opened
 * @throws what `refuse` makes of it
 */
export function openBytes(path: string, refuse: (what: string) => UserError): ByteSource {
  const { fd, size } = openRegular(path, what => refuse(what.replace(/^cannot be read/, "cannot be opened")));
  return {
    path,
    size,
    read(into, position) {
      for (let done = 0; done < into.length;) {
        const n = readSync(fd, into, done, Math.min(into.length - done, mostAtOnce), position + done);
        if (n === 0) return false;
        done += n;
      }
      return true;
    },
    close: () => closeSync(fd),
  };
}
