/**
 * A disk that remembers what of every change has reached it, so that a test can
 * look at what would be there had the process been killed, or the power gone, after
 * any of them. Changes are really made; what would be left is laid out elsewhere.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Rng } from "../../src/lib/core/rng.js";
import { disk } from "../../src/lib/files/disk.js";

/** What a crash leaves: files of a folder by their path in it. */
export type Leftovers = ReadonlyMap<string, Buffer>;

/** How a crash ends a run. */
export const crashes = {
  /** the process goes, the system stays */
  killed: "killed",
  /** nothing is left that was not brought to the disk, neither content nor names */
  lost: "the power goes and takes all that was not synced",
  /** names and sizes are there before the content: zeros in place of what was not brought to the disk */
  zeros: "the power goes, names and sizes are there and content is zeros",
  /** of content that was not brought to the disk some sectors are there, at random, and names are */
  torn: "the power goes and some sectors are written, some not",
} as const;

export type Crash = keyof typeof crashes;

interface Inode {
  content: Buffer;
  synced: Buffer;
}

const sector = 512;

/**
 * Do work while every change below `root` is recorded.
 * @param after called after every change with what each crash would leave there
 */
export async function onCrashingDisk<T>(
  root: string,
  work: () => Promise<T> | T,
  after: (change: string, left: (crash: Crash) => Leftovers) => void,
): Promise<T> {
  const real = { ...disk };
  const files = new Map<number, Inode>();
  const [names, synced] = [new Map<string, Inode>(), new Map<string, Inode>()];
  let count = 0;
  const changed = (what: string) => after(what, crash => leftovers(root, names, synced, crash, count++));
  Object.assign(disk, {
    open(path, flags) {
      const file = real.open(path, flags);
      const inode = flags === "wx" ? { content: Buffer.alloc(0), synced: Buffer.alloc(0) } : names.get(path);
      if (inode === undefined) throw new Error(`${path} was not written through the disk`);
      names.set(path, inode);
      files.set(file, inode);
      changed(`open ${relative(root, path)}`);
      return file;
    },
    write(file, bytes, position) {
      // at most half at first, as a disk may: the rest comes in a second call
      const part = bytes.subarray(0, bytes.length > 64 ? bytes.length >> 1 : bytes.length);
      const n = real.write(file, part, position);
      const inode = files.get(file) as Inode;
      const grown = Buffer.alloc(Math.max(inode.content.length, position + n));
      inode.content.copy(grown);
      grown.set(part.subarray(0, n), position);
      inode.content = grown;
      changed("write");
      return n;
    },
    truncate(file, length) {
      real.truncate(file, length);
      const inode = files.get(file) as Inode;
      inode.content = inode.content.subarray(0, length);
      changed("truncate");
    },
    sync(file) {
      real.sync(file);
      const inode = files.get(file) as Inode;
      inode.synced = Buffer.from(inode.content);
      changed("sync");
    },
    close(file) {
      real.close(file);
      files.delete(file);
    },
    rename(from, to) {
      real.rename(from, to);
      const inode = names.get(from);
      names.delete(from);
      if (inode !== undefined) names.set(to, inode);
      changed(`rename ${relative(root, from)} to ${relative(root, to)}`);
    },
    link(from, to) {
      real.link(from, to);
      const inode = names.get(from);
      if (inode !== undefined) names.set(to, inode);
      changed(`link ${relative(root, from)} to ${relative(root, to)}`);
    },
    remove(path) {
      real.remove(path);
      if (names.delete(path)) changed(`remove ${relative(root, path)}`);
    },
    makeFolder(path) {
      real.makeFolder(path);
      changed(`make folder ${relative(root, path)}`);
    },
    syncFolder(folder) {
      real.syncFolder(folder);
      for (const path of new Set([...names.keys(), ...synced.keys()])) {
        if (dirname(path) !== folder) continue;
        const inode = names.get(path);
        if (inode === undefined) synced.delete(path);
        else synced.set(path, inode);
      }
      changed(`sync folder ${relative(root, folder)}`);
    },
  } satisfies typeof disk);
  try {
    return await work();
  } finally {
    Object.assign(disk, real);
  }
}

function leftovers(
  root: string,
  names: ReadonlyMap<string, Inode>,
  synced: ReadonlyMap<string, Inode>,
  crash: Crash,
  seed: number,
): Leftovers {
  const rng = Rng.fromSeed(seed);
  const content = (inode: Inode): Buffer => {
    if (crash === "killed") return Buffer.from(inode.content);
    if (crash === "lost") return Buffer.from(inode.synced);
    const left = Buffer.alloc(inode.content.length);
    inode.synced.copy(left);
    if (crash === "torn")
      for (let at = inode.synced.length - (inode.synced.length % sector); at < left.length; at += sector)
        if (rng.int(2) === 1) inode.content.copy(left, at, at, at + sector);
    return left;
  };
  const there = crash === "lost" ? synced : names;
  return new Map([...there].map(([path, inode]) => [relative(root, path), content(inode)]));
}

/** Lays out in a folder what a crash left. */
export function layOut(folder: string, left: Leftovers): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of left) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}

/** Whether two crashes left the same. */
export function fingerprint(left: Leftovers): string {
  return [...left]
    .map(([name, bytes]) => `${name} ${bytes.toString("base64")}`)
    .sort()
    .join("\n");
}
