/**
 * The run of an RL recipe in its folder: a row a step, held-out scores every few, and states to go on from.
 */
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../core/errors.js";
import { Rng } from "../../core/rng.js";
import { openLog, type LogWriter } from "../../log/log-writer.js";
import { readConfig } from "../../checkpoints/checkpoint.js";
import type { DenoiserConfig } from "../../model/config.js";
import { createDenoiser, type Denoiser } from "../../model/denoiser.js";
import type { RlRecord } from "../../rl/rl-loop.js";
import { Sandbox } from "../../sandbox/sandbox.js";
import type { Learning } from "./learning.js";
import type { AnyRecipe, RecipeKind } from "../recipe-kind.js";
import { testbedShape } from "../stages/recipes.js";
import type { TrainOptions } from "../stages/train-options.js";
import { windowLength } from "../stages/training-data.js";
import { parentFolder, parentParameters } from "../../checkpoints/parent-checkpoint.js";
import { StepTimes } from "./step-times.js";
import { layerProduct } from "../../runtime/precision.js";
import { provenance } from "../../runtime/provenance.js";
import { smallTestbed } from "../../tasks/testbeds.js";
import { heldOutAnswers, stepRollouts, type Answer, type Answering } from "./rl-answers.js";
import type { RolloutRecipe } from "./rl-recipes.js";
import { heldOutRow, rlRow } from "./rl-rows.js";
import { problemsOf, testbedTokenizer } from "../../checkpoints/testbed.js";
import { logFile, type RunLog } from "../stages/run-logs.js";
import { saveState } from "../stages/training-state.js";
import { weightsHash } from "../../checkpoints/weights-hash.js";

type RlRecipeOf = RolloutRecipe & AnyRecipe;
type RlOptions = TrainOptions<RlRecipeOf>;

/**
 * A kind of recipe of reinforcement learning, from models of the small testbed.
 * @param learn what is trained; `denoiser` is the parent, borrowed, `weights` its sha256
 */
export function rlTraining<R extends RlRecipeOf, S>(
  stage: R["stage"],
  check: (recipe: R) => void,
  learn: (options: TrainOptions<R>, denoiser: Denoiser, weights: string) => Learning<S>,
): RecipeKind<R> {
  return {
    stages: [stage],
    check,
    testbed: () => smallTestbed,
    product: ({ prompts, groupSize }) => layerProduct(testbedShape, prompts * groupSize * windowLength),
    logs: rlLogs,
    run: options => rlRun(options, (denoiser, weights) => learn(options, denoiser, weights)),
  };
}

/** From the folder's state, or its beginning, to the finished checkpoint or head. */
async function rlRun<S>(
  options: RlOptions,
  learn: (denoiser: Denoiser, weights: string) => Learning<S>,
): Promise<void> {
  const { recipe, signal } = options;
  const parent = parentFolder(recipe.name, recipe.from, recipe.parentSeed, options.from);
  const model = testbedModel(parent);
  const denoiser = createDenoiser(model, parentParameters(parent, model), {
    precision: recipe.precision,
  });
  const sandbox = await Sandbox.open();
  const { eosTokenId } = denoiser;
  try {
    const answering = { recipe, eosTokenId, tokenizer: testbedTokenizer(), sandbox, signal };
    const weights = weightsHash(parent);
    const learning = learn(denoiser, weights);
    try {
      await new RlRun(options, answering, learning, weights).follow();
    } finally {
      learning.dispose();
    }
  } finally {
    await sandbox.close();
    denoiser.dispose();
  }
}

/** One run under way: its logs, its times and its folder. */
class RlRun<S> {
  private readonly run: string;
  /** steps done before */
  private readonly from: number;
  private readonly logs: { readonly rl: LogWriter<"rl">; readonly heldout: LogWriter<"heldout"> };
  private readonly times = new StepTimes();

  constructor(
    private readonly options: RlOptions,
    private readonly answering: Answering,
    private readonly learning: Learning<S>,
    checkpointHash: string,
  ) {
    const { recipe, seed, out, guard } = options;
    this.from = learning.start.step;
    this.run = `${recipe.name}-${seed}`;
    const metadata = provenance({ config: recipe, seed, checkpointHash, precision: recipe.precision });
    const open = <K extends "rl" | "heldout">(kind: K, rows: number) =>
      openLog(logFile(out, kind), kind, { metadata, resume: { rows }, guard });
    this.logs = { rl: open("rl", this.from), heldout: open("heldout", heldOutRows(recipe, this.from)) };
  }

  async follow(): Promise<void> {
    const { recipe, seed, guard } = this.options;
    const { learning } = this;
    // not by recipe: variants draw the same prompts, rollouts and masks
    const rng = Rng.fromSeed(seed).split("rl");
    const pool = problemsOf("minipy", "train", recipe.pool);
    const rollouts = (step: number, current: S) =>
      this.times.measure("rollouts", () =>
        stepRollouts(this.answering, pool, learning.decoding(current), step, rng),
      );
    let { state } = learning.start;
    this.options.progress?.(this.from / recipe.steps, `step ${this.from}/${recipe.steps}`);
    if (this.from === 0) await this.scoreHeldOut(state, 0, rng);
    let begun = performance.now();
    for await (const record of learning.steps(state, this.from, rollouts, rng)) {
      state = record.state;
      const done = record.step + 1;
      this.report(record, (performance.now() - begun) / 1000);
      if (isScored(recipe, done)) await this.scoreHeldOut(state, done, rng);
      if (done < recipe.steps && done % recipe.checkpointEvery === 0) this.checkpoint(state, done);
      this.options.signal?.throwIfAborted();
      begun = performance.now();
    }
    Object.values(this.logs).forEach(log => log.close());
    guard?.();
    learning.save(state);
    for (const set of Object.values(learning.sets(state))) tf.dispose([...set.values()]);
    this.options.progress?.(1, `a step: ${this.times.describe("updates", recipe.steps - this.from)}`);
  }

  /** Rows first: a state must never count what the power can still take. */
  private checkpoint(state: S, done: number): void {
    const { out, guard } = this.options;
    Object.values(this.logs).forEach(log => log.sync());
    saveState(out, this.learning.sets(state), done, guard);
  }

  /** Logs a step and shows it. */
  private report(record: RlRecord<Answer, S>, seconds: number): void {
    const { recipe, progress } = this.options;
    const row = rlRow(this.run, recipe, record, seconds);
    this.logs.rl.append([row]);
    const shown = [
      `step ${row.step + 1}/${recipe.steps}`,
      `reward ${row.reward.toFixed(2)} (code ${row.code.toFixed(2)}, format ${row.format.toFixed(2)})`,
      ...this.learning.shown(row),
      `AR-ness ${row.globalArness.toFixed(2)}`,
    ];
    // the last line is left to the end of the run
    progress?.(Math.min(0.999, (row.step + 1) / recipe.steps), shown.join("  "));
  }

  private async scoreHeldOut(state: S, step: number, rng: Rng): Promise<void> {
    const scored = await this.times.measure("held-out scores", () =>
      heldOutAnswers(this.answering, this.learning.decoding(state), rng),
    );
    this.logs.heldout.append(
      scored.map(({ answer, trajectory }) => heldOutRow(this.run, step, answer, trajectory)),
    );
  }
}

/** Held-out problems are scored before the first step, after every so many, and after the last. */
function isScored({ steps, heldOut }: RolloutRecipe, done: number): boolean {
  return done % heldOut.every === 0 || done === steps;
}

/**
 * What a run of a recipe logs: a row a step, and rows for each moment at which held-out problems are scored.
 */
function rlLogs(recipe: RolloutRecipe): RunLog[] {
  return [
    { kind: "rl", rowsAfter: steps => steps },
    { kind: "heldout", rowsAfter: steps => heldOutRows(recipe, steps) },
  ];
}

/** Rows of the held-out log when `done` steps are. */
function heldOutRows(recipe: RolloutRecipe, done: number): number {
  if (done === 0) return 0;
  const { heldOut, temperature } = recipe;
  const times = Array.from({ length: done + 1 }, (_, step) => step).filter(
    s => s === 0 || isScored(recipe, s),
  );
  return times.length * heldOut.problems * new Set([temperature, heldOut.temperature]).size;
}

/** @throws UserError for a checkpoint that does not read the testbed's problems */
function testbedModel(folder: string): DenoiserConfig {
  const model = readConfig(folder);
  const { vocabSize, special } = testbedTokenizer();
  if (model.vocabSize === vocabSize && model.maskTokenId === special.maskId) return model;
  throw new UserError(
    `train: the checkpoint ${folder} has another vocabulary than the testbed, whose problems RL runs ` +
      "on; start from one of the testbed.",
  );
}
