/** Noise in training data: what keeps a tiny model from being always right (testbed variants A and B). */

export interface NoiseConfig {
  /** share of examples with a systematic mistake, where one applies */
  readonly mistakeShare: number;
  /** share of completion tokens replaced by a random one */
  readonly tokenNoise: number;
}

export const noNoise: NoiseConfig = { mistakeShare: 0, tokenNoise: 0 };
