/**
 * The instrument's own door: what a page or a worker imports. Nothing here needs Node, and nothing is
 * fetched: models and tokenizers are made of bytes and texts that the caller has. The caller also chooses the
 * backend (`tf.setBackend`).
 */
export { UserError } from "./core/errors.js";
export { filesInMemory, type FolderFiles } from "./core/folder-files.js";
export { Rng } from "./core/rng.js";
export { tieRules, type TieRule, type Trajectory, type TrajectoryTrace } from "./core/records.js";

export { chatPrompt, type ChatMessage } from "./tokenizer/chat.js";
export { readTokenizerFiles } from "./tokenizer/tokenizer-files.js";
export { createTokenizer, withMask, type TextTokenizer, type Tokenizer } from "./tokenizer/tokenizer.js";

export { denoiserFromBytes } from "./model/from-bytes.js";
export type { Denoiser } from "./model/denoiser.js";

export { bd3lmPublic, decodeConfig, decodeDefaults } from "./decode/config.js";
export { dreamPublic, lladaPublic, mdlmPublic } from "./decode/config.js";
export { scoreOf, type ConfidenceScore } from "./decode/confidence.js";
export { byHand, type HandPick } from "./decode/by-hand.js";
export { decode, type DecodeOptions } from "./decode/decode.js";
export { namedPolicy, policies, policyInWords, policyParameters } from "./decode/policies.js";
export { chooseHighest, drawByScore, originPolicy, quotaPolicy } from "./decode/policy.js";
export type { Choice, UnmaskingPolicy, UnmaskingState } from "./decode/policy.js";
export { samplerOf, type TokenSampler } from "./decode/sampler.js";
export { policyNames, remaskings, type DecodeConfig, type PolicySettings } from "./decode/types.js";

export { globalArness, globalHits, localArness, localHits } from "./analysis/ar-ness.js";
export { orderUpTo, randomOrderArness } from "./analysis/ar-ness.js";
export { rankOf } from "./analysis/order.js";

export { filterWords, mapWords, plainPrompt, reduceWords } from "./tasks/minipy-render.js";
export { evaluate, filters, forms, maps, reduces, type MiniPySpec } from "./tasks/minipy-spec.js";
export { mixColors, orderColors, readableOn } from "./figures/theme.js";

export { cellOf, commandOf, gradingOf, testsFor, type Copied, type ModelCard } from "./playground/copy.js";
export { decodeRecorded, type Engine, type RecordedJob } from "./playground/decode-recorded.js";
export { engineOf, promptTokens, type ModelFiles, type OwnedEngine } from "./playground/engine.js";
export { knownSpans, type Span } from "./tokenizer/known-words.js";
export { linkOf, sceneOf, type LinkedScene } from "./playground/link.js";
export { specOf } from "./playground/prompt-menu.js";
export type { Candidate, Recording, StepKind } from "./playground/recording.js";
export { blockChoices, configOf, defaultPane, endsItself, fitting, plans } from "./playground/settings.js";
export { scoresOf, stepChoices, testbedLength } from "./playground/settings.js";
export type { PaneSettings, Plan, Scene } from "./playground/settings.js";
