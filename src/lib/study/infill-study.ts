/**
 * Gaps in the middle of held-out programs, filled in by both models of N13 and logged as samples. Diffusion
 * has the tokens on both sides on its canvas; what follows the end token is decoded too, as nothing is known
 * there. The AR model goes on from the left side, for as many tokens as the gap has ("infill left", with the
 * true rest put behind) or to an end of its own ("continue left"): it cannot look at the rest. The experiment
 * is ours [R].
 */
import type { Problem, Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import { decodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import type { SampleRow } from "../log/schemas.js";
import type { Denoiser } from "../model/denoiser.js";
import { lengthToEnd } from "../tokenizer/decoded-text.js";
import { gradeAll } from "./grading.js";
import { sharedSandbox } from "./shared-sandbox.js";
import { denoiserWorker, tinyStudy, type Experiment, type StudySettings } from "./experiment.js";
import { settingColumns, trajectoryColumns } from "./study-rows.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { completionLength } from "../recipes/stages/training-data.js";

/** How a gap is filled: by diffusion, or by AR in one of two ways. */
export type Filling = "infill" | "infill left" | "continue left";

export interface InfillStudy extends StudySettings {
  /** what samples call the model */
  readonly recipe: string;
  readonly problems: number;
  /** tokens taken out of the middle of each solution */
  readonly gap: number;
  readonly filling: Filling;
  readonly temperature: number;
}

/** A killed run starts again. */
export const infilling: Experiment<InfillStudy, "samples"> = {
  defaults: {
    ...{ study: "infill", checkpoint: "instruct", recipe: "instruct", seed: 1, problems: 100 },
    ...{ gap: 8, filling: "infill", temperature: 0.2 },
  },
  label: ({ filling }) => filling.replace(" ", "-"),
  logs: ({ problems }) => [{ kind: "samples", rowsPerUnit: problems }],
  units: () => 1,
  unit: "sets of problems",
  batch: () => 1,
  worker: denoiserWorker(
    async (denoiser, { settings, run }, signal) => ({
      samples: await filledRows(denoiser, settings, run, signal),
    }),
    ({ problems }) => problems <= tinyStudy,
  ),
};

/** A problem's solution with its middle taken out. */
interface Gapped {
  readonly problem: Problem;
  readonly prompt: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/** The gap stands in the middle of the solution's tokens; right of it are the rest and the end token. */
export function gapped(problem: Problem, gap: number): Gapped {
  const tokenizer = testbedTokenizer();
  const solution = tokenizer.encode(problem.solution);
  const start = Math.floor((solution.length - gap) / 2);
  return {
    problem,
    prompt: tokenizer.encode(problem.prompt),
    left: solution.slice(0, start),
    right: Int32Array.from([...solution.slice(start + gap), tokenizer.special.eosId]),
  };
}

async function filledRows(
  denoiser: Denoiser,
  study: InfillStudy,
  run: string,
  signal?: AbortSignal,
): Promise<SampleRow[]> {
  const tokenizer = testbedTokenizer();
  const items = problemsOf("minipy", "test", study.problems, study.seed).map(p => gapped(p, study.gap));
  const filled = await fill(denoiser, items, study, signal);
  const ends = filled.map(({ ids }) => lengthToEnd(ids, [denoiser.eosTokenId]));
  const texts = filled.map(({ ids }, i) => tokenizer.decode(ids.slice(0, ends[i])));
  const grades = await gradeAll(
    items.map(({ problem }, i) => ({ problem, text: texts[i] })),
    sharedSandbox,
    signal,
  );
  const decode = decodeConfig(completionLength, { temperature: study.temperature });
  const setting = settingColumns({ autoregressive: false, decode });
  return items.map(({ problem }, i) => ({
    ...{ run, problem: problem.id, sample: 0, task: problem.task, split: problem.split, form: problem.form },
    ...{ checkpoint: study.recipe, seed: study.seed },
    ...{ ...setting, policy: study.filling },
    ...trajectoryColumns(filled[i].trajectory),
    order: [], // of the gap alone, or of tokens behind it: no order of a completion
    ...{ prompt: problem.prompt, text: texts[i], completionLength: ends[i], ...grades[i] },
  }));
}

/** What decoding made of each problem, and the completion that it leaves. */
interface Filled {
  readonly trajectory: Trajectory;
  readonly ids: Int32Array;
}

async function fill(
  denoiser: Denoiser,
  items: readonly Gapped[],
  { gap, filling, temperature, seed }: InfillStudy,
  signal?: AbortSignal,
): Promise<Filled[]> {
  const rngs = items.map(({ problem }) => Rng.fromSeed(seed).split("infill").split(problem.id));
  if (filling === "infill") {
    const given = items.map(({ left, right }) => {
      const ids = new Int32Array(completionLength).fill(denoiser.maskTokenId);
      ids.set(left);
      ids.set(right, left.length + gap);
      return ids;
    });
    const prompts = items.map(({ prompt }) => prompt);
    const config = decodeConfig(completionLength, { temperature });
    const found = await decode(denoiser, prompts, config, rngs, { given, signal });
    return found.map(trajectory => ({ trajectory, ids: trajectory.completionIds }));
  }
  const prompts = items.map(({ prompt, left }) => Int32Array.from([...prompt, ...left]));
  const config = decodeConfig(filling === "infill left" ? gap : completionLength, { temperature });
  const found = await decodeAutoregressive(denoiser, prompts, config, rngs, { signal });
  return found.map((trajectory, i) => {
    const { left, right } = items[i];
    const rest = filling === "infill left" ? right : [];
    return { trajectory, ids: Int32Array.from([...left, ...trajectory.completionIds, ...rest]) };
  });
}
