/**
 * Text that a parent is adapted on, split by module, so that no held-out window has a neighbour that was
 * trained on: the Python standard library as Pyodide ships it (PSF licence), or a folder of one's own.
 */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { causeOf, UserError } from "../../core/errors.js";
import { Rng } from "../../core/rng.js";
import { zipEntries } from "../../files/zip.js";
import { fromRoot } from "../../host/package-root.js";

/** The corpus that is there wherever the project is installed. */
export const pythonLibrary = "python-stdlib";

export const corpusSplits = ["train", "validation", "test"] as const;
export type CorpusSplit = (typeof corpusSplits)[number];

export interface CorpusFile {
  /** its path in the corpus, with "/" */
  readonly path: string;
  readonly text: string;
}

/** Share of the modules that is held out, for each of the two other splits. */
const heldOut = 0.05;

/** A file of a text that people wrote is shorter; so is the whole. */
const [mostFileBytes, mostBytes] = [2 ** 20, 2 ** 28];

/**
 * The files of a split, by path.
 * @param corpus `pythonLibrary`, or a folder
 * @throws UserError for a folder that is not there, too large, or too small for the split
 */
export function corpusFiles(corpus: string, split: CorpusSplit): CorpusFile[] {
  const all = corpus === pythonLibrary ? pythonFiles() : folderFiles(corpus);
  const files = all.filter(({ path }) => splitOf(path) === split);
  if (files.length > 0) return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  throw new UserError(
    `train: the corpus ${corpus} has no text for ${split}: it is split by the files and folders at its top, ` +
      `of which it has ${new Set(all.map(({ path }) => moduleOf(path))).size}; name a folder with more.`,
  );
}

/** What a file belongs to: the folder at the top of the corpus, or itself. */
function moduleOf(path: string): string {
  return path.split("/")[0].replace(/\.py$/, "");
}

/** Decided by the module's name alone: files that are added move no others. */
export function splitOf(path: string): CorpusSplit {
  const draw = Rng.fromSeed(0).split("corpus").split(moduleOf(path)).uniform();
  return draw < heldOut ? "validation" : draw < 2 * heldOut ? "test" : "train";
}

/** Without its encodings, which are tables. */
function pythonFiles(): CorpusFile[] {
  const archive = fromRoot("node_modules", "pyodide", "python_stdlib.zip");
  const refuse = (what: string) => new UserError(`train: ${archive} ${what}; run npm ci.`);
  return zipEntries(archive, refuse)
    .filter(({ name }) => name.endsWith(".py") && !name.startsWith("encodings/"))
    .map(entry => ({ path: entry.name, text: entry.read().toString("utf8") }))
    .filter(({ text }) => text.trim() !== "");
}

/** Everything below it that is text; what begins with a dot, and installed packages, are left out. */
function folderFiles(folder: string): CorpusFile[] {
  const found: CorpusFile[] = [];
  let bytes = 0;
  const visit = (place: string): void => {
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      const path = join(place, entry.name);
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && statSync(path).size <= mostFileBytes) {
        const text = textOf(readFileSync(path));
        if (text === null) continue;
        found.push({ path: relative(folder, path).split(sep).join("/"), text });
        bytes += text.length;
        if (bytes > mostBytes)
          throw new UserError(
            `train: the corpus ${folder} has more than ${mostBytes >> 20} MB of text; name a smaller folder.`,
          );
      }
    }
  };
  try {
    visit(folder);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `train: the corpus ${folder} cannot be read (${causeOf(error)}); name a folder of text.`,
    );
  }
  return found;
}

/** Null for what is no UTF-8 text, and for nothing but white space. */
function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") || text.trim() === "" ? null : text;
  } catch {
    return null;
  }
}
