/** The page of a folder of claims and figures: what lies there and in the notebooks, put together. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { parseJson } from "../core/json-text.js";
import { bare } from "../figures/frame.js";
import { replaceWith } from "../files/durable.js";
import { fromRoot, packageRoot } from "../host/package-root.js";
import type { Made, PageFigure, PageInput } from "../page/input.js";
import { pageHtml } from "../page/page.js";
import { recordingsOf } from "../page/unmasking.js";
import { publishedFolder } from "../study/profile.js";
import { readClaims } from "./claims-store.js";
import { readNotebook, sourceOf } from "./notebook-format.js";
import { readFigure } from "./render.js";

export const madeFile = "made.json";
const notFigures = ["claims.json", madeFile];
const playgroundFile = "figures/playground.html";

/** Writes index.html and figures.js into a folder: of what is published, or of one's own run beside it. */
export function writePage(folder: string): void {
  const input = pageInput(folder);
  const explored = input.figures.filter(
    ({ spec, folder: from }) => from === "" && recordingsOf(spec).length === 0,
  );
  const data = Object.fromEntries(
    explored.map(({ spec }) => [spec.name, { data: spec.data, ...bare(spec) }]),
  );
  replaceWith(
    join(folder, "figures.js"),
    `Object.assign((globalThis.unmaskFigures ??= {}), ${JSON.stringify(data)});\n`,
  );
  replaceWith(join(folder, "index.html"), pageHtml(input));
}

export function pageInput(folder: string): PageInput {
  const published = publishedFolder;
  const [claims, made] = [readClaims(published), readMade(published)];
  const root = pathTo(folder, packageRoot);
  const figures = figuresOf(folder, folder);
  if (folder === published) {
    const playground = shippedFiles()(playgroundFile) ? basename(playgroundFile) : undefined;
    return { claims, made, figures, root, playground };
  }
  const others = figuresOf(published, folder).filter(
    ({ spec }) => !figures.some(own => own.spec.name === spec.name),
  );
  const own = { claims: readClaims(folder), made: readMade(folder) };
  return { claims, made, own, figures: [...figures, ...others], root };
}

/** What is recorded of how a folder's numbers were made; null where nothing is. */
export function readMade(folder: string): Made | null {
  const path = join(folder, madeFile);
  return existsSync(path) ? (parseJson(readFileSync(path, "utf8")) as Made) : null;
}

/** "../", "" or "../../figures/": how a page in one folder names what lies in another. */
function pathTo(from: string, to: string): string {
  const path = relative(from, to).split(sep).join("/");
  return path === "" ? "" : `${path}/`;
}

function figuresOf(folder: string, page: string): PageFigure[] {
  if (!existsSync(folder)) return [];
  const shipped = shippedFiles();
  return readdirSync(folder)
    .filter(name => name.endsWith(".json") && !notFigures.includes(name))
    .sort()
    .map(file => {
      const name = basename(file, ".json");
      const spec = readFigure(join(folder, file));
      const { source } = spec.caption;
      return {
        spec,
        folder: pathTo(page, folder),
        pictured: existsSync(join(folder, `${name}.svg`)),
        ...notebookOf(name),
        logs: source.filter(shipped),
        logCount: source.length,
      };
    });
}

/** Whether a run's folder, or a file, is in the history; where git cannot say, whether it is there. */
function shippedFiles(): (path: string) => boolean {
  const { status, stdout } = spawnSync("git", ["ls-files", "data", playgroundFile], {
    cwd: packageRoot,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0 || stdout === "") return path => existsSync(fromRoot(path));
  const files = stdout.trim().split("\n");
  const known = new Set(files.flatMap(file => [file, file.slice(0, file.lastIndexOf("/"))]));
  return path => known.has(path);
}

let notebooks: ReadonlyMap<string, string> | undefined;

/** The notebook that draws a figure, and the query in it. */
function notebookOf(figure: string): Pick<PageFigure, "notebook" | "query"> {
  notebooks ??= new Map(
    readdirSync(fromRoot("notebooks"))
      .filter(name => name.endsWith(".ipynb"))
      .sort()
      .map(name => [
        basename(name, ".ipynb"),
        readNotebook(fromRoot("notebooks", name)).cells.map(sourceOf).join("\n"),
      ]),
  );
  const block = new RegExp(`\`\`\`sql\\n(-- figure: ${figure}, log: [^\`]*)\`\`\``);
  for (const [notebook, text] of notebooks) {
    const query = block.exec(text)?.[1];
    if (query !== undefined) return { notebook, query: query.trimEnd() };
  }
  const drawing = [...notebooks].find(([, text]) => text.includes(`"${figure}"`));
  return drawing === undefined ? {} : { notebook: drawing[0] };
}
