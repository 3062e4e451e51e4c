/** Two passes in a share of the steps, by the field of a recipe that asks for them. */
import { orAbsent, type Of } from "../../core/schema.js";
import { softSchema, softTraining } from "../../methods/soft-masking/training.js";

export const secondPassSchema = {
  /** absent: none */
  softMasking: orAbsent(softSchema),
};

export type SecondPassTraining = ReturnType<typeof softTraining>;

/** What of a recipe says so. */
interface Asking {
  readonly softMasking?: Of<typeof softSchema>;
  readonly rate: { readonly peak: number };
}

/** Null for a recipe of one pass. */
export function secondPassOf({ softMasking, rate }: Asking): SecondPassTraining | null {
  return softMasking === undefined ? null : softTraining(softMasking, rate.peak);
}
