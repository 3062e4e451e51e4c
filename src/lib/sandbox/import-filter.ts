/**
 * What the interpreter may ask of its host. A WebAssembly module reaches the outside only through its imports, so
 * this is the sandbox's list of system calls: once sealed, an import that is not allowed is refused. File system
 * calls see only Pyodide's in-memory files, and those only for reading.
 */

type Import = (...args: number[]) => unknown;
type Imports = Record<string, Record<string, unknown>>;

/** The parts of the interpreter's memory that the filter reads and writes. */
export interface Heap {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
}

const allowed = new Set([
  ..."_PyEM_TrampolineCall_JS _Py_emscripten_runtime can_run_sync_js JsvError_Check Jsv_GetError_import".split(
    " ",
  ),
  ..."emscripten_get_now emscripten_date_now clock_time_get clock_res_get random_get".split(" "),
  ..."_localtime_js _gmtime_js _mktime_js _timegm_js _tzset_js".split(" "),
  ..."emscripten_resize_heap emscripten_get_heap_max _mmap_js _munmap_js".split(" "),
  ..."environ_get environ_sizes_get __syscall_getuid32_js __call_sighandler".split(" "),
  ..."fd_read fd_seek fd_pread fd_sync fd_fdstat_get __syscall_fstat64 __syscall_stat64".split(" "),
  ..."__syscall_newfstatat __syscall_lstat64 __syscall_getdents64 __syscall_getcwd __syscall_chdir".split(
    " ",
  ),
  ..."__syscall_fchdir __syscall_faccessat __syscall_readlinkat __syscall_ioctl __syscall_poll".split(" "),
  ..."__syscall_fadvise64 __syscall_statfs64 __syscall_fstatfs64 __syscall_fcntl64 _try_fcntl64".split(" "),
]);

const wasi = new Set("fd_pwrite environ_get fd_fdstat_get".split(" "));
/** Refused with an error that Python reports as an exception; every other import stops the interpreter. */
const refusedCall =
  /^(__syscall_|_maybe_|_try_|getaddrinfo$|getnameinfo$|getprotobyname$|_emscripten_system$|_setitimer_js$)/;
const EPERM = 63;
const EROFS = 69;
const openForWritingOrCreating = 0o3 | 0o100 | 0o1000 | 0o2000; // O_ACCMODE, O_CREAT, O_TRUNC, O_APPEND

/** Thrown through the interpreter when a program reaches for what does not exist in here. */
export class SandboxViolation extends Error {}

export class ImportFilter {
  /** receives what programs write to descriptors 1 and 2 */
  onOutput: (bytes: Uint8Array) => void = () => {};
  /** `performance.now()` after which the process ends itself: the parent that should have done so is gone */
  deadline = Infinity;
  private sealed = false;
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
    return (...args) => (this.sealed ? whenSealed(...args) : original(...args));
  }

  private special(name: string, original: Import): Import | undefined {
    switch (name) {
      case "fd_write":
        return (fd, iov, count, written) =>
          fd === 1 || fd === 2 ? this.write(iov, count, written) : original(fd, iov, count, written);
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

  private write(iov: number, count: number, written: number): number {
    const { HEAPU8, HEAPU32 } = this.heap as Heap;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const [start, length] = [HEAPU32[(iov >>> 2) + 2 * i], HEAPU32[(iov >>> 2) + 2 * i + 1]];
      if (length > 0) this.onOutput(HEAPU8.subarray(start, start + length));
      total += length;
    }
    HEAPU32[written >>> 2] = total;
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
