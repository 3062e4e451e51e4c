/**
 * Losses of held-out sequences in the course of a training run, as rows of its `validation.arrow`. Next-token
 * losses are exact. Masked losses are estimates of the bound, with numbers of masks spread evenly
 * (`stratifiedCounts`), always under full attention, however far a run's own attention has been annealed (the
 * public DiffuLLaMA trainer validates under the current mask, arXiv 2410.17891 [C]). Soft-masking is
 * validated with two passes, as in its public trainer [C], and with one. Sequences and masks depend on the
 * training seed alone, so that recipes are paired.
 */
import * as tf from "@tensorflow/tfjs-core";
import { mean, standardDeviation } from "../../analysis/bootstrap.js";
import { compile } from "../../compile/compile.js";
import { Rng } from "../../core/rng.js";
import { maskSome, stratifiedCounts } from "../../diffusion/forward-process.js";
import { positionLosses } from "../../diffusion/loss.js";
import { openLog } from "../../log/log-writer.js";
import type { ValidationRow } from "../../log/schemas.js";
import { attentionBias, paddingBias } from "../../model/attention-mask.js";
import type { DenoiserConfig } from "../../model/config.js";
import type { Parameters } from "../../model/parameters.js";
import { alignedLogits } from "../../model/transformer.js";
import { documentSource, testbedOfRecipe, vocabularyOf } from "./documents.js";
import { provenance } from "../../runtime/provenance.js";
import { logFile, type RunLog } from "./run-logs.js";
import type { Recipe, ValidationConfig } from "./recipes.js";
import { secondPassOf, type SecondPassTraining } from "./second-pass.js";
import { testbedTokenizer } from "../../checkpoints/testbed.js";
import { sequenceRow, type Row } from "./training-data.js";

/** The validation of one run while it trains. */
export interface Validation {
  /** Append the rows of this moment, if losses are due. @param step steps done; `parameters` are borrowed */
  take(parameters: Parameters, step: number): void;
  /** wait until the rows are on the disk */
  sync(): void;
  close(): void;
}

/** Sequences of one call of the model. */
const batchSize = 64;

/** A sequence and what is scored of it. */
interface HeldOut {
  readonly problem: string;
  readonly row: Row;
  /** positions that are scored, and may be masked */
  readonly scored: readonly number[];
}

/** A held-out sequence under one mask. */
interface Draw {
  readonly sequence: HeldOut;
  readonly ids: Int32Array;
  /** positions whose losses are averaged */
  readonly read: readonly number[];
}

/**
 * Opens the log of a run. Rows beyond the `from` steps that a resumed run has done are cut off.
 * @returns null for a recipe that takes no losses
 */
export function openValidation(
  recipe: Recipe,
  seed: number,
  out: string,
  model: DenoiserConfig,
  from: number,
  guard?: () => void,
): Validation | null {
  const { validation } = recipe;
  if (validation === undefined) return null;
  const rng = Rng.fromSeed(seed).split("validation");
  const sequences = heldOutSequences(recipe, validation.sequences, seed, rng.split("sequences"));
  const draws = sequences.flatMap((sequence, i) =>
    drawsOf(recipe, sequence, model, rng.split("masks").split(i)),
  );
  const ways = waysOf(recipe).map(second => ({
    inputs: second?.inputs ?? "hard",
    losses: createLosses(recipe, model, second),
  }));
  const log = openLog(logFile(out, "validation"), "validation", {
    metadata: provenance({ config: recipe, seed }),
    resume: { rows: rowsAfter(recipe, validation, from) },
    guard,
  });
  return {
    take(parameters, step) {
      if (!validation.after.includes(step)) return;
      const moment = {
        run: `${recipe.name}-${seed}`,
        recipe: recipe.name,
        seed,
        step,
        epochs: epochsOf(recipe, step),
      };
      const rows = ways.flatMap(({ inputs, losses }) =>
        [...bySequence(draws, losses.of(parameters, draws))].map(([sequence, values]) => ({
          ...{ ...moment, inputs },
          ...rowOf(sequence, values),
        })),
      );
      log.append(rows);
    },
    sync() {
      log.sync();
    },
    close() {
      log.close();
      for (const { losses } of ways) losses.dispose();
    },
  };
}

/** What a recipe that takes losses logs of them. */
export function validationLogs(recipe: Recipe): RunLog[] {
  const { validation } = recipe;
  if (validation === undefined) return [];
  return [{ kind: "validation", rowsAfter: steps => rowsAfter(recipe, validation, steps) }];
}

/** The losses before the first step belong to it: a run that has done none takes them still. */
function rowsAfter(recipe: Recipe, { after, sequences }: ValidationConfig, steps: number): number {
  const past = steps === 0 ? [] : after.filter(step => step <= steps);
  return past.length * waysOf(recipe).length * sequences;
}

/** With one pass, and with two where the recipe trains with them. */
function waysOf(recipe: Recipe): readonly (SecondPassTraining | null)[] {
  const second = secondPassOf(recipe);
  return second === null ? [null] : [null, second];
}

function bySequence(draws: readonly Draw[], losses: readonly number[]): Map<HeldOut, number[]> {
  const found = new Map<HeldOut, number[]>();
  losses.forEach((loss, i) => {
    const { sequence } = draws[i];
    found.set(sequence, [...(found.get(sequence) ?? []), loss]);
  });
  return found;
}

function epochsOf({ batch, examples }: Recipe, step: number): number {
  return examples === 0 ? 0 : (step * batch) / examples;
}

function rowOf({ problem, scored }: HeldOut, losses: readonly number[]) {
  const lossSd = losses.length > 1 ? standardDeviation(losses) : 0;
  return {
    problem,
    draws: losses.length,
    scored: scored.length,
    loss: mean(losses),
    lossSd,
  } satisfies Partial<ValidationRow>;
}

/**
 * Sequences that no run trains on: of the recipe's kind, from a stream of their
 * own. Scored is what training may mask, but never the first token, which nothing
 * predicts under the shift (DiffuLLaMA [C]) and which next-token losses lack.
 */
function heldOutSequences(recipe: Recipe, count: number, seed: number, rng: Rng): HeldOut[] {
  const tokenizer = testbedTokenizer(testbedOfRecipe(recipe));
  const [documents, vocabulary] = [documentSource(recipe, tokenizer), vocabularyOf(tokenizer)];
  const found: HeldOut[] = [];
  for (let i = 0; found.length < count; i++) {
    const draws = rng.split(i);
    const row = sequenceRow(recipe, vocabulary, documents, draws, draws.split("tail"));
    const prompt = recipe.stage === "instruct" ? row.prompt : new Uint8Array(row.ids.length);
    const scored = [...row.scored.keys()].filter(p => p > 0 && row.scored[p] === 1 && prompt[p] === 0);
    if (scored.length > 0) found.push({ problem: `seed${seed}-sequence${i}`, row, scored });
  }
  return found;
}

/** The masks of a sequence; of next-token losses the sequence as it is. */
function drawsOf({ stage, validation }: Recipe, sequence: HeldOut, model: DenoiserConfig, rng: Rng): Draw[] {
  const { row, scored } = sequence;
  if (stage === "ar") return [{ sequence, ids: row.ids, read: scored }];
  return stratifiedCounts(scored.length, validation?.draws ?? 1, rng.split("counts")).map((count, d) => {
    const { noised, masked } = maskSome(row.ids, scored, count, model.maskTokenId, rng.split(d));
    return { sequence, ids: noised, read: masked };
  });
}

/** Mean cross-entropy in nats over the read positions of every draw. */
function createLosses(recipe: Recipe, model: DenoiserConfig, second: SecondPassTraining | null) {
  const graph = compile(
    (parameters: Parameters, ids: tf.Tensor2D, targets: tf.Tensor2D, bias: tf.Tensor4D) => {
      const pass = second?.pass;
      const embed = pass?.embed(pass.trained(parameters), parameters, model, ids, bias);
      return positionLosses(alignedLogits(parameters, model, ids, bias, { embed }), targets);
    },
    { name: "validation" },
  );
  const ofBatch = (parameters: Parameters, draws: readonly Draw[]): number[] => {
    const length = draws[0].ids.length;
    const losses = tf.tidy(() => {
      const ids = matrix(draws.map(draw => draw.ids));
      const targets = matrix(draws.map(draw => draw.sequence.row.ids));
      return graph(parameters, ids, targets, biasOf(recipe, draws));
    });
    const values = losses.dataSync();
    losses.dispose();
    return draws.map(({ read }, b) => mean(read.map(p => values[b * length + p])));
  };
  return {
    of: (parameters: Parameters, draws: readonly Draw[]): number[] =>
      Array.from({ length: Math.ceil(draws.length / batchSize) }, (_, i) =>
        ofBatch(parameters, draws.slice(i * batchSize, (i + 1) * batchSize)),
      ).flat(),
    dispose: () => graph.dispose(),
  };
}

/** Causal for next-token losses, else full; padding is hidden where there is some. */
function biasOf({ stage }: Recipe, draws: readonly Draw[]): tf.Tensor4D {
  if (stage === "instruct")
    return paddingBias(matrix(draws.map(draw => Int32Array.from(draw.sequence.row.attentionMask))));
  return attentionBias(draws[0].ids.length, stage === "ar" ? 0 : 1, Rng.fromSeed(0));
}

function matrix(rows: readonly Int32Array[]): tf.Tensor2D {
  return tf.tensor2d(Int32Array.from(rows.flatMap(row => [...row])), [rows.length, rows[0].length], "int32");
}
