/** How much of a study is run: the profile of `npm run reproduce`, which notebooks read through these functions. */
import { existsSync } from "node:fs";
import { cacheBlocks } from "../claims/chapters/faster.js";
import { unknownName } from "../core/errors.js";
import { fromRoot } from "../host/package-root.js";
import { recipes } from "../recipes/stages/recipes.js";

export const profileNames = ["smoke", "standard", "full"] as const;
export type ProfileName = (typeof profileNames)[number];

export interface Profile {
  readonly name: ProfileName;
  /** training seeds of the models; those that are not there are left out */
  readonly seeds: readonly number[];
  /** held-out problems of the AR-ness studies, a task and seed; equal to `temperatureProblems`, runs are shared */
  readonly problems: number;
  /** held-out problems at every temperature, a seed */
  readonly temperatureProblems: number;
  /** of F5L, whose claim compares 0.2 with 1.0 */
  readonly temperatures: readonly number[];
  /** widths of the nucleus at which ties are counted; 0.95 is the public decoder's */
  readonly topPs: readonly number[];
  /** held-out problems of pass@k, a seed, and samples each: as many as the largest k */
  readonly passProblems: number;
  readonly passSamples: number;
  /** of F6, whose claims compare 0.2 with 1.0 and 1.2 */
  readonly passTemperatures: readonly number[];
  /** held-out problems of the first-step and loss studies, a seed */
  readonly forwardProblems: number;
  /** held-out problems of A4, a seed: of the last tokens of each answer every mask is enumerated */
  readonly estimateProblems: number;
  /** prompts whose completions are updated on to see ratios and k3 terms, a seed */
  readonly updatePrompts: number;
  /** held-out problems of the studies by stage and block length, a seed; equal to `temperatureProblems`, runs are shared */
  readonly stageProblems: number;
  /** held-out problems of F11, a seed: its claims are about differences of differences */
  readonly stepProblems: number;
  /** held-out problems of the studies of decoding methods, a seed; equal to `stepProblems`, runs are shared */
  readonly methodProblems: number;
  /** held-out problems, a seed, and block lengths at which caches are compared with exact passes (N3) */
  readonly cacheProblems: number;
  readonly cacheBlocks: readonly number[];
  /** K of the studies of repair (N10), the first decides */
  readonly repairIterations: readonly number[];
  /** samples of each of these problems in N12, and the AR parent's temperatures there */
  readonly programs: { readonly samples: number; readonly temperatures: readonly number[] };
  /** held-out problems whose every confidence is logged, a seed, F9 */
  readonly mapProblems: number;
  /** most RL runs of an estimator that are decoded anew; each has problems of its own, for three (`problemsOf`) */
  readonly rlSeeds: number;
  /** how often every decoding method is timed, and on a batch of how many */
  readonly timing: { readonly rounds: number; readonly batch: number };
}

/**
 * Every seed has problems of its own (`problemsOf`), so three seeds make 300 of 100. Standard takes a quarter of the problems of full, to end within a
 * quarter of an hour on two cores. Smoke shows that everything runs (CI,
 * the WebAssembly backend), its intervals are wide; full makes the figures that are shipped.
 */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  smoke: {
    name: "smoke",
    seeds: [1],
    problems: 4,
    temperatureProblems: 4,
    temperatures: [0.2, 1],
    topPs: [0.95, 1],
    passProblems: 2,
    passSamples: 16,
    passTemperatures: [0.2, 1, 1.2],
    forwardProblems: 4,
    estimateProblems: 4,
    updatePrompts: 2,
    stageProblems: 4,
    stepProblems: 4,
    methodProblems: 4,
    cacheProblems: 4,
    cacheBlocks: [1, 12],
    repairIterations: [2],
    programs: { samples: 1, temperatures: [1] },
    mapProblems: 4,
    rlSeeds: 1,
    timing: { rounds: 1, batch: 2 },
  },
  standard: {
    name: "standard",
    seeds: [1, 2, 3],
    problems: 25,
    temperatureProblems: 25,
    temperatures: [0.2, 0.6, 1, 1.2],
    topPs: [0.9, 0.95, 1],
    passProblems: 12,
    passSamples: 16,
    passTemperatures: [0.2, 1, 1.2],
    forwardProblems: 50,
    estimateProblems: 6,
    updatePrompts: 4,
    stageProblems: 25,
    stepProblems: 25,
    methodProblems: 25,
    cacheProblems: 12,
    cacheBlocks,
    repairIterations: [2],
    programs: { samples: 5, temperatures: [0.2, 0.6, 0.8, 0.9, 1] },
    mapProblems: 25,
    rlSeeds: 1,
    timing: { rounds: 2, batch: 16 },
  },
  full: {
    name: "full",
    seeds: [1, 2, 3],
    problems: 100,
    temperatureProblems: 100,
    temperatures: [0.2, 0.4, 0.6, 0.8, 1, 1.2],
    topPs: [0.9, 0.95, 1],
    passProblems: 67,
    passSamples: 16,
    passTemperatures: [0.2, 0.6, 1, 1.2],
    forwardProblems: 200,
    estimateProblems: 24,
    updatePrompts: 8,
    stageProblems: 100,
    stepProblems: 200,
    methodProblems: 67,
    cacheProblems: 67,
    cacheBlocks,
    repairIterations: [2, 10],
    programs: { samples: 5, temperatures: [0.2, 0.6, 0.8, 0.9, 1] },
    mapProblems: 40,
    rlSeeds: 3,
    timing: { rounds: 5, batch: 16 },
  },
};

/** Set by `npm run reproduce`; a notebook opened by hand gets the standard one. */
export const profileVariable = "UNMASK_PROFILE";

export function currentProfile(): Profile {
  const name = process.env[profileVariable] ?? "standard";
  if (!(profileNames as readonly string[]).includes(name))
    throw unknownName("reproduce", "profile", name, profileNames);
  const profile = profiles[name as ProfileName];
  return { ...profile, seeds: profile.seeds.filter(seed => seed === 1 || isTrained(seed)) };
}

/** Seed 1 is shipped; `npm run models` trains the others. */
function isTrained(seed: number): boolean {
  return recipes.every(({ name }) =>
    existsSync(fromRoot("data", "checkpoints", `${name}-seed${seed}`, "model.safetensors")),
  );
}

/** Where a profile's figures and claims go: smoke ones never replace those that are shipped. */
export function figuresFolder(profile: Profile = currentProfile()): string {
  return profile.name === "smoke" ? fromRoot("figures", "smoke") : fromRoot("figures");
}
