/**
 * adapter_config.json in PEFT's layout (LoRA, arXiv 2106.09685; rsLoRA,
 * 2312.03732; DoRA, 2402.09353). What would change the result and is not
 * known here is refused: a merged weight that is a little wrong looks right.
 */
import { UserError } from "../core/errors.js";
import type { JsonObject } from "../core/json-text.js";
import { flag, whole } from "../core/schema.js";
import { key, positive, readKeys, type ValuesOf } from "./config-reader.js";

const keys = {
  rank: key("r", whole(1), 8),
  alpha: key("lora_alpha", positive, 8),
  /** divide alpha by the root of the rank */
  rankStabilised: key("use_rslora", flag, false),
  dora: key("use_dora", flag, false),
  /** a head that is tied to the embedding stays so whatever is saved of that */
  keepsTying: key("ensure_weight_tying", flag, false),
};

export interface LoraConfig extends ValuesOf<typeof keys> {
  /** where the config lies, named in errors */
  readonly file: string;
  readonly baseModel: string | null;
  /** by the end of a module's path, as a regular expression */
  readonly rankPattern: ReadonlyMap<string, number>;
  readonly alphaPattern: ReadonlyMap<string, number>;
  /** rows of a table by the end of its module's path */
  readonly trainableTokens: ReadonlyMap<string, readonly number[]>;
}

/** Fields that are read, or that only training and record-keeping need. */
const harmless = new Set([
  ...["peft_type", "r", "lora_alpha", "rank_pattern", "alpha_pattern", "use_rslora", "use_dora"],
  ...["target_modules", "exclude_modules", "modules_to_save", "layers_to_transform", "layers_pattern"],
  ...["trainable_token_indices", "base_model_name_or_path", "auto_mapping", "task_type", "revision"],
  ...[
    "inference_mode",
    "lora_dropout",
    "init_lora_weights",
    "peft_version",
    "megatron_config",
    "megatron_core",
  ],
  ...["loftq_config", "eva_config", "corda_config", "lora_ga_config", "qalora_group_size", "runtime_config"],
  ...["ensure_weight_tying"],
]);

/** @throws UserError for another method, an unknown field that is set, and values that cannot be */
export function parseLoraConfig(json: JsonObject, file: string): LoraConfig {
  const refuse = (what: string, remedy: string) => new UserError(`lora: ${file} ${what}; ${remedy}.`);
  const wrong = (field: string, needed: string) =>
    refuse(
      `has ${field}=${JSON.stringify(json[field])}, ${needed} is needed there`,
      "correct it or fetch the file again",
    );
  if (json["peft_type"] !== "LORA")
    throw refuse(`is of peft_type ${JSON.stringify(json["peft_type"])}`, "use an adapter of type LORA");
  const bias = json["bias"] ?? "none";
  if (bias !== "none")
    throw refuse(`trains biases (bias=${JSON.stringify(bias)})`, "merge it with PEFT first");
  for (const [field, value] of Object.entries(json)) {
    if (harmless.has(field) || field === "bias" || isUnset(value)) continue;
    throw refuse(
      `sets ${field} to ${JSON.stringify(value)}, which is not known here`,
      "merge it with PEFT first",
    );
  }
  const entries = (field: string): [string, unknown][] => {
    const value = json[field] ?? {};
    if (typeof value === "object" && !Array.isArray(value)) return Object.entries(value);
    throw wrong(field, "an object");
  };
  const pattern = (field: string) =>
    new Map(
      entries(field).map(([name, value]): [string, number] => {
        if (typeof value !== "number" || !(value > 0 && Number.isFinite(value)))
          throw wrong(field, "positive numbers");
        regular(name, () => wrong(field, "a regular expression for each name"));
        return [name, value];
      }),
    );
  const { base_model_name_or_path: base } = json;
  return {
    file,
    baseModel: typeof base === "string" && base !== "" ? base : null,
    ...readKeys("lora", json, file, keys),
    rankPattern: pattern("rank_pattern"),
    alphaPattern: pattern("alpha_pattern"),
    trainableTokens: trainableTokens(json, () => wrong("trainable_token_indices", "a list of token ids")),
  };
}

function isUnset(value: unknown): boolean {
  if (value === null || value === false || value === 0) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function regular(pattern: string, error: () => UserError): RegExp {
  try {
    return new RegExp(`^(?:.*\\.)?(?:${pattern})$`);
  } catch {
    throw error();
  }
}

/** A list is meant for the input embedding. */
function trainableTokens(json: JsonObject, error: () => UserError): ReadonlyMap<string, readonly number[]> {
  const given = json["trainable_token_indices"] ?? {};
  const named = Array.isArray(given) ? { embed_tokens: given as unknown } : given;
  if (typeof named !== "object") throw error();
  return new Map(
    Object.entries(named).map(([module, ids]: [string, unknown]) => {
      const whole = (id: unknown) => Number.isSafeInteger(id) && (id as number) >= 0;
      if (!Array.isArray(ids) || !ids.every(whole) || new Set(ids).size !== ids.length) throw error();
      return [module, ids as readonly number[]];
    }),
  );
}

/** What a module's product is multiplied by; `rank` is that of its tensors. */
export function loraScale(config: LoraConfig, module: string, rank: number): number {
  const alpha = matching(config.alphaPattern, module) ?? config.alpha;
  return alpha / (config.rankStabilised ? Math.sqrt(rank) : rank);
}

/** The rank that the configuration gives a module. */
export function loraRank(config: LoraConfig, module: string): number {
  return matching(config.rankPattern, module) ?? config.rank;
}

/** The value of the first name that a module's path ends with, after a dot or from the start. */
function matching<T>(patterns: ReadonlyMap<string, T>, module: string): T | undefined {
  for (const [name, value] of patterns)
    if (regular(name, () => new UserError("internal: checked before")).test(module)) return value;
  return undefined;
}
