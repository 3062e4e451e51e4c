/**
 * Gaps in the middle of held-out programs, filled in by both models of N13 and logged as samples. Diffusion has the tokens
 * on both sides on its canvas; what follows the end token is decoded too, as nothing is known there. The AR model goes on
 * from the left side, for as many tokens as the gap has ("infill left", with the true rest put behind) or to an end of its
 * own ("continue left"): it cannot look at the rest. The experiment is ours [R].
 */
import type { Problem, Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import { decodeConfig } from "../decode/config.js";
import { decode } from "../decode/decode.js";
import type { SampleRow } from "../log/schemas.js";
import { loadDenoiser } from "../checkpoints/checkpoint.js";
import type { Denoiser } from "../model/denoiser.js";
import { tinySamples } from "./decode-batch.js";
import { lengthToEnd } from "../checkpoints/decoded-text.js";
import { gradeAll } from "./grading.js";
import { sharedSandbox } from "./shared-sandbox.js";
import { inTurn, loggedRun } from "./study-run.js";
import { problemsOf, testbedTokenizer } from "../checkpoints/testbed.js";
import { completionLength } from "../recipes/stages/training-data.js";

/** How a gap is filled: by diffusion, or by AR in one of two ways. */
export type Filling = "infill" | "infill left" | "continue left";

export interface InfillStudy {
  /** folder under data/runs/ */
  readonly study: string;
  /** folder of a checkpoint, and what samples call it */
  readonly checkpoint: string;
  readonly recipe: string;
  /** training seed */
  readonly seed: number;
  readonly problems: number;
  /** tokens taken out of the middle of each solution */
  readonly gap: number;
  readonly filling: Filling;
  readonly temperature: number;
}

/** The samples of several runs, made or read back one after the other. */
export function infillsOfAll(
  studies: readonly InfillStudy[],
  signal?: AbortSignal,
): Promise<{ readonly sources: readonly string[]; readonly rows: readonly SampleRow[] }> {
  return inTurn(studies, infillsOf, signal);
}

/** Make a run, or read it back when it is complete; a killed one starts again. */
export function infillsOf(
  study: InfillStudy,
  signal?: AbortSignal,
): Promise<{ run: string; folder: string; rows: readonly SampleRow[] }> {
  const size = { rows: study.problems, unit: study.problems };
  const label = study.filling.replace(" ", "-");
  return loggedRun(study, label, "samples", size, async (log, { run, checkpoint }) => {
    const denoiser = loadDenoiser(checkpoint, {
      mode: study.problems <= tinySamples ? "op-by-op" : "graph",
    });
    log.append(await filledRows(denoiser, study, run, signal));
    denoiser.dispose();
  });
}

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

/** AR-ness is of whole completions, which no one decoded here. */
const noOrder = { localArness: [], globalArness: [], localArnessEos: [], globalArnessEos: [] } as const;

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
  const { temperature, topP, remasking } = decodeConfig(completionLength, { temperature: study.temperature });
  return items.map(({ problem }, i) => {
    const { trajectory: t } = filled[i];
    return {
      ...{
        run,
        problem: problem.id,
        sample: 0,
        task: problem.task,
        split: problem.split,
        form: problem.form,
      },
      ...{
        checkpoint: study.recipe,
        seed: study.seed,
        policy: study.filling,
        score: remasking,
        temperature,
        topP,
      },
      ...{ steps: t.steps, calls: t.calls, tokenPositions: t.tokenPositions },
      ...{ tieRule: t.tieRule, tieSteps: t.tieSteps, choiceSteps: t.choiceSteps },
      ...{ prompt: problem.prompt, text: texts[i], completionLength: ends[i], ...grades[i] },
      ...noOrder,
    };
  });
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
