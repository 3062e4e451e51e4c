/**
 * Decodes with the library's own decoder and keeps what the playground shows. What is kept is read through
 * the decoder's open places (score, policy, sampler) and changes nothing: the tokens are those of a decoding
 * without it.
 */
import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "../core/rng.js";
import type { Trajectory } from "../core/records.js";
import { decodeAutoregressive } from "../decode/autoregressive.js";
import { byHand, type HandPick } from "../decode/by-hand.js";
import { scoreOf, type ConfidenceScore } from "../decode/confidence.js";
import { decode } from "../decode/decode.js";
import { logitRows } from "../decode/logit-rows.js";
import type { Choice } from "../decode/policy.js";
import { populationOf, type Population } from "../decode/population.js";
import { proposer, type Proposal } from "../decode/proposal.js";
import { samplerOf, type TokenPlace } from "../decode/sampler.js";
import type { DecodeConfig } from "../decode/types.js";
import type { CachedPasses, NextTokenLogits } from "../model/cached-passes.js";
import type { Denoiser } from "../model/denoiser.js";
import { lengthToEnd, textPieces } from "../tokenizer/decoded-text.js";
import type { TextTokenizer } from "../tokenizer/tokenizer.js";
import type { Candidate, Recording, StepKind } from "./recording.js";

/** What decodes. */
export interface Engine {
  readonly denoiser: Omit<Denoiser, "dispose">;
  readonly tokenizer: TextTokenizer;
  readonly endTokenIds: readonly number[];
  /** left to right with causal attention */
  readonly autoregressive: boolean;
}

export interface RecordedJob {
  readonly promptIds: Int32Array;
  readonly config: DecodeConfig;
  readonly seed: number;
  readonly picks: readonly HandPick[];
  readonly signal?: AbortSignal;
  readonly onStep?: (step: number, steps: number) => void;
}

/** Candidates that are kept of a position at a step. */
const shown = 5;

export async function decodeRecorded(engine: Engine, job: RecordedJob): Promise<Recording> {
  const started = performance.now();
  const notes = new Notes(engine.tokenizer, job.config.completionLength);
  const trajectory = await (engine.autoregressive ? decodeCausal : decodeMasked)(engine, job, notes);
  return recordingOf(engine, trajectory, notes, performance.now() - started);
}

async function decodeMasked(engine: Engine, job: RecordedJob, notes: Notes): Promise<Trajectory> {
  const { config, picks, signal, onStep } = job;
  const { policy, sampler } = byHand(picks, config);
  const base = scoreOf(config.remasking);
  const score: ConfidenceScore = (proposal, rng, place) => {
    const value = base(proposal, rng, place);
    notes.position(place, value, proposal);
    return value;
  };
  const [trajectory] = await decode(engine.denoiser, [job.promptIds], config, [Rng.fromSeed(job.seed)], {
    ...{ policy: noting(populationOf(policy), notes), sampler, score, signal, onStep },
    endTokenIds: engine.endTokenIds,
  });
  return trajectory;
}

/** A parent has one position to fill at a step, and its surest token there is its score. */
async function decodeCausal(engine: Engine, job: RecordedJob, notes: Notes): Promise<Trajectory> {
  const { denoiser, endTokenIds } = engine;
  const { config, picks, signal, onStep } = job;
  const excluded = denoiser.maskTokenId === denoiser.eosTokenId ? null : denoiser.maskTokenId;
  const propose = proposer(denoiser.vocabSize, config, samplerOf(config.temperature), excluded);
  const noted = ({ logits, kvCache }: NextTokenLogits, at: number): NextTokenLogits => {
    const position = at - job.promptIds.length;
    const place = { step: position, position };
    const rows = logitRows(tf.clone(logits));
    const proposal = propose(rows, 0, 0, place);
    notes.position(place, proposal.filteredSummary.top1, proposal);
    notes.choice(position, "all");
    rows.dispose();
    const pick = picks.find(one => one.position === position);
    return pick === undefined ? { logits, kvCache } : { logits: certain(logits, pick.token), kvCache };
  };
  const causal: Pick<CachedPasses, "prefillLogits" | "nextTokenLogits"> = {
    prefillLogits: (ids, attentionMask, at) => noted(denoiser.prefillLogits(ids, attentionMask, at), at),
    nextTokenLogits: pass => noted(denoiser.nextTokenLogits(pass), pass.position),
  };
  const [trajectory] = await decodeAutoregressive(
    { ...denoiser, ...causal },
    [job.promptIds],
    config,
    [Rng.fromSeed(job.seed)],
    { signal, onStep, endTokenIds },
  );
  return trajectory;
}

/** Logits [1, V] under which nothing but one token can be drawn. Takes ownership. */
function certain(logits: tf.Tensor2D, token: number): tf.Tensor2D {
  const only = new Float32Array(logits.size).fill(-Infinity);
  only[token] = 0;
  logits.dispose();
  return tf.tensor2d(only, [1, only.length]);
}

/** The same policy, its choices noted; of several particles nothing is, since most of them are given up. */
function noting(population: Population, notes: Notes): Population {
  if (population.particles > 1) return population;
  return {
    ...population,
    extend: (states, rng) => {
      const choices = population.extend(states, rng);
      if (choices[0] !== null) notes.choice(states[0].step, kindOf(choices[0]));
      return choices;
    },
  };
}

function kindOf({ positions, candidates, tied }: Choice): StepKind {
  if (positions.length === 0 || positions.length === candidates) return "all";
  return tied ? "tied" : "surest";
}

/** What is noted while a sample is decoded. */
class Notes {
  readonly kinds: StepKind[] = [];
  readonly scores: (number | null)[][] = [];
  readonly candidates: (readonly Candidate[] | null)[][] = [];
  private readonly texts = new Map<number, string>();

  constructor(
    private readonly tokenizer: TextTokenizer,
    private readonly length: number,
  ) {}

  position({ step, position }: TokenPlace, score: number, { plain, filtered }: Proposal): void {
    this.scores[step] ??= new Array<number | null>(this.length).fill(null);
    this.candidates[step] ??= new Array<readonly Candidate[] | null>(this.length).fill(null);
    this.scores[step][position] = score;
    this.candidates[step][position] = mostProbable(plain, shown).map(id => ({
      ...{ id, text: this.textOf(id), plain: plain[id], filtered: filtered[id] },
    }));
  }

  choice(step: number, kind: StepKind): void {
    this.kinds[step] = kind;
  }

  private textOf(id: number): string {
    const text = this.texts.get(id) ?? (this.tokenizer.decode([id], { skipSpecial: true }) || this.named(id));
    this.texts.set(id, text);
    return text;
  }

  private named(id: number): string {
    return this.tokenizer.tokenOf(id);
  }
}

/** The `count` largest of a row, the largest first; the lower id among equals. */
export function mostProbable(row: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (let v = 0; v < row.length; v++) {
    if (best.length === count && row[v] <= row[best[count - 1]]) continue;
    let at = best.length;
    while (at > 0 && row[v] > row[best[at - 1]]) at--;
    best.splice(at, 0, v);
    if (best.length > count) best.pop();
  }
  return best;
}

function recordingOf(
  { tokenizer, endTokenIds }: Engine,
  t: Trajectory,
  { kinds, scores, candidates }: Notes,
  milliseconds: number,
): Recording {
  const ids = Array.from(t.completionIds);
  return {
    promptIds: Array.from(t.promptIds),
    ids,
    tokens: textPieces(ids, tokenizer),
    length: lengthToEnd(ids, endTokenIds),
    order: Array.from(t.order),
    stepOf: Array.from(t.stepOf),
    steps: Math.max(...t.stepOf) + 1,
    ...{ kinds, scores, candidates, milliseconds },
    ...{ tieSteps: t.tieSteps, choiceSteps: t.choiceSteps, calls: t.calls },
  };
}
