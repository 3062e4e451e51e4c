/** What the study of programs logs. */
import type { Columns, RowOf } from "../../log/columns.js";

/** One program, read off denoised embeddings in one way, or written left to right. */
export const programs = {
  run: "utf8",
  problem: "utf8",
  /** 0-based among the samples of a problem */
  sample: "int32",
  /** program form that the prompt asks for */
  form: "utf8",
  checkpoint: "utf8",
  /** training seed of the model */
  seed: "int32",
  /** "decoder" or "rounding" of the same embeddings, or "autoregressive" */
  readout: "utf8",
  /** 0 where the most probable token, or the nearest, is taken */
  temperature: "float64",
  /** denoising steps, or tokens written */
  steps: "int32",
  prompt: "utf8",
  text: "utf8",
  /** tokens before the first padding or end token */
  completionLength: "int32",
  /** one well-formed block that Python parses */
  valid: "bool",
  passedBase: "bool",
  passedPlus: "bool",
  /** denoising steps t before whose end the embeddings were read, descending; empty without denoising */
  traceSteps: "float32[]",
  /** normalised edit distance in tokens of what was read there to the final program */
  editDistances: "float32[]",
} as const satisfies Columns;

export type ProgramRow = RowOf<typeof programs>;
