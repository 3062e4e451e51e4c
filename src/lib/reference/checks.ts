/**
 * Which check a file goes to. Layouts are told by what a file holds, not by its name or folder, so that other
 * data of the same layout, with other shapes and any number of files, are checked too.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Check, CheckContext, CheckResult } from "./case-file.js";
import { checkConfidence } from "./check-confidence.js";
import { checkDecoding } from "./check-decoding.js";
import { checkGrpo } from "./check-grpo.js";
import { checkLogits } from "./check-logits.js";
import { checkLoss } from "./check-loss.js";
import { checkArness, checkPassAtK } from "./check-metrics.js";
import { checkRewards } from "./check-rewards.js";
import { checkAdvantages, checkCompletionMasks, checkStepSchedule } from "./check-rl-tables.js";
import { checkAnnealing, checkDilated, checkTransferCounts } from "./check-schedules.js";
import { checkTokenizer } from "./check-tokenizer.js";
import { isJsonObject, type JsonObject } from "../core/json-text.js";
import { Fields, readJsonFile, UnreadableReference } from "./fields.js";
import { kinds } from "./kinds.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";

interface Layout {
  /** a field of the file itself */
  readonly own?: string;
  /** or of its first case */
  readonly ofCase?: string;
  /** what the file is about, for summaries */
  readonly topic: string;
  readonly check: Check;
}

const layouts: readonly Layout[] = [
  { own: "encode", topic: "tokenizer, chat template", check: checkTokenizer },
  { own: "per_token_logps", topic: "coupled-GRPO estimate, loss, gradient, KL, clipping", check: checkGrpo },
  { own: "completion_mask", topic: "completion masks", check: checkCompletionMasks },
  { ofCase: "kept", topic: "filters and confidence scores", check: checkConfidence },
  { ofCase: "history", topic: "decoding histories", check: checkDecoding },
  { ofCase: "local_caption", topic: "AR-ness, all definitions", check: checkArness },
  { ofCase: "pass_at_k", topic: "pass@k", check: checkPassAtK },
  { ofCase: "rewards_per_function", topic: "rewards to advantages", check: checkAdvantages },
  { ofCase: "gradient_accumulation_steps", topic: "order of mask seeds", check: checkStepSchedule },
  { ofCase: "format_reward", topic: "format and code rewards", check: checkRewards },
  { ofCase: "llada_tokens_per_step", topic: "tokens a step", check: checkTransferCounts },
  { ofCase: "strides", topic: "dilated schedule", check: checkDilated },
  { ofCase: "may_attend", topic: "annealed attention", check: checkAnnealing },
];

/** The files of a checkpoint or tokenizer: what the cases are computed with, no cases themselves. */
const inputFiles =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|training|adapter_config|model.*\.index)\.json$|^(adapter_)?model.*\.safetensors$/;

/** Every JSON and safetensors file below a folder that may hold cases, in alphabetical order. */
export function caseFiles(folder: string): string[] {
  let names: string[];
  try {
    if (!statSync(folder).isDirectory()) throw new Error("not a folder");
    names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    throw new UnreadableReference(
      `check:reference: ${folder} cannot be read (${(error as Error).message}); name the folder of the ` +
        "reference data with --dir.",
    );
  }
  return names
    .filter(name => /\.(json|safetensors)$/.test(name) && !inputFiles.test(basename(name)))
    .sort()
    .map(name => join(folder, name));
}

/** What one file holds, compared. */
export interface CheckedFile {
  readonly topic: string;
  readonly results: readonly CheckResult[];
  /** the kind it says it is of, where this library has nothing to compare with it */
  readonly outOfScope?: string;
}

/**
 * Check one file; null for one of no known layout.
 * @throws UserError when the file, or the checkpoint beside it, cannot be read
 */
export async function checkFile(
  folder: string,
  path: string,
  context: CheckContext,
): Promise<CheckedFile | null> {
  const name = relative(folder, path).replace(/\.(json|safetensors)$/, "");
  if (path.endsWith(".safetensors")) return checkTensors(path, name, context);
  const json = readJsonFile(path);
  const layout = isJsonObject(json) ? layoutOf(json) : undefined;
  if (layout === undefined) return null;
  if (typeof layout === "string") return { topic: "", results: [], outOfScope: layout };
  const results = await layout.check({ path, name, fields: new Fields(json, path) }, context);
  return { topic: layout.topic, results };
}

/**
 * A kind that is written in the file goes before what its
 * fields look like; one that is not known is returned as it is.
 */
function layoutOf(json: JsonObject): Pick<Layout, "topic" | "check"> | string | undefined {
  const { kind } = json;
  if (typeof kind === "string") return kinds.get(kind) ?? kind;
  return layouts.find(({ own, ofCase }) => {
    if (own !== undefined) return own in json;
    const first: unknown = Array.isArray(json["cases"]) ? json["cases"][0] : undefined;
    return ofCase !== undefined && isJsonObject(first) && ofCase in first;
  });
}

/** The kind that a file, or the JSON file of its name beside a safetensors file, says it is of. */
export function kindOf(path: string): string | undefined {
  const described = path.replace(/\.safetensors$/, ".json");
  if (!existsSync(described)) return undefined;
  const json = readJsonFile(described);
  return isJsonObject(json) && typeof json["kind"] === "string" ? json["kind"] : undefined;
}

function checkTensors(path: string, name: string, context: CheckContext): CheckedFile | null {
  // The tensors of a case of some kind are read with its JSON file.
  if (kindOf(path) !== undefined) return { topic: "", results: [] };
  const file = openSafetensors(path);
  const names = [...file.tensors.keys()];
  file.close();
  if (names.some(n => n.endsWith(".input_ids")))
    return {
      topic: "hidden states and logits, padded or not",
      results: checkLogits({ path, name }, context),
    };
  if (names.includes("x0") && names.includes("loss"))
    return { topic: "masked-diffusion loss, its gradient", results: checkLoss({ path, name }, context) };
  // The tensors of a coupled-GRPO case are read with the JSON file beside them.
  return names.includes("grad_logits") ? { topic: "", results: [] } : null;
}
