/**
 * Append to a log. Each `append` is one record batch in one synchronous write, so a killed process loses at most
 * the batch it was writing; a log that was cut is taken up again after its last whole batch.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../core/errors.js";
import { encodeBatch, encodeSchema } from "./batch.js";
import { endOfStream } from "./ipc-message.js";
import { scanLog, type Boundary } from "./scan.js";
import type { LogKind, LogMetadata, LogRows } from "./schemas.js";

export interface OpenLogOptions {
  /** written once, when the file is made */
  readonly metadata: LogMetadata;
  /** go on with an existing log after its first `rows` rows, dropping what follows; makes the file when rows is 0 */
  readonly resume?: { readonly rows: number };
  /** wait until each batch is on the disk: survives a power cut, not only a killed process (default false) */
  readonly fsync?: boolean;
}

/**
 * Open a log for appending; missing folders are made.
 * @throws UserError for a file that exists when `resume` is not given, that is no log of this kind and configuration,
 *   or that has no batch boundary at the rows asked for. No such file is changed.
 */
export function openLog<K extends LogKind>(path: string, kind: K, options: OpenLogOptions): LogWriter<K> {
  const { metadata, resume, fsync = false } = options;
  if (existsSync(path) && resume === undefined) {
    throw new UserError(`log: ${path} exists already; resume it at a number of rows, or name another file.`);
  }
  const start = resume === undefined ? null : boundaryToResume(path, kind, metadata, resume.rows);
  try {
    if (start === null) mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, start === null ? "w" : "r+");
    const head = start === null ? encodeSchema(kind, metadata) : new Uint8Array();
    const at = start?.end ?? 0;
    writeAll(file, head, at);
    ftruncateSync(file, at + head.length);
    return new LogWriter(path, kind, file, { rows: start?.rows ?? 0, end: at + head.length }, fsync);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * Cut a log whose writer was killed back to its last whole batch; a whole log is left as it is. Not for a log that is
 * still being written.
 * @returns the rows kept
 * @throws UserError for a file that is no log or is damaged elsewhere than at its tail; it is not changed
 */
export function recoverLog(path: string): number {
  const { boundaries, bytes, complete } = scanLog(path);
  const last = boundaries.at(-1);
  if (last === undefined) return 0; // cut inside its schema: resuming at 0 rows writes it anew
  if (complete || last.end === bytes) return last.rows;
  const file = openSync(path, "r+");
  try {
    ftruncateSync(file, last.end);
  } finally {
    closeSync(file);
  }
  return last.rows;
}

/** Where to go on; null when there is nothing yet, not even a whole schema. */
function boundaryToResume(path: string, kind: LogKind, metadata: LogMetadata, rows: number): Boundary | null {
  if (!existsSync(path)) {
    if (rows === 0) return null;
    throw new UserError(
      `log: ${path} is missing, so it cannot resume at ${rows} rows; restore it or start the run anew.`,
    );
  }
  const { header, boundaries } = scanLog(path, kind);
  const found = boundaries.find(b => b.rows === rows) ?? null;
  if (header === null && rows === 0) return null;
  if (found === null) {
    const whole = boundaries.map(b => b.rows);
    const near = [whole.filter(n => n < rows).at(-1), whole.find(n => n > rows)].filter(n => n !== undefined);
    throw new UserError(
      `log: ${path} has no batch boundary at ${rows} rows, nearest: ${near.join(" and ") || "none"}; resume at one of those or start the run anew.`,
    );
  }
  const identity = ({ config, seed }: LogMetadata) => JSON.stringify([config, seed]);
  if (header !== null && identity(header.metadata) !== identity(metadata)) {
    throw new UserError(
      `log: ${path} was written by another configuration or seed; resume with that one, or name another file.`,
    );
  }
  return found;
}

/** An open log file of one record kind. Made by `openLog`; the owner closes it. */
export class LogWriter<K extends LogKind> {
  private open = true;

  /** @param position where the next batch goes */
  constructor(
    private readonly path: string,
    private readonly kind: K,
    private readonly file: number,
    private position: Boundary,
    private readonly fsync: boolean,
  ) {}

  /** Rows in the file, those found when it was resumed included. */
  get rows(): number {
    return this.position.rows;
  }

  /**
   * Add rows as one record batch; none at all adds nothing.
   * @throws UserError for a value its column cannot hold, or a disk that takes no more; the log keeps its whole batches
   */
  append(rows: readonly LogRows[K][]): void {
    if (!this.open) throw new Error(`internal: append to ${this.path} after close`);
    if (rows.length === 0) return;
    this.write(encodeBatch(this.kind, rows), rows.length);
  }

  /** End the stream and close the file; a second call does nothing. */
  close(): void {
    if (!this.open) return;
    this.write(endOfStream, 0);
    this.open = false;
    closeSync(this.file);
  }

  private write(bytes: Uint8Array, rows: number): void {
    const { rows: before, end } = this.position;
    try {
      writeAll(this.file, bytes, end);
      if (this.fsync) fsyncSync(this.file);
    } catch (error) {
      ftruncateSync(this.file, end);
      throw cannotWrite(this.path, error);
    }
    this.position = { rows: before + rows, end: end + bytes.length };
  }
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
}

function cannotWrite(path: string, error: unknown): UserError {
  const code = (error as NodeJS.ErrnoException).code;
  return new UserError(
    `log: ${path} cannot be written (${code}); make room or choose a folder that you can write to.`,
  );
}
