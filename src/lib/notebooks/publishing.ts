/**
 * What a run of notebooks made, put in its place once all of it is there: among one's own, or, where that was
 * asked for, as what is published. Until then the old page stays.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { basename, join } from "node:path";
import type { JudgedClaim } from "../claims/claim.js";
import { verdictInWords } from "../claims/markdown.js";
import { withTitle } from "../figures/frame.js";
import type { FigureSpec } from "../figures/spec.js";
import { fromRoot } from "../host/package-root.js";
import { headlineOf } from "../page/headlines.js";
import type { Made, Turned } from "../page/input.js";
import { resultsMarkdown } from "../page/results-markdown.js";
import { readCommitState } from "../runtime/provenance.js";
import { publishedFolder } from "../study/profile.js";
import { mergeClaims, readClaims } from "./claims-store.js";
import { madeFile, pageInput, writePage } from "./page-files.js";
import { writePictures } from "./pictures.js";
import { openRenderer, readFigure } from "./render.js";

/** Endings of a figure's files. */
const endings = [".json", ".svg", ".narrow.svg", ".png"];

export interface Run {
  /** where its notebooks put what they made; gone afterwards */
  readonly from: string;
  readonly to: string;
  /** false where only some of the notebooks ran: what the others made before stays */
  readonly whole: boolean;
  /** as `madeBy` said it before the run: what it writes changes the checkout */
  readonly made: Omit<Made, "turned">;
}

/** Titles figures by what they found, moves all, and writes the page. */
export async function settle({ from, to, whole, made }: Run): Promise<void> {
  const before = readClaims(to);
  mkdirSync(to, { recursive: true });
  const claims = whole ? readClaims(from) : mergeClaims(to, readClaims(from));
  await titleFigures(from, claims);
  const fresh = readdirSync(from);
  if (whole)
    for (const name of figureNames(to))
      for (const ending of endings) rmSync(join(to, name + ending), { force: true });
  for (const name of fresh) if (whole || name !== "claims.json") cpSync(join(from, name), join(to, name));
  const turned = whole ? turnedBetween(before, claims) : [];
  writeFileSync(join(to, madeFile), `${JSON.stringify({ ...made, turned }, null, 1)}\n`);
  rmSync(from, { recursive: true });
  writePages(to);
}

/** The page of a folder, and of what is published the same as Markdown. */
export function writePages(folder: string): void {
  writePage(folder);
  if (folder === publishedFolder) writeFileSync(fromRoot("RESULTS.md"), resultsMarkdown(pageInput(folder)));
}

/** Figures about claims are drawn again under what they found. */
async function titleFigures(folder: string, claims: readonly JudgedClaim[]): Promise<void> {
  const found = figureNames(folder).flatMap((name): FigureSpec[] => {
    const spec = readFigure(join(folder, `${name}.json`));
    const headline = headlineOf(name, claims);
    return headline === undefined ? [] : [{ ...withTitle(spec, headline), topic: spec.topic ?? spec.title }];
  });
  const renderer = await openRenderer();
  for (const spec of found) {
    writeFileSync(join(folder, `${spec.name}.json`), `${JSON.stringify(spec, null, 1)}\n`);
    if (!("note" in renderer)) writePictures(spec.name, await renderer.render(spec), folder);
  }
  if (!("note" in renderer)) await renderer.close();
}

function figureNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => name.endsWith(".json") && !["claims.json", madeFile].includes(name))
    .map(name => basename(name, ".json"));
}

/** How a run that begins now makes its numbers. */
export function madeBy(profile: string, backend: string): Run["made"] {
  const { commit, dirty, sources } = readCommitState();
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const machine = `${processor.model.trim()}, ${cpus().length} cores, ${memory} GB`;
  const [date, node] = [new Date().toISOString(), process.versions.node];
  return { profile, commit, dirty, sources: sources.tree, date, machine, node, backend };
}

/** Verdicts that are others than before, and what is known of why. */
export function turnedBetween(before: readonly JudgedClaim[], now: readonly JudgedClaim[]): Turned[] {
  return now.flatMap(claim => {
    const { id } = claim;
    const old = before.find(row => row.id === id);
    if (old === undefined) return [{ id, from: "none", to: verdictInWords(claim), because: "new claim" }];
    if (verdictInWords(old) === verdictInWords(claim)) return [];
    const because =
      old.hash !== claim.hash
        ? "another criterion"
        : old.seeds !== claim.seeds || old.n !== claim.n
          ? `${claim.n} problems and ${claim.seeds} ${claim.seedsAre}s in place of ${old.n} and ${old.seeds}`
          : "other logs under the same criterion";
    return [{ id, from: verdictInWords(old), to: verdictInWords(claim), because }];
  });
}
