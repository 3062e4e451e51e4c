/** The runs of the studies of decoding policies (N2 to N6, and all side by side): the instruct model on code, cold. */
import { methodOf, type MethodRow } from "../analysis/equal-calls.js";
import { dilatedBlocks, lookaheadPaths } from "../claims/chapters/faster.js";
import { caches, type DecodeConfig } from "../decode/types.js";
import type { DecodeStudy } from "./decode-batch.js";
import { secondsBySetting } from "./decoding-speed.js";
import type { Profile } from "./profile.js";
import { finishedRuns } from "../recipes/rl/rl-results.js";
import { portable } from "./before-after-studies.js";
import { n8Studies } from "./learned-order-studies.js";
import { n7Studies } from "./n7-studies.js";
import { models, overSeeds, studyOf } from "./studies.js";
import { policyOf, scoreOf } from "./study-rows.js";

const byProbability = { remasking: "probability-untempered" } as const;
const byEntropy = { remasking: "neg-entropy-untempered" } as const;

function studiesOf(profile: Profile, settings: readonly Partial<DecodeConfig>[]): DecodeStudy[] {
  return overSeeds(
    profile.seeds,
    settings.map(decode => studyOf(models.instruct, "minipy", profile.methodProblems, decode)),
  );
}

/** Chosen on problems of the dev split, so that their calls lie on both sides of 9 and of 18. */
const taus = [0.5, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99];
const gammas = [0.1, 0.2, 0.5, 1];
const filteredGammas = [0.3, 0.5, 0.7, 1, 1.5, 2, 4];

/** N2: threshold decoding, and fixed numbers of steps by the same confidence and in the public order. */
export function n2Studies(profile: Profile): DecodeStudy[] {
  return studiesOf(profile, [
    ...[18, 9].flatMap(steps => [{ steps, ...byProbability }, { steps }]),
    ...taus.map(tau => ({ policy: { name: "threshold", tau } as const })),
  ]);
}

/** N3: a block length and threshold decoding without a cache and with both, and no blocks, where both caches are one. */
export function n3Studies(profile: Profile): DecodeStudy[] {
  const inBlocks: Partial<DecodeConfig>[] = [
    { blockLength: 12 },
    { blockLength: 12, policy: { name: "threshold", tau: 0.9 } },
  ];
  return studiesOf(profile, [
    ...inBlocks.flatMap(setting => [setting, ...caches.map(cache => ({ ...setting, cache }))]),
    {},
    { cache: "prefix" },
  ]);
}

/** N4: entropy-bounded sampling with and without the spacing filter. */
export function n4Studies(profile: Profile): DecodeStudy[] {
  const bounded = (gamma: number, filter: { readonly spacing?: number }) => ({
    policy: { name: "entropy-bounded", gamma, ...filter } as const,
  });
  return studiesOf(profile, [
    ...gammas.map(gamma => bounded(gamma, {})),
    ...filteredGammas.map(gamma => bounded(gamma, { spacing: 8 })),
  ]);
}

/** N5: the dilated schedule with and without the skip rule, and the surest tokens in the same blocks and calls. */
export function n5Studies(profile: Profile): DecodeStudy[] {
  return studiesOf(
    profile,
    dilatedBlocks.flatMap(({ block, steps }): Partial<DecodeConfig>[] => {
      const blockLength = block === 36 ? null : block;
      return [
        { blockLength, steps, ...byProbability },
        { blockLength, policy: { name: "dilated" } },
        { blockLength, policy: { name: "dilated", theta: 0.3 } },
      ];
    }),
  );
}

/** N6: lookahead in 9 steps by both ways of selection, and plain decoding at equal steps and at equal calls. */
export function n6Studies(profile: Profile): DecodeStudy[] {
  return studiesOf(profile, [
    ...[9, ...lookaheadPaths.map(({ calls }) => calls)].map(steps => ({ steps, ...byEntropy })),
    ...lookaheadPaths.flatMap(({ paths }) =>
      (["importance", "smc"] as const).map(select => ({
        steps: 9,
        policy: { name: "lookahead", paths, select } as const,
      })),
    ),
  ]);
}

/**
 * Every method at some of its settings, from 5 calls to one a token, on the same checkpoints and problems; most runs are those of the
 * studies above, of N7 (soft masks, fed by the scalars that its continuation learned), N8 (the learned order) and F11.
 */
export function methodStudies(profile: Profile): DecodeStudy[] {
  const settings = studiesOf(profile, [
    ...[36, 18, 9].flatMap(steps => [{ steps }, { steps, ...byProbability }]),
    ...[18, 9].map(steps => ({ steps, blockLength: steps === 18 ? 4 : 12, ...byProbability })),
    ...[0.8, 0.9, 0.95, 0.98].map(tau => ({ policy: { name: "threshold", tau } as const })),
    ...[0.5, 1].map(factor => ({ policy: { name: "factor", factor } as const })),
    ...[0.1, 0.2, 0.5, 1].map(gamma => ({ policy: { name: "entropy-bounded", gamma } as const })),
    ...[0.5, 1, 2].map(gamma => ({ policy: { name: "entropy-bounded", gamma, spacing: 8 } as const })),
    ...dilatedBlocks.map(({ block }) => ({
      blockLength: block === 36 ? null : block,
      policy: { name: "dilated" } as const,
    })),
    ...lookaheadPaths.map(({ paths }) => ({
      steps: 9,
      policy: { name: "lookahead", paths, select: "importance" } as const,
    })),
  ]);
  const cached = n3Studies(profile).filter(({ decode }) => decode.cache !== undefined);
  const soft = n7Studies(profile).filter(({ checkpoint, soft }) => checkpoint === models.instruct && soft);
  const results = finishedRuns(["dcolt"]);
  const heads = results.filter(run => run.estimator === "learned").map(run => portable(run.folder));
  const learned = n8Studies({ ...profile, stepProblems: profile.methodProblems }, results);
  return [...settings, ...cached, ...soft, ...learned.filter(({ head = "" }) => heads.includes(head))];
}

/**
 * The rows with the time that one process takes a sample, measured now on the shipped model.
 * @param timing batch and rounds where `secondsBySetting` has others
 */
export async function withSeconds(
  rows: readonly MethodRow[],
  studies: readonly DecodeStudy[],
  timing: Parameters<typeof secondsBySetting>[1] = {},
): Promise<(MethodRow & { readonly seconds: number })[]> {
  const settings = studies.filter(({ seed }) => seed === studies[0].seed);
  const seconds = await secondsBySetting(settings, timing);
  const names = settings.map(study =>
    JSON.stringify(methodOf({ policy: policyOf(study), score: scoreOf(study), steps: study.decode.steps })),
  );
  const timed = new Map(names.map((name, i) => [name, seconds[i]]));
  return rows.map(row => ({
    ...row,
    seconds: timed.get(JSON.stringify({ series: row.series, label: row.label })) ?? NaN,
  }));
}

/** One row of a comparison, in words. */
export function methodInWords({
  series,
  label,
  mean,
  lower,
  upper,
  calls,
  globalArness,
  seconds,
}: MethodRow & { readonly seconds?: number }): string {
  const percent = (value: number) => (100 * value).toFixed(1);
  const time = seconds === undefined ? "" : `, ${(1000 * seconds).toFixed(1)} ms a sample`;
  return `${series}, ${label}: pass@1 ${percent(mean)}% [${percent(lower)}, ${percent(upper)}], ${calls.toFixed(1)} calls, global AR-ness@1 ${globalArness.toFixed(3)}${time}`;
}
