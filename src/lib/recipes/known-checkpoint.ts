/** Checkpoints by the names that people type: a shipped recipe with its seed, or a folder. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError, nearestName, unknownName } from "../core/errors.js";
import { fromRoot } from "../host/package-root.js";
import { recipeNames } from "./recipe-by-name.js";
import { checkpointFolder } from "../checkpoints/testbed.js";

/**
 * The folder of a checkpoint.
 * @throws UserError where there is none, naming the nearest one that is there; `where` starts its sentence
 */
export function knownCheckpoint(where: string, recipeOrPath: string, seed: number): string {
  const folder = checkpointFolder(recipeOrPath, seed);
  if (existsSync(folder)) return folder;
  throw isPath(recipeOrPath) ? noFolder(where, recipeOrPath) : noSuchName(where, recipeOrPath, seed);
}

function isPath(text: string): boolean {
  return text.includes("/") || text.includes("\\");
}

function noFolder(where: string, path: string): UserError {
  const parent = dirname(resolve(path));
  const beside = existsSync(parent) ? readdirSync(parent) : [];
  const near = nearestName(basename(path), beside);
  const hint = near === undefined ? "" : ` did you mean "${join(dirname(path), near)}"?`;
  return new UserError(`${where}: there is no folder ${path};${hint} name a checkpoint folder.`);
}

function noSuchName(where: string, name: string, seed: number): UserError {
  const there = shipped();
  const seeds = there.filter(one => one.recipe === name).map(one => one.seed);
  if (seeds.length > 0)
    return new UserError(
      `${where}: checkpoint "${name}" has no seed ${seed}; valid: ${seeds.join(", ")}, or train it ` +
        "with npm run train.",
    );
  if (existsSync(resolve(name)))
    return new UserError(
      `${where}: checkpoint "${name}" is not shipped, but a folder of that name is here; write ./${name}.`,
    );
  if (recipeNames.includes(name))
    return new UserError(
      `${where}: checkpoint "${name}" is not trained; run npm run train -- --recipe ${name} --seed ` +
        `${seed} --out ${checkpointFolder(name, seed)}.`,
    );
  const names = [...new Set(there.map(one => one.recipe))];
  return unknownName(where, "checkpoint", name, [...names, "./FOLDER"]);
}

interface Shipped {
  readonly recipe: string;
  readonly seed: number;
}

/** What lies in data/checkpoints, by name and seed. */
function shipped(): readonly Shipped[] {
  const folder = fromRoot("data", "checkpoints");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap(name => {
    const match = /^(.+)-seed(\d+)$/.exec(name);
    return match === null ? [] : [{ recipe: match[1], seed: Number(match[2]) }];
  });
}
