/** Run the notebooks, then put their figures and verdicts together. */
import { accessSync, constants, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { UserError, unknownName } from "../core/errors.js";
import { estimateInWords } from "../claims/claim.js";
import { verdictInWords } from "../claims/markdown.js";
import { comparison } from "../page/comparison.js";
import { useBackend } from "../runtime/backend.js";
import { inColumns } from "../host/columns.js";
import { tellLauncher } from "../host/launcher.js";
import { readClaims } from "./claims-store.js";
import { executeNotebook, type ExecuteNotebookOptions } from "./execute-notebook.js";
import { NotebookKernel } from "./notebook-kernel.js";
import { serializeNotebook, withStaticOutputs } from "./notebook-format.js";
import { fromRoot, packageRoot } from "../host/package-root.js";
import {
  figuresVariable,
  ownFolder,
  profileVariable,
  publishedFolder,
  type ProfileName,
} from "../study/profile.js";
import { duration } from "../host/progress.js";
import { madeBy, settle } from "./publishing.js";
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
  /** in place of what is published; else among one's own, beside it */
  readonly publish: boolean;
}

/** @throws UserError naming notebook, cell and error when a cell fails; then the old page stays */
export async function reproduce(options: ReproduceOptions): Promise<void> {
  const { profile, only, retrain, cellSeconds, saveOutputs, runs, publish } = options;
  if (publish && profile !== "full")
    throw new UserError("reproduce: only the full profile is published; add --profile full to --publish.");
  const started = performance.now();
  process.env[profileVariable] = profile;
  if (runs !== undefined) process.env[runsVariable] = resolve(runs);
  const to = publish ? publishedFolder : ownFolder(profile);
  const from = emptyFolder(`${ownFolder(profile)}.making`);
  process.env[figuresVariable] = from;
  if (publish) accessSync(to, constants.W_OK); // else it would be refused minutes from now
  makeRunsFolder();
  const backend = (await useBackend()).describe();
  console.error(backend);
  const made = madeBy(profile, backend);
  const notebooks = notebookPaths(only);
  if (retrain) await retrainAll(allModels(profile === "smoke" ? [1] : [1, 2, 3]));
  // the timings that are shipped want the machine
  const lanes = profile === "full" ? 1 : Math.min(2, availableParallelism());
  const run = (path: string, kernel: NotebookKernel) =>
    runNotebook(path, ownFolder(profile), { timeoutSecondsPerCell: cellSeconds, kernel }, saveOutputs);
  await inLanes(lanes, notebooks, run);
  await settle({ from, to, whole: only === undefined, made });
  const claims = readClaims(to);
  console.log(verdictTable(claims));
  if (!publish) console.log(comparison(readClaims(publishedFolder), claims));
  console.log(`page: ${join(to, "index.html")}`);
  console.log(`profile ${profile} done in ${duration((performance.now() - started) / 1000)}`);
}

function emptyFolder(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
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

/** What a terminal shows without wrapping. */
const tableWidth = 100;

/** A line a claim; what does not fit, the page has. */
function verdictTable(claims: ReturnType<typeof readClaims>): string {
  const rows = claims.map(c => [
    c.id,
    estimateInWords({ ...c, mean: c.measured }),
    String(c.n),
    verdictInWords(c),
  ]);
  const table = [["claim", "ours, 95% interval", "problems", "verdict"], ...rows];
  return inColumns(table)
    .split("\n")
    .map(text => (text.length > tableWidth ? `${text.slice(0, tableWidth - 1)}…` : text))
    .join("\n");
}
