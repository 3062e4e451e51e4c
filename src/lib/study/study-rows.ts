/** What a decoding run logs: one row a sample, one a committed token, one a position and step. */
import { basename } from "node:path";
import { globalArness, localArness, orderUpTo } from "../analysis/ar-ness.js";
import type { Trajectory } from "../core/records.js";
import { policyInWords } from "../decode/policies.js";
import type { CommitRow, ConfidenceRow, SampleRow } from "../log/schemas.js";
import type { TextTokenizer } from "../tokenizer/tokenizer.js";
import type { DecodedSample, DecodeStudy, Job } from "./decode-batch.js";

/** k of the logged AR-ness lists (DiffuCoder Fig. 3). */
export const localKs = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
export const globalKs = [1, 2, 3, 4] as const;

/** @param run names the log */
export function sampleRow(
  study: DecodeStudy,
  run: string,
  { problem, sample }: Job,
  decoded: DecodedSample,
): SampleRow {
  const { trajectory: t, text, end, grade } = decoded;
  return {
    run,
    problem: problem.id,
    sample,
    task: problem.task,
    split: problem.split,
    form: problem.form,
    checkpoint: basename(study.checkpoint),
    seed: study.seed,
    steps: t.steps,
    policy: policyOf(study),
    calls: t.calls,
    tokenPositions: t.tokenPositions,
    temperature: study.decode.temperature,
    topP: study.decode.topP,
    score: scoreOf(study),
    tieRule: t.tieRule,
    tieSteps: t.tieSteps,
    choiceSteps: t.choiceSteps,
    prompt: problem.prompt,
    text,
    completionLength: end,
    ...grade,
    ...arnessColumns(t, end),
  };
}

/** The column `score` of a study. */
export function scoreOf({ autoregressive, decode, head }: DecodeStudy): string {
  if (autoregressive) return "autoregressive";
  return head === undefined ? decode.remasking : "learned";
}

/** A head is named by its recipe: "quota dcolt" commits the quota's highest of what that head scores; "soft": of soft masks. */
export function policyOf({ autoregressive, decode, head, soft }: DecodeStudy): string {
  if (autoregressive) return "autoregressive";
  const recipe = head === undefined ? [] : [basename(head).replace(/-seed\d+$/, "")];
  return [policyInWords(decode), ...recipe, ...(soft === undefined ? [] : ["soft"])].join(" ");
}

/**
 * AR-ness of a trajectory as columns of its sample.
 * @param end position of the first end token
 */
export function arnessColumns(
  t: Trajectory,
  end: number,
): Pick<SampleRow, "localArness" | "globalArness" | "localArnessEos" | "globalArnessEos"> {
  const whole = Array.from(t.order);
  const toEnd = orderUpTo(whole, end);
  return {
    localArness: localKs.map(k => localArness(whole, k)),
    globalArness: globalKs.map(k => globalArness(whole, k)),
    localArnessEos: localKs.map(k => localArness(toEnd, k)),
    globalArnessEos: globalKs.map(k => globalArness(toEnd, k)),
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
function readable(tokenizer: TextTokenizer, id: number): string {
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
