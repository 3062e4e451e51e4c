/**
 * Append to a log. Each `append` is one record batch in one synchronous write, so a killed process loses at
 * most the batch it was writing; a log that was cut is taken up again after its last whole batch. A power cut
 * loses at most the batches of the last seconds that nobody asked to `sync`.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../core/errors.js";
import { inPhase } from "../core/phases.js";
import { disk } from "../files/disk.js";
import { makeFolders, replaceFile, writeAll } from "../files/durable.js";
import { cannotWrite, writing } from "../files/file-error.js";
import { encodeBatch, encodeSchema } from "./batch.js";
import { endOfStream } from "./ipc-message.js";
import { scanLog, type Boundary } from "./scan.js";
import type { LogKind, LogMetadata, LogRows } from "./schemas.js";

export interface OpenLogOptions {
  /** written once, when the file is made */
  readonly metadata: LogMetadata;
  /**
   * go on with an existing log after its first `rows` rows,
   * dropping what follows; makes the file when rows is 0
   */
  readonly resume?: { readonly rows: number };
  /** wait until each batch is on the disk (default: every few seconds, when asked to, and at the end) */
  readonly fsync?: boolean;
  /** called before every change of the file: throws when another process may be writing it */
  readonly guard?: () => void;
}

/** Batches stay this long in the system's memory at most, when more follow. */
const syncSeconds = 10;

/**
 * Open a log for appending; missing folders are made. A log that is gone on with
 * is copied up to where it goes on and put into the old one's place: a writer of
 * before that still holds the old file open can no longer reach the log.
 * @throws UserError for a file that exists when `resume` is not given, that is no log of this kind and
 *   configuration, or that has no batch boundary at the rows asked for. No such file is changed.
 */
export function openLog<K extends LogKind>(path: string, kind: K, options: OpenLogOptions): LogWriter<K> {
  const { metadata, resume, fsync = false, guard } = options;
  if (existsSync(path) && resume === undefined) {
    throw new UserError(`log: ${path} exists already; resume it at a number of rows, or name another file.`);
  }
  const found = resume === undefined ? null : boundaryToResume(path, kind, metadata, resume.rows);
  return writing("log", path, () => {
    if (found === null) makeFolders(dirname(path));
    const begun = found === null ? encodeSchema(kind, metadata) : readFileSync(path).subarray(0, found.end);
    const file = replaceFile(path, partial => writeAll(partial, begun, 0), { guard, keepOpen: true });
    const position = { rows: found?.rows ?? 0, end: begun.length };
    return new LogWriter(path, kind, file, position, { fsync, guard, sealed: found?.sealed ?? true });
  });
}

/**
 * Cut a log whose writer was killed back to its last whole batch; a
 * whole log is left as it is. Not for a log that is still being written.
 * @returns the rows kept
 * @throws UserError for a file that is no log or is damaged elsewhere than at its tail; it is not changed
 */
export function recoverLog(path: string): number {
  const { boundaries, bytes, complete } = scanLog(path);
  const last = boundaries.at(-1);
  if (last === undefined) return 0; // cut inside its schema: resuming at 0 rows writes it anew
  if (complete || last.end === bytes) return last.rows;
  writing("log", path, () => {
    const file = disk.open(path, "r+");
    try {
      disk.truncate(file, last.end);
      disk.sync(file);
    } finally {
      disk.close(file);
    }
  });
  return last.rows;
}

interface Start extends Boundary {
  readonly sealed: boolean;
}

/** Where to go on; null when there is nothing yet, not even a whole schema. */
function boundaryToResume(path: string, kind: LogKind, metadata: LogMetadata, rows: number): Start | null {
  if (!existsSync(path)) {
    if (rows === 0) return null;
    throw new UserError(
      `log: ${path} is missing, so it cannot resume at ${rows} rows; restore it or start the run anew.`,
    );
  }
  const { header, boundaries, sealed } = scanLog(path, { kind, rows });
  const found = boundaries.find(b => b.rows === rows) ?? null;
  if (header === null && rows === 0) return null;
  if (found === null) {
    const whole = boundaries.map(b => b.rows);
    const near = [whole.filter(n => n < rows).at(-1), whole.find(n => n > rows)].filter(n => n !== undefined);
    throw new UserError(
      `log: ${path} has no batch boundary at ${rows} rows, nearest: ${near.join(" and ") || "none"}; ` +
        "resume at one of those or start the run anew.",
    );
  }
  const identity = ({ config, seed }: LogMetadata) => JSON.stringify([config, seed]);
  if (header !== null && identity(header.metadata) !== identity(metadata)) {
    throw new UserError(
      `log: ${path} was written by another configuration or seed; resume with that one, or name ` +
        "another file.",
    );
  }
  return { ...found, sealed };
}

interface WriterOptions extends Pick<OpenLogOptions, "fsync" | "guard"> {
  /** batches get checksums, as the schema has one */
  readonly sealed: boolean;
}

/** An open log file of one record kind. Made by `openLog`; the owner closes it. */
export class LogWriter<K extends LogKind> {
  private open = true;
  /** by the clock of `performance` */
  private synced = performance.now();

  /** @param position where the next batch goes */
  constructor(
    private readonly path: string,
    private readonly kind: K,
    private readonly file: number,
    private position: Boundary,
    private readonly options: WriterOptions,
  ) {}

  /** Rows in the file, those found when it was resumed included. */
  get rows(): number {
    return this.position.rows;
  }

  /**
   * Add rows as one record batch; none at all adds nothing.
   * @throws UserError for a value its column cannot hold, or a
   *   disk that takes no more; the log keeps its whole batches
   */
  append(rows: readonly LogRows[K][]): void {
    if (!this.open) throw new Error(`internal: append to ${this.path} after close`);
    if (rows.length === 0) return;
    inPhase("log", () => this.write(encodeBatch(this.kind, rows, this.options.sealed), rows.length));
    if (this.options.fsync === true || performance.now() - this.synced > 1000 * syncSeconds) this.sync();
  }

  /** Wait until all rows are on the disk: what counts them may be written then. */
  sync(): void {
    inPhase("log", () => this.orGiveUp(() => disk.sync(this.file)));
    this.synced = performance.now();
  }

  /**
   * End the stream, bring it to the disk and close the file;
   * a second call, or one after a failed write, does nothing.
   */
  close(): void {
    if (!this.open) return;
    this.write(endOfStream, 0);
    this.sync();
    this.open = false;
    disk.close(this.file);
  }

  private write(bytes: Uint8Array, rows: number): void {
    const { rows: before, end } = this.position;
    this.orGiveUp(() => {
      this.options.guard?.();
      try {
        writeAll(this.file, bytes, end);
      } catch (error) {
        disk.truncate(this.file, end);
        throw error;
      }
    });
    this.position = { rows: before + rows, end: end + bytes.length };
  }

  /** After a failed write nothing more is written: neither rows nor the mark of the end. */
  private orGiveUp(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.open = false;
      disk.close(this.file);
      throw cannotWrite("log", this.path, error);
    }
  }
}
