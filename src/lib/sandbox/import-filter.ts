/**
 * What the interpreter may ask of its host. A WebAssembly module reaches the outside only through its
 * imports, so this is the sandbox's list of system calls: once sealed, an import that is not allowed is
 * refused. File system calls see only Pyodide's in-memory files, and those only for reading.
 */
import { pipeDescriptor, reportDescriptor } from "./runner.js";

/** Arguments are numbers, but for offsets in files, which are 64 bits wide. */
type Import = (...args: number[]) => unknown;
type Imports = Record<string, Record<string, unknown>>;

/** The parts of the interpreter's memory that the filter reads and writes. */
export interface Heap {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
}

const allowed = new Set([
  ...(
    "_PyEM_TrampolineCall_JS _Py_emscripten_runtime can_run_sync_js JsvError_Check " + "Jsv_GetError_import"
  ).split(" "),
  ..."emscripten_get_now emscripten_date_now clock_time_get clock_res_get random_get".split(" "),
  ..."_localtime_js _gmtime_js _mktime_js _timegm_js _tzset_js".split(" "),
  ..."emscripten_resize_heap emscripten_get_heap_max".split(" "),
  ..."environ_get environ_sizes_get __call_sighandler".split(" "),
  ..."fd_pread fd_sync fd_fdstat_get __syscall_fstat64 __syscall_stat64".split(" "),
  ..."__syscall_newfstatat __syscall_lstat64 __syscall_getdents64 __syscall_getcwd __syscall_chdir".split(
    " ",
  ),
  ..."__syscall_fchdir __syscall_faccessat __syscall_readlinkat __syscall_ioctl __syscall_poll".split(" "),
  ..."__syscall_fadvise64 __syscall_statfs64 __syscall_fstatfs64 _try_fcntl64".split(" "),
]);

const wasi = new Set("fd_pwrite environ_get fd_fdstat_get".split(" "));
/** Refused with an error that Python reports as an exception; every other import stops the interpreter. */
const refusedCall =
  /^(__syscall_|_maybe_|_try_|getaddrinfo$|getnameinfo$|getprotobyname$|_emscripten_system$|_setitimer_js$)/;
const EPERM = 63;
const EROFS = 69;
const openForWritingOrCreating = 0o3 | 0o100 | 0o1000 | 0o2000; // O_ACCMODE, O_CREAT, O_TRUNC, O_APPEND
/** F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC: what changes neither a file nor how it was opened. */
const fcntlAllowed = new Set([0, 1, 2, 3, 1030]);
const writable = 2; // PROT_WRITE
/** Longest message across the boundary, in bytes: it is copied a few times. */
const longestMessage = 32 * 2 ** 20;

/** Thrown through the interpreter when a program reaches for what does not exist in here. */
export class SandboxViolation extends Error {}

export class ImportFilter {
  /** receives what programs write to descriptors 1 and 2 */
  onOutput: (bytes: Uint8Array) => void = () => {};
  /** `performance.now()` after which the process ends itself: the parent that should have done so is gone */
  deadline = Infinity;
  /** answers a program's request across the boundary; undefined where nobody listens */
  onRequest: (request: string) => string | undefined = () => undefined;
  /** is told the line of an assert that failed */
  onFailedAssert: (line: number) => void = () => {};
  private sealed = false;
  private requested: string | undefined;
  private reply: Uint8Array = new Uint8Array();
  private heap: Heap | undefined;

  /** Replaces the imports of Pyodide's module by filtered ones, in place. */
  install(imports: Imports): void {
    const env = imports["env"];
    for (const [name, original] of Object.entries(env))
      if (typeof original === "function" && !allowed.has(name))
        env[name] = this.filtered(name, original as Import);
  }

  /** From here on only what is allowed passes. */
  seal(heap: Heap): void {
    this.heap = heap;
    this.sealed = true;
  }

  private filtered(name: string, original: Import): Import {
    const whenSealed = this.special(name, original) ?? refusal(name);
    const filtered: Import = (...args) => (this.sealed ? whenSealed(...args) : original(...args));
    return Object.assign(filtered, original); // its signature, which Emscripten notes there
  }

  private special(name: string, original: Import): Import | undefined {
    switch (name) {
      case "fd_write":
        return (fd, iov, count, written) =>
          fd === 1 || fd === 2
            ? this.write(iov, count, written)
            : fd === pipeDescriptor
              ? this.request(iov, count, written)
              : original(fd, iov, count, written); // a file's own operation refuses
      case "fd_read":
        return (fd, iov, count, read) =>
          fd === pipeDescriptor ? this.readReply(iov, count, read) : original(fd, iov, count, read);
      case "fd_seek":
        return (fd, offset, whence, result) =>
          fd === reportDescriptor
            ? this.noteFailedAssert(Number(offset), result)
            : original(fd, offset, whence, result);
      case "__syscall_getuid32_js":
        return (...args) => (this.requested === undefined ? original(...args) : this.exchange());
      case "__syscall_fcntl64":
        return (fd, command, ...rest) =>
          fcntlAllowed.has(command) ? original(fd, command, ...rest) : -EPERM;
      case "_mmap_js": // (length, protection, flags, ...): a private copy may be written
        return (length, protection, flags, ...rest) =>
          protection & writable && flags & 1 ? -EPERM : original(length, protection, flags, ...rest);
      case "_munmap_js": // (address, length, protection, ...): without the right to write nothing flows back
        return (address, length, protection, ...rest) =>
          original(address, length, protection & ~writable, ...rest);
      case "fd_close":
        return (fd, ...rest) => (fd <= 2 ? EPERM : original(fd, ...rest));
      case "__syscall_openat":
        return (folder, path, flags, mode) =>
          flags & openForWritingOrCreating && !this.isDevNull(path)
            ? -EROFS
            : original(folder, path, flags, mode);
      case "_Py_CheckEmscriptenSignals_Helper":
        return () => this.checkDeadline();
      default:
        return undefined;
    }
  }

  /** Programs that silence their output write there; it keeps nothing. */
  private isDevNull(path: number): boolean {
    const name = "/dev/null\0";
    return (
      Buffer.from((this.heap as Heap).HEAPU8.subarray(path, path + name.length)).toString("latin1") === name
    );
  }

  private *pieces(iov: number, count: number): Generator<readonly [start: number, length: number]> {
    const { HEAPU32 } = this.heap as Heap;
    for (let i = 0; i < count; i++) yield [HEAPU32[(iov >>> 2) + 2 * i], HEAPU32[(iov >>> 2) + 2 * i + 1]];
  }

  private write(iov: number, count: number, written: number): number {
    const { HEAPU8, HEAPU32 } = this.heap as Heap;
    let total = 0;
    for (const [start, length] of this.pieces(iov, count)) {
      if (length > 0) this.onOutput(HEAPU8.subarray(start, start + length));
      total += length;
    }
    HEAPU32[written >>> 2] = total;
    return 0;
  }

  /** One write is one request. */
  private request(iov: number, count: number, written: number): number {
    const { HEAPU8, HEAPU32 } = this.heap as Heap;
    const parts = [...this.pieces(iov, count)];
    const total = parts.reduce((sum, [, length]) => sum + length, 0);
    if (total > longestMessage) return EPERM;
    this.requested = Buffer.concat(
      parts.map(([start, length]) => HEAPU8.slice(start, start + length)),
    ).toString();
    HEAPU32[written >>> 2] = total;
    return 0;
  }

  /**
   * Python asks for its user id while it waits: unlike a write, this
   * call keeps Python's lock, so that the other side may call back.
   */
  private exchange(): number {
    const request = this.requested as string;
    this.requested = undefined;
    const reply = this.onRequest(request) ?? "";
    this.reply = new TextEncoder().encode(reply.length > longestMessage ? "" : reply);
    return 0;
  }

  private readReply(iov: number, count: number, read: number): number {
    const { HEAPU8, HEAPU32 } = this.heap as Heap;
    let total = 0;
    for (const [start, length] of this.pieces(iov, count)) {
      const part = this.reply.subarray(0, length);
      HEAPU8.set(part, start);
      this.reply = this.reply.subarray(part.length);
      total += part.length;
    }
    HEAPU32[read >>> 2] = total;
    return 0;
  }

  private noteFailedAssert(line: number, result: number): number {
    this.onFailedAssert(line);
    (this.heap as Heap).HEAPU8.fill(0, result, result + 8);
    return 0;
  }

  private checkDeadline(): number {
    if (performance.now() > this.deadline) process.kill(process.pid, "SIGKILL");
    return 0;
  }
}

function refusal(name: string): Import {
  if (refusedCall.test(name)) return () => -EPERM;
  if (wasi.has(name)) return () => EPERM;
  return () => {
    throw new SandboxViolation(`the program reached for ${name}, which is closed in the sandbox`);
  };
}
