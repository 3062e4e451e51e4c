/** What a decoding study can put beside a checkpoint: an order that was learned, masks that are soft. */
import type { CompileOptions } from "../compile/compile.js";
import type { LearnedOrder } from "../decode/order.js";
import type { DecodeConfig, DecodingDenoiser } from "../decode/types.js";
import type { SampleRow } from "../log/schemas.js";
import type { Denoiser } from "../model/denoiser.js";

/** A checkpoint in use; the denoiser is borrowed. */
export interface Beside {
  readonly folder: string;
  readonly denoiser: Denoiser;
  readonly config: Pick<DecodeConfig, "completionLength" | "blockLength">;
  /** how its graphs are compiled */
  readonly options?: Partial<CompileOptions>;
}

export interface LoadedPart {
  /** asked in place of the checkpoint's */
  readonly denoiser?: DecodingDenoiser;
  /** ranks positions in place of the configuration's score */
  readonly order?: LearnedOrder;
  dispose(): void;
}

/** @template V what a study says of it */
export interface DecodingPart<V> {
  /** @throws UserError for what does not belong to the checkpoint */
  load(value: V, beside: Beside): LoadedPart;
  /** what a run's name says of it: in place of the score, or behind all else */
  name(value: V): { readonly ranking?: string; readonly last?: string };
  /** of a samples log; undefined: it takes no part */
  columns(value: V | undefined): Partial<SampleRow>;
  /** what else tells runs apart: a hash of a file that the study only names */
  identity?(value: V): object;
}
