/**
 * The masked-diffusion losses of dllm's trainers on plain arrays: noise by a schedule of masks, weights of
 * the cross-entropies, and the mask under which BD3LM (arXiv 2503.09573) reads noised and clean text at once.
 * Departures of that code from the papers: t is drawn once a row, not once a block; what is divided by counts
 * all labelled tokens, not the masked ones.
 */

export type LossSchedule = "linear" | "cosine";
/** "scheduler": -alpha'(t) / (1 - alpha(t) + 1e-6), for "linear" 1 / (t + 1e-6); "uniform": 1 */
export type LossWeight = "scheduler" | "uniform";
/** What the sum is divided by: all labelled tokens; those of each row, then the rows; the rows. */
export type LossNorm = "token" | "sequence" | "batch";

/** A label that is no target. */
export const noLabel = -100;

export interface LossSettings {
  readonly schedule: LossSchedule;
  readonly weight: LossWeight;
  readonly norm: LossNorm;
  /** smallest t */
  readonly timeEpsilon: number;
  readonly maskTokenId: number;
}

export interface NoisedRows {
  /** [B] */
  readonly t: Float32Array;
  /** [B] of its labelled tokens being masked */
  readonly maskProbability: Float32Array;
  /** [B * L] */
  readonly noised: Int32Array;
  readonly masked: Uint8Array;
  /** [B] before the division */
  readonly weightOfRow: Float32Array;
  /** [B * L] of the cross-entropies, 0 where nothing is masked: their weighted sum is the loss */
  readonly weights: Float32Array;
}

/**
 * @param ids [B * L]
 * @param labels [B * L]
 * @param uniformT [B] draws, and [B * L] of the tokens; in float32 throughout, as the public code
 */
export function noiseRows(
  ids: Int32Array,
  labels: Int32Array,
  uniformT: ArrayLike<number>,
  uniformMask: ArrayLike<number>,
  { schedule, weight, norm, timeEpsilon, maskTokenId }: LossSettings,
): NoisedRows {
  const batch = uniformT.length;
  const length = ids.length / batch;
  const t = Float32Array.from(uniformT, u => timeEpsilon + Math.fround(Math.fround(1 - timeEpsilon) * u));
  const maskProbability = t.map(time => 1 - alpha(time, schedule));
  const weightOfRow = t.map((time, b) =>
    weight === "uniform" ? 1 : -slope(time, schedule) / Math.fround(maskProbability[b] + 1e-6),
  );
  const rowOf = (i: number) => Math.floor(i / length);
  const labelled = Array.from({ length: batch }, (_, b) =>
    labels.subarray(b * length, (b + 1) * length).reduce((n, label) => n + (label === noLabel ? 0 : 1), 0),
  );
  const all = labelled.reduce((a, b) => a + b, 0);
  const divisor = (b: number) =>
    norm === "token" ? Math.max(1, all) : norm === "sequence" ? Math.max(1, labelled[b]) * batch : batch;
  const masked = Uint8Array.from(ids, (_, i) =>
    labels[i] !== noLabel && uniformMask[i] < maskProbability[rowOf(i)] ? 1 : 0,
  );
  return {
    ...{ t, maskProbability, masked, weightOfRow },
    noised: ids.map((id, i) => (masked[i] === 1 ? maskTokenId : id)),
    weights: Float32Array.from(masked, (m, i) => (m * weightOfRow[rowOf(i)]) / divisor(rowOf(i))),
  };
}

function alpha(t: number, schedule: LossSchedule): number {
  if (schedule === "linear") return Math.fround(1 - t);
  return Math.fround(1 - Math.fround(Math.cos(quarter(t))));
}

/** alpha'(t) */
function slope(t: number, schedule: LossSchedule): number {
  if (schedule === "linear") return -1;
  return Math.fround(-Math.fround(Math.PI / 2) * Math.fround(Math.sin(quarter(t))));
}

const quarter = (t: number) => Math.fround(Math.fround(Math.PI / 2) * Math.fround(1 - t));

/**
 * Which position of [noised, clean], 2 L together, may attend to which, [2L * 2L]: a noised one to its own
 * noised block and to clean blocks before it; a clean one to clean blocks up to its own.
 */
export function blockDiffusionMask(length: number, block: number): Uint8Array {
  const size = 2 * length;
  const open = new Uint8Array(size * size);
  const blockOf = (i: number) => Math.floor((i % length) / block);
  for (let q = 0; q < size; q++) {
    for (let k = 0; k < size; k++) {
      const [own, other] = [blockOf(q), blockOf(k)];
      const sees = k < length ? q < length && own === other : q < length ? other < own : other <= own;
      if (sees) open[q * size + k] = 1;
    }
  }
  return open;
}
