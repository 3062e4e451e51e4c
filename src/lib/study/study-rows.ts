/**
 * What a decoding run logs: one row a sample, one a position and step; and a trajectory as one row a token.
 */
import { basename } from "node:path";
import type { Trajectory } from "../core/records.js";
import type { DecodeConfig } from "../decode/types.js";
import { policyParameters } from "../decode/policies.js";
import { nothingRecorded, policyColumns } from "../log/column-groups.js";
import type { CommitRow, ConfidenceRow, SampleRow } from "../log/schemas.js";
import type { TextTokenizer } from "../tokenizer/tokenizer.js";
import type { DecodedSample, DecodeStudy, Job } from "./decode-batch.js";
import { partColumns, type PartFields } from "./decoding-parts.js";

/** @param run names the log */
export function sampleRow(
  study: DecodeStudy,
  run: string,
  { problem, sample }: Job,
  { trajectory, text, end, grade }: DecodedSample,
): SampleRow {
  return {
    ...{ run, problem: problem.id, sample, task: problem.task, split: problem.split, form: problem.form },
    ...{ checkpoint: basename(study.checkpoint), seed: study.seed },
    ...settingColumns(study),
    ...trajectoryColumns(trajectory),
    ...{ prompt: problem.prompt, text, completionLength: end },
    ...grade,
  };
}

type SettingKey =
  | keyof typeof policyColumns
  | "temperature"
  | "topP"
  | "remasking"
  | "policy"
  | "blockLength"
  | "kvCache"
  | "head"
  | "softMasks";

/** The columns that tell how a sample was decoded. */
export function settingColumns(
  study: Pick<DecodeStudy, "autoregressive" | "decode"> & PartFields,
): Pick<SampleRow, SettingKey> {
  const { autoregressive, decode } = study;
  const { temperature, topP, remasking, blockLength, kvCache = null } = decode;
  const named = autoregressive ? "autoregressive" : (decode.policy?.name ?? "quota");
  return {
    ...{ temperature, topP, policy: named, ...parameterColumns(decode), blockLength, kvCache },
    remasking: autoregressive ? named : remasking,
    ...partColumns(study),
  } as Pick<SampleRow, SettingKey>;
}

/** A policy's parameters as nullable columns. */
export function parameterColumns(
  config: Pick<DecodeConfig, "policy">,
): Pick<SampleRow, keyof typeof policyColumns> {
  const values = policyParameters(config);
  const columns = Object.keys(policyColumns).map(key => [key, values[key] ?? null]);
  return Object.fromEntries(columns) as Pick<SampleRow, keyof typeof policyColumns>;
}

/** What a trajectory says of a sample: its cost, its ties, its order and its tokens. */
export function trajectoryColumns(t: Trajectory) {
  const { steps, calls, tokenPositions, tieRule, tieSteps, choiceSteps } = t;
  return {
    ...{ steps, calls, tokenPositions, tieRule, tieSteps, choiceSteps },
    ...{ order: t.order, stepOf: t.stepOf, tokenIds: t.completionIds, ...nothingRecorded },
  };
}

/** A trajectory as rows of a commits log, in the order committed. */
export function commitRows(
  run: string,
  problem: string,
  sample: number,
  t: Trajectory,
  tokenizer: TextTokenizer,
): CommitRow[] {
  return Array.from(t.order, (position, rank) => ({
    run,
    problem,
    sample,
    rank,
    step: t.stepOf[position],
    position,
    tokenId: t.completionIds[position],
    token: readable(tokenizer, t.completionIds[position]),
    confidence: t.confidence[position],
    entropy: t.entropy[position],
  }));
}

/** The text of one token; where it holds half a character, or none, its spelling. */
export function readable(tokenizer: TextTokenizer, id: number): string {
  const text = tokenizer.decode([id]);
  return text === "" || text.includes("\ufffd") ? tokenizer.tokenOf(id) : text;
}

/** The state of every position before every step, as far as the trajectory kept it. */
export function confidenceRows(run: string, { problem, sample }: Job, t: Trajectory): ConfidenceRow[] {
  const c = t.completionIds.length;
  return Array.from({ length: t.steps * c }, (_, i) => ({
    run,
    problem: problem.id,
    sample,
    step: Math.floor(i / c),
    position: i % c,
    confidence: t.trace?.confidence[i] ?? NaN,
    entropy: t.trace?.entropy[i] ?? NaN,
    masked: t.stepOf[i % c] >= Math.floor(i / c),
  }));
}
