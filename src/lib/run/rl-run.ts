/** The run of an RL recipe in its folder: a row a step, held-out scores every few, and states to go on from. */
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { openLog, type LogWriter } from "../log/log-writer.js";
import { readConfig, saveCheckpoint } from "../model/checkpoint.js";
import type { DenoiserConfig } from "../model/config.js";
import { createDenoiser } from "../model/denoiser.js";
import { parameterShapes, type Parameters } from "../model/parameters.js";
import { grpoTrainer, type GrpoRecord, type GrpoState } from "../rl/grpo-trainer.js";
import { Sandbox } from "../sandbox/sandbox.js";
import { initOptimizer } from "../train/train-step.js";
import { parentFolder, parentParameters } from "./parent-checkpoint.js";
import { PhaseClock } from "./phase-clock.js";
import { provenance } from "./provenance.js";
import { heldOutAnswers, stepRollouts, type Answer, type Answering } from "./rl-answers.js";
import type { RlRecipe } from "./rl-recipes.js";
import { heldOutRow, rlRow } from "./rl-rows.js";
import { problemsOf, testbedTokenizer } from "./testbed.js";
import type { TrainOptions } from "./train-run.js";
import { loadState, optimizerSets, saveState, type ParameterSets } from "./training-state.js";
import { weightsHash } from "./weights-hash.js";

type RlOptions = TrainOptions<RlRecipe>;

/** From the folder's state, or its beginning, to the finished checkpoint. */
export async function rlRun(options: RlOptions): Promise<void> {
  const { recipe, seed, signal } = options;
  const parent = parentFolder(recipe.name, recipe.from, recipe.parentSeed, options.from);
  const model = testbedModel(parent);
  const denoiser = createDenoiser(model, parentParameters(parent, model));
  const sandbox = await Sandbox.open();
  try {
    const answering = { recipe, denoiser, tokenizer: testbedTokenizer(), sandbox, signal };
    const start = startingState(options.out, model, denoiser.parameters);
    const rng = Rng.fromSeed(seed).split("rl"); // not by recipe: variants draw the same prompts, rollouts and masks
    await new RlRun(options, answering, model, start.step, weightsHash(parent)).follow(start.state, rng);
  } finally {
    await sandbox.close();
    denoiser.dispose();
  }
}

/** One run under way: its logs, its clock and its folder. */
class RlRun {
  private readonly run: string;
  private readonly logs: { readonly rl: LogWriter<"rl">; readonly heldout: LogWriter<"heldout"> };
  private readonly clock = new PhaseClock();

  constructor(
    private readonly options: RlOptions,
    private readonly answering: Answering,
    private readonly model: DenoiserConfig,
    private readonly from: number,
    checkpointHash: string,
  ) {
    const { recipe, seed, out } = options;
    this.run = `${recipe.name}-${seed}`;
    const metadata = provenance({ config: recipe, seed, checkpointHash });
    const open = <K extends "rl" | "heldout">(kind: K, rows: number) =>
      openLog(join(out, `${kind}.arrow`), kind, { metadata, resume: { rows } });
    this.logs = { rl: open("rl", from), heldout: open("heldout", heldOutRows(recipe, from)) };
  }

  async follow(start: GrpoState, rng: Rng): Promise<void> {
    const { recipe, out } = this.options;
    const pool = problemsOf("minipy", "train", recipe.pool);
    const rollouts = (step: number, policy: Parameters) =>
      this.clock.measure("rollouts", () => stepRollouts(this.answering, pool, policy, step, rng));
    let state = start;
    this.options.progress?.(this.from / recipe.steps, `step ${this.from}/${recipe.steps}`);
    if (this.from === 0) await this.scoreHeldOut(state, 0, rng);
    let begun = performance.now();
    for await (const record of grpoTrainer(
      this.model,
      state,
      this.from,
      recipe,
      rollouts,
      rng.split("masks"),
    )) {
      state = record.state;
      const done = record.step + 1;
      this.report(record, (performance.now() - begun) / 1000);
      if (isScored(recipe, done)) await this.scoreHeldOut(state, done, rng);
      if (done < recipe.steps && done % recipe.checkpointEvery === 0) saveState(out, setsOf(state), done);
      this.options.signal?.throwIfAborted();
      begun = performance.now();
    }
    Object.values(this.logs).forEach(log => log.close());
    saveCheckpoint(out, this.model, state.policy.parameters);
    for (const set of Object.values(setsOf(state))) tf.dispose([...set.values()]);
    this.options.progress?.(1, `a step: ${this.clock.describe("updates", recipe.steps - this.from)}`);
  }

  /** Logs a step and shows it. */
  private report(record: GrpoRecord<Answer>, seconds: number): void {
    const { recipe, progress } = this.options;
    const row = rlRow(this.run, recipe, record, seconds);
    this.logs.rl.append([row]);
    const shown = [
      `step ${row.step + 1}/${recipe.steps}`,
      `reward ${row.reward.toFixed(2)} (code ${row.code.toFixed(2)}, format ${row.format.toFixed(2)})`,
      recipe.loss.beta > 0 ? `KL ${row.kl.toPrecision(2)}` : "no KL",
      `clip ${(100 * row.clipFraction).toFixed(1)}%`,
      `AR-ness ${row.globalArness.toFixed(2)}`,
    ];
    // the last line is left to the end of the run
    progress?.(Math.min(0.999, (row.step + 1) / recipe.steps), shown.join("  "));
  }

  private async scoreHeldOut(state: GrpoState, step: number, rng: Rng): Promise<void> {
    const scored = await this.clock.measure("held-out scores", () =>
      heldOutAnswers(this.answering, state.policy.parameters, rng),
    );
    this.logs.heldout.append(
      scored.map(({ answer, trajectory }) => heldOutRow(this.run, step, answer, trajectory)),
    );
  }
}

/** Held-out problems are scored before the first step, after every so many, and after the last. */
function isScored({ steps, heldOut }: RlRecipe, done: number): boolean {
  return done % heldOut.every === 0 || done === steps;
}

/** Rows of the held-out log when `done` steps are. */
function heldOutRows(recipe: RlRecipe, done: number): number {
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
    `train: the checkpoint ${folder} has another vocabulary than the testbed, whose problems RL runs on; name one of the testbed with --from.`,
  );
}

function startingState(
  out: string,
  model: DenoiserConfig,
  parent: Parameters,
): { readonly state: GrpoState; readonly step: number } {
  const saved = loadState(out, ["parameters", "m", "v", "reference"], parameterShapes(model));
  if (saved === null) {
    const copy = () => new Map([...parent].map(([name, value]) => [name, value.clone()]));
    return { state: { policy: initOptimizer(copy()), reference: copy() }, step: 0 };
  }
  const { parameters, m, v, reference } = saved.sets;
  return { state: { policy: { parameters, m, v }, reference }, step: saved.step };
}

function setsOf({ policy, reference }: GrpoState): ParameterSets {
  return { ...optimizerSets(policy), reference };
}
