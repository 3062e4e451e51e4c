/**
 * One sample while it is decoded: which positions are still
 * masked, and the record that becomes its trajectory.
 */
import type { Trajectory } from "../core/records.js";
import type { DecodeConfig } from "./types.js";
import type { Choice } from "./policy.js";
import type { Proposal } from "./proposal.js";

/** One step's readings, by completion position; at positions that are not masked they mean nothing. */
export interface StepReadings {
  /**
   * positions that were read, ascending: the masked ones, under a cache those of them that the pass computed
   */
  readonly positions: readonly number[];
  /** -Infinity at masked positions that were not read */
  readonly scores: Float32Array;
  /**
   * what was proposed for a position that was read; asked
   * for during the step only, and valid until the next is
   */
  readonly proposalAt: (position: number) => Proposal;
}

export class Sample {
  /** completion positions still masked, ascending */
  masked: readonly number[];
  /** masked before the first step */
  readonly initial: readonly number[];
  /** what is still masked stays so */
  ended = false;
  /** [C] completion so far */
  readonly ids: Int32Array;
  private readonly order: number[] = [];
  private readonly drawn: number[] = [];
  private readonly stepOf: Int32Array;
  private readonly confidence: Float32Array;
  private readonly entropy: Float32Array;
  private tieSteps = 0;
  private choiceSteps = 0;
  private readonly trace: { confidence: Float32Array; entropy: Float32Array } | undefined;

  constructor(
    private readonly config: DecodeConfig,
    private readonly maskTokenId: number,
    trace: boolean,
    given?: Int32Array,
  ) {
    const c = config.completionLength;
    this.ids = given?.slice() ?? new Int32Array(c).fill(maskTokenId);
    this.masked = Array.from({ length: c }, (_, i) => i).filter(p => this.ids[p] === maskTokenId);
    this.initial = this.masked;
    this.stepOf = new Int32Array(c).fill(-1);
    this.confidence = new Float32Array(c);
    this.entropy = new Float32Array(c);
    const blank = () => new Float32Array(config.steps * c).fill(NaN);
    this.trace = trace ? { confidence: blank(), entropy: blank() } : undefined;
  }

  /** The same state, to go on from apart. */
  copy(): Sample {
    const twin = new Sample(this.config, this.maskTokenId, this.trace !== undefined);
    twin.masked = this.masked;
    twin.ended = this.ended;
    twin.ids.set(this.ids);
    twin.order.push(...this.order);
    twin.drawn.push(...this.drawn);
    twin.stepOf.set(this.stepOf);
    twin.confidence.set(this.confidence);
    twin.entropy.set(this.entropy);
    [twin.tieSteps, twin.choiceSteps] = [this.tieSteps, this.choiceSteps];
    if (this.trace !== undefined) {
      twin.trace?.confidence.set(this.trace.confidence);
      twin.trace?.entropy.set(this.trace.entropy);
    }
    return twin;
  }

  /** Note the state of every masked position that was read before a step, where a trace is kept. */
  observe(step: number, { positions, scores, proposalAt }: StepReadings): void {
    if (this.trace === undefined) return;
    const offset = step * this.config.completionLength;
    for (const p of positions) {
      this.trace.confidence[offset + p] = scores[p];
      this.trace.entropy[offset + p] = -proposalAt(p).plainSummary.negEntropy;
    }
  }

  /**
   * Commit the chosen positions, left to right. A proposed
   * mask uses up its position's turn and commits nothing.
   */
  commit(step: number, { scores, proposalAt }: StepReadings, choice: Choice): void {
    if (choice.positions.length > 0 && choice.positions.length < choice.candidates) {
      this.choiceSteps++;
      if (choice.tied) this.tieSteps++;
    }
    for (const p of [...choice.positions].sort((a, b) => a - b)) {
      const { token, plainSummary } = proposalAt(p);
      if (token === this.maskTokenId) continue;
      this.ids[p] = token;
      this.stepOf[p] = step;
      this.confidence[p] = scores[p];
      this.entropy[p] = -plainSummary.negEntropy;
      this.order.push(p);
    }
    this.drawn.push(...choice.positions.filter(p => this.stepOf[p] === step));
    this.masked = this.masked.filter(p => this.stepOf[p] < 0);
    if (choice.last === true) this.ended = true;
  }

  /** @param cost denoiser calls that it took, and positions that they computed */
  trajectory(promptIds: Int32Array, cost: Pick<Trajectory, "calls" | "tokenPositions">): Trajectory {
    return {
      promptIds,
      completionIds: this.ids,
      order: Int32Array.from(this.order),
      drawn: Int32Array.from(this.drawn),
      stepOf: this.stepOf,
      confidence: this.confidence,
      entropy: this.entropy,
      steps: this.config.steps,
      ...cost,
      tieRule: this.config.tieRule,
      tieSteps: this.tieSteps,
      choiceSteps: this.choiceSteps,
      trace: this.trace,
    };
  }
}
