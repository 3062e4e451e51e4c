/**
 * Pyodide's in-memory files, frozen: their contents lie outside the WebAssembly memory that is set back after
 * every program, so nothing may change them. Descriptors get their flags and positions back.
 */

interface Stream {
  flags: number;
  position: number;
}

interface Node {
  readonly node_ops: Record<string, unknown>;
  readonly stream_ops: Record<string, unknown>;
}

/** The parts of Emscripten's file system that are used here. */
export interface FileSystem {
  streams: (Stream | null | undefined)[];
  readonly ErrnoError: new (errno: number) => Error;
  chdir(path: string): void;
  cwd(): string;
  lookupPath(path: string): { readonly node: Node };
}

export interface FrozenFiles {
  /** Descriptors and the working folder as they were when the files were frozen. */
  restore(): void;
}

const EROFS = 69;
const changingNode = ["setattr", "mknod", "rename", "unlink", "rmdir", "symlink"];
const changingStream = ["write", "msync", "allocate"];

export function freezeFiles(fs: FileSystem): FrozenFiles {
  const refuse = () => {
    throw new fs.ErrnoError(EROFS);
  };
  const { node: folder } = fs.lookupPath("/lib");
  const zip = "/lib/python314.zip";
  // Every file shares one table of operations with the others of its kind, and so does every folder.
  for (const { node_ops: nodes, stream_ops: streams } of [folder, fs.lookupPath(zip).node]) {
    for (const name of changingNode) if (name in nodes) nodes[name] = refuse;
    for (const name of changingStream) if (name in streams) streams[name] = refuse;
  }
  const open = fs.streams.map(stream => stream && { stream, flags: stream.flags, position: stream.position });
  const home = fs.cwd();
  return {
    restore() {
      fs.streams.length = 0;
      for (const kept of open) {
        if (kept) Object.assign(kept.stream, { flags: kept.flags, position: kept.position });
        fs.streams.push(kept && kept.stream);
      }
      fs.chdir(home);
    },
  };
}
