/**
 * How much of a study is run: the size that `npm run reproduce` asks for. Smoke shows that everything runs,
 * its intervals are wide; standard takes a quarter of the problems of full, which makes the figures that are
 * shipped. Every training seed has problems of its own (`problemsOf`), so three seeds make 300 of 100.
 */
import { existsSync } from "node:fs";
import { unknownName } from "../core/errors.js";
import { fromRoot } from "../host/package-root.js";
import { recipes } from "../recipes/stages/recipes.js";

export const profileNames = ["smoke", "standard", "full"] as const;
export type ProfileName = (typeof profileNames)[number];

/** A value for each size. */
export type Sized<T> = Readonly<Record<ProfileName, T>>;

/** Set by `npm run reproduce`; a notebook opened by hand gets the standard one. */
export const profileVariable = "UNMASK_PROFILE";

export function currentProfile(): ProfileName {
  const name = process.env[profileVariable] ?? "standard";
  if (!(profileNames as readonly string[]).includes(name))
    throw unknownName("reproduce", "profile", name, profileNames);
  return name as ProfileName;
}

/** The value for the size that is run. */
export function bySize<T>(sizes: Sized<T>): T {
  return sizes[currentProfile()];
}

export function isSized(value: unknown): value is Sized<unknown> {
  return typeof value === "object" && value !== null && profileNames.every(name => name in value);
}

/** Training seeds of the models at a size; seed 1 is shipped, and those that are not there are left out. */
export function trainingSeeds(profile: ProfileName = currentProfile()): number[] {
  const seeds = profile === "smoke" ? [1] : [1, 2, 3];
  return seeds.filter(seed => seed === 1 || isTrained(seed));
}

function isTrained(seed: number): boolean {
  return recipes.every(({ name }) =>
    existsSync(fromRoot("data", "checkpoints", `${name}-seed${seed}`, "model.safetensors")),
  );
}

/** What is shipped; only `npm run reproduce -- --publish` writes there. */
export const publishedFolder = fromRoot("figures");

/** A folder that a run's figures and claims go to, set by `npm run reproduce` while it is at work. */
export const figuresVariable = "UNMASK_FIGURES";

/** Where a size's figures and claims go: a folder of one's own, outside the history. */
export function ownFolder(profile: ProfileName): string {
  return fromRoot("mine", profile);
}

/** Where this process puts figures and claims. */
export function figuresFolder(): string {
  return process.env[figuresVariable] ?? ownFolder(currentProfile());
}
