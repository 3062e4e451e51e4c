/**
 * Whole decodings with the checkpoint beside the file, step by
 * step: Dream's `diffusion_generate`, LLaDA's `generate.py`.
 */
import type { Trajectory } from "../core/records.js";
import { Rng } from "../core/rng.js";
import { decodeConfig, dreamPublic, lladaPublic } from "../decode/config.js";
import type { DecodeConfig, Remasking } from "../decode/types.js";
import { decode } from "../decode/decode.js";
import type { CaseFile, CheckContext, CheckResult } from "./case-file.js";
import type { Fields } from "./fields.js";
import { countDifferent, tolerances } from "./finding.js";

/** Public names of the scores that are not random. */
const remaskingOf: Readonly<Record<string, Remasking>> = {
  maskgit_plus: "probability",
  topk_margin: "margin",
  entropy: "neg-entropy",
  low_confidence: "probability-untempered",
};

export async function checkDecoding(file: CaseFile, context: CheckContext): Promise<CheckResult[]> {
  const maskId = file.fields.number("mask_token_id");
  const results: CheckResult[] = [];
  for (const c of file.fields.list("cases")) results.push(...(await checkCase(file, c, maskId, context)));
  return results;
}

async function checkCase(
  { path, name }: CaseFile,
  c: Fields,
  maskId: number,
  context: CheckContext,
): Promise<CheckResult[]> {
  const at = `${name} ${c.text("name")}`;
  const rule = c.text(c.has("alg") ? "alg" : "remasking");
  const random = c.number("temperature") > 0 || (c.has("alg_temp") && c.number("alg_temp") > 0);
  if (random || !(rule in remaskingOf)) {
    const reason =
      `decoded at random (${rule}, temperature ${c.number("temperature")}): another generator gives ` +
      "another history";
    return [{ name: at, reason }];
  }
  const config = configOf(c, remaskingOf[rule]);
  const prompts = promptsOf(c);
  const rngs = prompts.map((_, i) => Rng.fromSeed(0).split(i));
  const trajectories = await decode(context.denoiserBeside(path), prompts, config, rngs, { trace: true });
  const { completionLength: length, steps } = config;
  const states = trajectories.flatMap(t => statesOf(t, steps, maskId));
  const history = c.cube("history");
  const reference = trajectories.flatMap((_, row) => history.flatMap(state => state[row].slice(-length)));
  return [
    {
      name: at,
      quantity: `ids after each of ${steps} steps, ${prompts.length} x ${length}`,
      difference: countDifferent(states, reference),
      tolerance: tolerances.identical,
    },
    ...confidences(at, c, trajectories, length),
  ];
}

function configOf(c: Fields, remasking: Remasking): DecodeConfig {
  const optional = (key: string) => (c.has(key) ? c.number(key) : null);
  const isDream = c.has("alg");
  return decodeConfig(c.number(isDream ? "max_new_tokens" : "gen_length"), {
    ...(isDream ? dreamPublic : lladaPublic),
    remasking,
    temperature: 0,
    topP: optional("top_p") ?? 1,
    topK: optional("top_k"),
    steps: c.number("steps"),
    blockLength: optional("block_length"),
    guidance: optional("cfg_scale") ?? 0,
  });
}

/** Prompts without their left padding. */
function promptsOf(c: Fields): Int32Array[] {
  const attentionMask = c.has("attention_mask") ? c.matrix("attention_mask") : null;
  return c
    .matrix("prompt_ids")
    .map((ids, row) =>
      Int32Array.from(ids.filter((_, i) => attentionMask === null || attentionMask[row][i] === 1)),
    );
}

/** The completion after each step, one after the other. */
function statesOf(t: Trajectory, steps: number, maskId: number): number[] {
  return Array.from({ length: steps }, (_, step) =>
    Array.from(t.completionIds, (id, p) => (t.stepOf[p] >= 0 && t.stepOf[p] <= step ? id : maskId)),
  ).flat();
}

/** Scores before each step, where the case has them; null marks what was no candidate. */
function confidences(
  at: string,
  c: Fields,
  trajectories: readonly Trajectory[],
  length: number,
): CheckResult[] {
  if (!c.has("confidence_before_each_step")) return [];
  let worst = 0;
  let compared = 0;
  c.cubeOrNull("confidence_before_each_step").forEach((rows, step) =>
    rows.forEach((row, b) =>
      row.slice(-length).forEach((reference, p) => {
        if (reference === null) return;
        const ours = trajectories[b].trace?.confidence[step * length + p] ?? NaN;
        compared++;
        if (!(Math.abs(ours - reference) <= worst)) worst = Math.abs(ours - reference);
      }),
    ),
  );
  const quantity = `${compared} confidences before the steps`;
  return [{ name: at, quantity, difference: worst, tolerance: tolerances.confidences }];
}
