/** The command-line options that every command which decodes takes, and the configuration they spell. */
import { decodeDefaults } from "../decode/config.js";
import {
  decodeSchema,
  policyNames,
  type DecodeConfig,
  type PolicyName,
  type PolicySettings,
} from "../decode/types.js";
import { namedPolicy, policies } from "../decode/policies.js";
import { UserError } from "../core/errors.js";

/** An option as the schema has it. */
const { entries } = decodeSchema;
const ofField = <O extends object, D extends string>(schema: {
  readonly option: O;
  readonly description: D;
}) => ({
  ...schema.option,
  description: schema.description,
});

/** The options that stand for one field each, by their names. */
const fieldOptions = {
  temperature: { ...ofField(entries.temperature), default: decodeDefaults.temperature },
  "top-p": { ...ofField(entries.topP), default: decodeDefaults.topP },
  "top-k": ofField(entries.topK),
  steps: ofField(entries.steps),
  remasking: {
    ...ofField(entries.remasking),
    description:
      `${entries.remasking.description}; by default ${decodeDefaults.remasking}, under a policy what ` +
      "it reads",
  },
  "tie-rule": { ...ofField(entries.tieRule), default: decodeDefaults.tieRule },
  quota: { ...ofField(entries.quota), default: decodeDefaults.quota },
  "block-length": ofField(entries.blockLength),
  "kv-cache": ofField(entries.kvCache),
  "attention-mask": ofField(entries.attention),
  guidance: ofField(entries.guidance),
} as const;

const fieldOf = {
  temperature: "temperature",
  "top-p": "topP",
  "top-k": "topK",
  steps: "steps",
  remasking: "remasking",
  "tie-rule": "tieRule",
  quota: "quota",
  "block-length": "blockLength",
  "kv-cache": "kvCache",
  "attention-mask": "attention",
  guidance: "guidance",
} as const satisfies Readonly<Record<keyof typeof fieldOptions, keyof DecodeConfig>>;

export const decodeOptions = {
  checkpoint: {
    type: "string",
    required: true,
    description: "checkpoint folder, or the recipe of a shipped one",
  },
  seed: {
    type: "integer",
    default: 1,
    min: 0,
    description: "seed of the sampling, and of a shipped checkpoint",
  },
  ...fieldOptions,
  policy: {
    type: "choice",
    values: ["quota", ...policyNames],
    default: "quota",
    description: "which positions are committed at a step; quota: the surest, as many as the quota says",
  },
  with: {
    type: "list",
    description: `parameters of the policy, such as tau=0.8 (${parametersInWords()})`,
  },
} as const;

type Given = Readonly<Partial<Record<keyof typeof fieldOf, unknown>>> & {
  readonly policy: "quota" | PolicyName;
  readonly with: readonly string[];
};

/** What differs from the defaults of `decodeConfig`, which checks it. */
export function decodeOverrides(given: Given): Partial<DecodeConfig> {
  const fields = Object.entries(fieldOf).flatMap(([option, field]) => {
    const value = given[option as keyof typeof fieldOf];
    return value === undefined ? [] : [[field, value] as const];
  });
  return { ...(Object.fromEntries(fields) as Partial<DecodeConfig>), ...policyGiven(given) };
}

/** @throws UserError for a parameter that is not written NAME=VALUE, or that nothing reads */
function policyGiven({ policy, with: texts }: Given): { readonly policy?: PolicySettings } {
  if (policy === "quota") {
    if (texts.length === 0) return {};
    throw new UserError(
      `decode: --with ${texts[0]} is a parameter of a policy and none is named; add --policy, such as ` +
        `${policyNames[0]}.`,
    );
  }
  const [example] = Object.entries(namedPolicy(policy).parameters);
  const parameters = texts.map((text): [string, number | string] => {
    const [name, value, ...rest] = text.split("=");
    if (name === "" || value === undefined || value === "" || rest.length > 0)
      throw new UserError(
        `decode: --with ${text} is not NAME=VALUE; write for example --with ` +
          `${example[0]}=${example[1].default}.`,
      );
    return [name, Number.isNaN(Number(value)) ? value : Number(value)];
  });
  return { policy: { ...Object.fromEntries(parameters), name: policy } };
}

/** "threshold: tau, spacing, minGap; ..." */
function parametersInWords(): string {
  return Object.entries(policies)
    .map(([name, { parameters }]) => `${name}: ${Object.keys(parameters).join(", ")}`)
    .join("; ");
}
