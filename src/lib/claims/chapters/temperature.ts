/** Temperature and pass@k: what a higher temperature costs and buys. */
import type { Claim, Condition, Contrast } from "../claim.js";

const chapter = "temperature";
const f6 = { chapter, figure: "f6-pass-at-k", citation: "DiffuCoder §4.3, Fig. 5 right, Fig. 6" } as const;
/** Instruct first: its numbers are shown. */
const models = ["instruct", "stage2"];
const at = (checkpoint: string, temperature: number) => ({ checkpoint, temperature });

export const temperatureClaims: readonly Claim[] = [
  {
    id: "F5L",
    chapter,
    figure: "f5l-ar-ness-by-temperature",
    statement:
      "Raising the temperature from 0.2 to 1.0 lowers local and global AR-ness, for the base and the " +
      "instruct model.",
    citation: "DiffuCoder §4.3, Fig. 5 left",
    published: "both fall, base and instruct",
    conditions: models.flatMap(model =>
      (["local", "global"] as const).map(measure => ({
        measure,
        of: at(model, 0.2),
        minus: at(model, 1),
        above: 0,
      })),
    ),
    under: "orders",
    fixed: { on: "2026-11-30", hash: "97d3a52314b0fba5" },
  },
  {
    ...f6,
    id: "F6",
    statement:
      "A higher temperature gives up pass@1 but not the model's ability: pass@10 at T 1.0 is far above " +
      "pass@1 at T 0.2.",
    published: "HumanEval, base: pass@1 67.1 at T 0.2; pass@10 77 to 88 at T 1.0 and 1.2 (percent)",
    conditions: models.map(model => ({
      ...{
        measure: "pass@10" as const,
        of: at(model, 1),
        less: { measure: "pass@1" as const, of: at(model, 0.2) },
      },
      above: 0,
    })),
    note: "Ten tries mainly guess the comparator of the prompt, which these models hardly read.",
    fixed: { on: "2026-11-30", hash: "cf25ce7872387e49" },
  },
  {
    ...f6,
    id: "F6-cold",
    statement: "A low temperature gives a high pass@1 and a flat pass@k.",
    published:
      "HumanEval, base: pass@1 67.1 at T 0.2, 45.7 to 50 at T 1.0 and 1.2 (percent); pass@k flat at T 0.2",
    conditions: [
      ...models.map((model): Condition => ({
        measure: "pass@1",
        of: at(model, 0.2),
        minus: at(model, 1),
        above: 0,
      })),
      ...models.map((model): Condition => ({
        ...{ measure: "rise to pass@10", of: at(model, 1), less: { of: at(model, 0.2), times: 2 } },
        above: 0,
      })),
    ],
    fixed: { on: "2026-11-30", hash: "5d425a947b684a69" },
  },
  {
    ...f6,
    id: "F6-hot",
    statement: "At T 1.0 and 1.2 pass@10 is far above pass@1.",
    published: "HumanEval, base: pass@1 45.7 to 50, pass@10 77 to 88 (percent)",
    conditions: models.flatMap(model =>
      [1, 1.2].map((t): Condition => ({ measure: "rise to pass@10", of: at(model, t), above: 0.1 })),
    ),
    note: "What the paper calls far: ten points.",
    fixed: { on: "2026-11-30", hash: "a516397091e0ee82" },
  },
  {
    id: "F10",
    chapter,
    figure: "f10-decode-order",
    statement: "At T 0.2 text is unmasked roughly left to right, at T 1.2 in a freer order.",
    citation: "DiffuCoder §4.3, Fig. 10",
    published: "a picture, no number",
    conditions: [
      { measure: "order correlation", of: { temperature: 0.2 }, minus: { temperature: 1.2 }, above: 0 },
    ],
    beside: [0.2, 1.2].map((temperature): Contrast => ({
      measure: "order correlation",
      of: { temperature },
    })),
    fixed: { on: "2026-11-30", hash: "c982e67bacb5b01b" },
  },
  {
    id: "TAIL-flood",
    chapter,
    figure: "tail-decoding",
    statement:
      "A tail of padding in stage III floods hot decoding: from T 0.2 to T 1.0 pass@1 falls by more " +
      "than with a randomly cut tail.",
    citation: "not in the paper, whose answers end in a padding token (B.1); testbed trap 2",
    published: "none",
    conditions: [
      {
        ...{ measure: "pass@1", of: at("instruct-pad", 0.2), minus: at("instruct-pad", 1) },
        less: { of: at("instruct", 0.2), minus: at("instruct", 1) },
        above: 0,
      },
    ],
    beside: ["instruct-pad", "instruct"].map((model): Contrast => ({
      measure: "pass@1",
      of: at(model, 0.2),
      minus: at(model, 1),
    })),
    fixed: { on: "2026-11-30", hash: "39a5e0b96ea58af5" },
  },
];
