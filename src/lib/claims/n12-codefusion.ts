/** N12: CodeFusion's decoder against rounding, and its variety against the AR parent's (arXiv 2310.17680). */
import { bootstrapDefaults } from "../analysis/bootstrap.js";
import { pairedDifference } from "../analysis/by-group.js";
import {
  isValid,
  matchedByPass,
  passes,
  varietyByProblem,
  type ProgramSample,
} from "../analysis/programs.js";
import type { Rng } from "../core/rng.js";
import { estimateInWords, exceeds, judged, type Claim, type JudgedClaim } from "./claim.js";

const common = { figure: "n12-codefusion", citation: "arXiv 2310.17680 (by summaries)" } as const;

export const n12Readout: Claim = {
  ...common,
  id: "N12",
  statement:
    "Read by a decoder with full attention, the same denoised embeddings are more often a valid program than rounded to the nearest token.",
  published:
    "valid programs 67.6, 73.4 and 94.5% against 24.2, 54.2 and 78.6% of GENIE, which rounds; in the ablation rounding is worse",
  criterion:
    "share of valid programs (one well-formed block that Python parses) by decoder and head minus by nearest embedding, of the same xhat_0 after T = 200 steps. Paired by training seed and problem: the interval above 0. pass@1 is in the note.",
};

export const n12Variety: Claim = {
  ...common,
  id: "N12-variety",
  statement:
    "At equal pass@1, five samples of CodeFusion hold more distinct valid programs than five of an autoregressive model.",
  published: "4-gram diversity .81 against .61 of the best autoregressive model (not at equal accuracy)",
  criterion:
    "distinct valid programs among five samples of a problem, as a share of five: decoder read-out minus AR parent. For each training seed the parent's temperature is, of those run, the one whose pass@1 is nearest. Paired by training seed and problem: the interval above 0.",
};

/** @param programs both read-outs of the same samples, and the AR parent's programs at several temperatures */
export function judgeN12(programs: readonly ProgramSample[], rng: Rng): JudgedClaim[] {
  const [decoder, rounding, parent] = ["decoder", "rounding", "autoregressive"].map(name =>
    programs.filter(row => row.readout === name),
  );
  return [
    judgeReadout(decoder, rounding, rng.split("N12")),
    judgeVariety(decoder, parent, rng.split("variety")),
  ];
}

function judgeReadout(
  decoder: readonly ProgramSample[],
  rounding: readonly ProgramSample[],
  rng: Rng,
): JudgedClaim {
  const difference = (name: string, value: (row: ProgramSample) => number) =>
    pairedDifference(decoder, rounding, value, bootstrapDefaults, rng.split(name));
  const valid = difference("valid", isValid);
  const pass = difference("pass", passes);
  const shares = (value: (row: ProgramSample) => number) =>
    `${share(decoder, value)} by the decoder, ${share(rounding, value)} rounded`;
  return judged(
    n12Readout,
    valid,
    { seeds: valid.seeds, n: valid.n },
    exceeds(0, valid),
    `Valid: ${shares(isValid)}. pass@1: ${shares(passes)}, difference ${estimateInWords(pass)}.`,
  );
}

function judgeVariety(
  decoder: readonly ProgramSample[],
  parent: readonly ProgramSample[],
  rng: Rng,
): JudgedClaim {
  const matched = matchedByPass(decoder, parent);
  const [ours, theirs] = [decoder, matched].map(varietyByProblem);
  const found = pairedDifference(ours, theirs, row => row.variety, bootstrapDefaults, rng);
  const seeds = [...new Set(decoder.map(row => row.seed))];
  const words = seeds.map(seed => {
    const [own, other] = [decoder, matched].map(rows => rows.filter(row => row.seed === seed));
    return `seed ${seed}: pass@1 ${share(own, passes)} against ${share(other, passes)} at T ${other[0].temperature}`;
  });
  return judged(
    n12Variety,
    found,
    { seeds: found.seeds, n: found.n },
    exceeds(0, found),
    `${words.join("; ")}.`,
  );
}

function share(rows: readonly ProgramSample[], value: (row: ProgramSample) => number): string {
  return (rows.reduce((sum, row) => sum + value(row), 0) / rows.length).toFixed(3);
}
