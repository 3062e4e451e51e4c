/** Run the notebooks, then put their figures and verdicts together. */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { UserError, unknownName } from "../core/errors.js";
import { estimateInWords } from "../claims/claim.js";
import { verdictInWords } from "../claims/markdown.js";
import { galleryHtml, type GalleryFigure } from "../page/gallery.js";
import { captionText } from "../figures/spec.js";
import { useBackend } from "../runtime/backend.js";
import { tellLauncher } from "../host/launcher.js";
import { readClaims } from "./claims-store.js";
import { executeNotebook, type ExecuteNotebookOptions } from "./execute-notebook.js";
import { NotebookKernel } from "./notebook-kernel.js";
import { serializeNotebook, withStaticOutputs } from "./notebook-format.js";
import { fromRoot, packageRoot } from "../host/package-root.js";
import { figuresFolder, profileVariable, type ProfileName } from "../study/profile.js";
import { duration } from "../host/progress.js";
import { readFigure } from "./render.js";
import { makeRunsFolder, runsVariable } from "../host/runs-folder.js";
import { allModels, retrainAll } from "../recipes/train-all.js";

export interface ReproduceOptions {
  readonly profile: ProfileName;
  /** part of a notebook's name; undefined runs all */
  readonly only?: string;
  /** train the models of the profile's seeds anew, before anything else */
  readonly retrain: boolean;
  /** seconds that one cell may take */
  readonly cellSeconds: number;
  /** put pictures, tables and printed results into the notebooks themselves */
  readonly saveOutputs: boolean;
  /** folder of the logs; undefined: data/runs/ */
  readonly runs?: string;
}

/** @throws UserError naming notebook, cell and error when a cell fails; figures already made stay */
export async function reproduce({
  profile,
  only,
  retrain,
  cellSeconds,
  saveOutputs,
  runs,
}: ReproduceOptions): Promise<void> {
  const started = performance.now();
  process.env[profileVariable] = profile;
  if (runs !== undefined) process.env[runsVariable] = resolve(runs);
  const folder = figuresFolder(profile);
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK); // else the first figure would be refused, minutes from now
  makeRunsFolder();
  console.error((await useBackend()).describe());
  const notebooks = notebookPaths(only);
  if (retrain) await retrainAll(allModels(profile === "smoke" ? [1] : [1, 2, 3]));
  if (only === undefined) rmSync(join(folder, "claims.json"), { force: true });
  // the timings that are shipped want the machine
  const lanes = profile === "full" ? 1 : Math.min(2, availableParallelism());
  const run = (path: string, kernel: NotebookKernel) =>
    runNotebook(path, folder, { timeoutSecondsPerCell: cellSeconds, kernel }, saveOutputs);
  await inLanes(lanes, notebooks, run);
  const claims = readClaims(folder);
  writeGallery(folder);
  console.log(verdictTable(claims));
  console.log(`gallery: ${join(folder, "index.html")}`);
  console.log(`profile ${profile} done in ${duration((performance.now() - started) / 1000)}`);
}

/** The notebooks in order, or the one whose name contains `only`. */
function notebookPaths(only: string | undefined): string[] {
  const names = readdirSync(fromRoot("notebooks"))
    .filter(name => name.endsWith(".ipynb"))
    .sort();
  const chosen = names.filter(name => only === undefined || name.includes(only));
  if (chosen.length === 0)
    throw unknownName(
      "reproduce",
      "notebook",
      only ?? "",
      names.map(name => basename(name, ".ipynb")),
    );
  return chosen.map(name => fromRoot("notebooks", name));
}

/** All notebooks, so many at once, each lane in one kernel; after a failure no other is begun. */
async function inLanes(
  lanes: number,
  notebooks: readonly string[],
  run: (notebook: string, kernel: NotebookKernel) => Promise<void>,
): Promise<void> {
  const rest = [...notebooks];
  const failures: unknown[] = [];
  const lane = async () => {
    const kernel = new NotebookKernel({ root: packageRoot });
    try {
      for (let path = rest.shift(); path !== undefined && failures.length === 0; path = rest.shift()) {
        await run(path, kernel);
        await kernel.forget();
      }
    } catch (error) {
      failures.push(error);
    } finally {
      await kernel.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}

async function runNotebook(
  path: string,
  folder: string,
  execution: Partial<ExecuteNotebookOptions>,
  saveOutputs: boolean,
): Promise<void> {
  const name = basename(path);
  const started = performance.now();
  console.error(`${name} ...`);
  const { notebook, error } = await executeNotebook(path, {
    ...execution,
    onCell: ({ phase, number, of, seconds }) => {
      tellLauncher({ place: `${name}, cell ${number}/${of}` });
      if (phase === "end") console.error(`  ${name} cell ${number}/${of}  ${seconds.toFixed(1)} s`);
    },
  });
  const out = join(folder, "notebooks");
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, name), serializeNotebook(notebook));
  if (error !== undefined)
    throw new UserError(`reproduce: ${name}, cell ${error.cellNumber}: ${error.message}\n${error.source}`);
  if (saveOutputs) writeFileSync(path, serializeNotebook(withStaticOutputs(notebook)));
  console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** figures/index.html from claims.json and the figures beside it. */
export function writeGallery(folder: string): void {
  const names = readdirSync(folder)
    .filter(name => name.endsWith(".json") && name !== "claims.json")
    .sort();
  const figures = names.map(file => galleryFigure(folder, basename(file, ".json")));
  writeFileSync(join(folder, "index.html"), galleryHtml(readClaims(folder), figures));
}

function galleryFigure(folder: string, name: string): GalleryFigure {
  const spec = readFigure(join(folder, `${name}.json`));
  const pictured = existsSync(join(folder, `${name}.svg`));
  const pictures = pictured ? { svg: `${name}.svg`, narrowSvg: `${name}.narrow.svg` } : {};
  return { name, title: spec.title, caption: captionText(spec.caption), html: `${name}.html`, ...pictures };
}

function verdictTable(claims: ReturnType<typeof readClaims>): string {
  const rows = claims.map(c => [
    c.id,
    verdictInWords(c),
    estimateInWords({ ...c, mean: c.measured }),
    String(c.n),
    c.published,
  ]);
  const table = [["claim", "verdict", "ours, 95% interval", "problems", "the paper (published)"], ...rows];
  const widths = table[0].map((_, i) => Math.max(...table.map(row => row[i].length)));
  return table
    .map(row =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
