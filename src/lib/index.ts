/**
 * The public surface: what notebooks and other packages
 * import from "unmask". A handful of verbs, then namespaces.
 */
import { globalArness, localArness, orderUpTo, randomOrderArness } from "./analysis/ar-ness.js";
import { arnessByGroup, sampleArness } from "./analysis/arness-by-group.js";
import { randomOrderControl } from "./analysis/arness-controls.js";
import { cacheErrorByPass, cacheErrorTable } from "./methods/kv-cache/tables.js";
import { confidencesOfSamples, meanConfidences, neighbourGain } from "./analysis/confidence-map.js";
import { entropySink, firstStepProfile } from "./analysis/entropy-sink.js";
import { matchedByCalls, methodRows, paretoFront } from "./analysis/equal-calls.js";
import { estimatedProblems, estimatorMeasures } from "./analysis/estimates.js";
import { exponentMeasures } from "./analysis/exponents.js";
import {
  heldOutCurves,
  heldOutDifferences,
  heldOutMeasures,
  numberByRun,
  secondHalf,
} from "./analysis/held-out.js";
import { lossByTimestep } from "./analysis/loss-by-timestep.js";
import { measuresByGroup, solved, spreadByGroup, tieShare } from "./analysis/measures-by-group.js";
import { orderCorrelation, rankOf, stepMap } from "./analysis/order.js";
import { passAtK } from "./analysis/pass-at-k.js";
import { passAtKByGroup } from "./analysis/pass-by-group.js";
import { detectableDifference, runsToSee } from "./analysis/power.js";
import { besideFloat32 } from "./analysis/precision-pairs.js";
import { againstBand, predictionBand } from "./analysis/prediction-band.js";
import { programMeasures, traceMeasures } from "./methods/codefusion/tables.js";
import { rlCourse } from "./analysis/rl-course.js";
import { methodOf, settingInWords } from "./analysis/setting.js";
import { table } from "./analysis/table.js";
import { crossoverFlops, validationCurves, validationDifferences } from "./analysis/validation-loss.js";
import { benchRows } from "./bench/bench-rows.js";
import { examplePrompts } from "./benchmarks/example-prompts.js";
import { readAdapter, saveAdapter } from "./checkpoints/adapter-files.js";
import { loadDenoiser } from "./checkpoints/checkpoint.js";
import { loadFusion } from "./methods/codefusion/checkpoint.js";
import { portable } from "./checkpoints/portable.js";
import { readSoftMasking } from "./methods/soft-masking/checkpoint.js";
import { checkpointFolder, problemsOf, testbedTokenizer } from "./checkpoints/testbed.js";
import { loadTokenizer } from "./checkpoints/tokenizer-file.js";
import { judge } from "./claims/judge.js";
import { isLikeForm } from "./claims/like-forms.js";
import { orderName, orders } from "./claims/orders.js";
import { directionsOf } from "./claims/special/directions.js";
import { table2Markdown } from "./claims/table2.js";
import { byHand } from "./decode/by-hand.js";
import { scoreOf } from "./decode/confidence.js";
import { bd3lmPublic, decodeDefaults, dreamPublic, lladaPublic, mdlmPublic } from "./decode/config.js";
import { learnedOrder } from "./methods/learned-order/order.js";
import { chooseHighest, drawByScore, originPolicy, quotaPolicy } from "./decode/policy.js";
import { samplerOf } from "./decode/sampler.js";
import { policyNames } from "./decode/types.js";
import { arnessByTemperatureFigure, arnessFigure } from "./figures/ar-ness.js";
import {
  beforeAfterByFormFigure,
  beforeAfterFigure,
  formSharesFigure,
  passBeforeAfterFigure,
} from "./figures/before-after.js";
import { blocksFigure } from "./figures/blocks.js";
import { cacheErrorsFigure, cachePassesFigure } from "./methods/kv-cache/figures.js";
import { confidenceMapFigure } from "./figures/confidence-map.js";
import { decodeOrderFigure, orderHtml } from "./figures/decode-order.js";
import { estimatorsFigure, exponentsFigure } from "./figures/estimators.js";
import { fewerStepsFigure } from "./figures/fewer-steps.js";
import { intervalsFigure } from "./figures/intervals.js";
import { learnedOrderFigure, orderCourseFigure } from "./methods/learned-order/figures.js";
import { paretoFigure } from "./figures/pareto.js";
import { passAtKFigure } from "./figures/pass-at-k.js";
import { firstStepConfidenceFigure, lossByTimestepFigure, trainingLossFigure } from "./figures/profiles.js";
import { programsFigure, traceFigure } from "./methods/codefusion/figures.js";
import { rewardDifferencesFigure, rlCourseFigure } from "./figures/reward-curves.js";
import { growthFigure, growthRows, speedupFigure, speedupRows } from "./figures/speed.js";
import { stagesFigure } from "./figures/stages.js";
import { directionsFigure, tieShareFigure } from "./figures/ties.js";
import { validationFigure } from "./figures/validation.js";
import { applyAdapter } from "./model/lora.js";
import { ratesMarkdown } from "./recipes/rl/rl-rates.js";
import {
  finishedRuns,
  heldOutResults,
  notJudged,
  otherParents,
  rlResultIn,
  rlResults,
  rlSteps,
} from "./recipes/rl/rl-results.js";
import { groupAdvantages } from "./rl/advantages.js";
import { completionsOf } from "./rl/estimate-plan.js";
import { grpoLossDefaults } from "./rl/grpo-loss.js";
import { createGrpoStep, createLogpEstimator } from "./rl/grpo-step.js";
import { drawPasses } from "./rl/mask-estimator.js";
import { rewardAll } from "./rl/rewards.js";
import { confidencePicture, orderPicture } from "./session/plot.js";
import { hasBfloat16 } from "./runtime/precision.js";
import { publish, publishClaims } from "./session/publish.js";
import { beforeAndAfter, endsOf, rlSeeds, withEstimator } from "./study/before-after.js";
import { decodingSpeed, secondsBySetting } from "./study/decoding-speed.js";
import { methodInWords, withSeconds } from "./study/method-times.js";
import { models, recipeName, stageLabel, stages } from "./study/models.js";
import { n13Compute, n13Speed } from "./study/n13.js";
import { n8Label } from "./methods/learned-order/labels.js";
import { orderedTexts } from "./study/ordered-texts.js";
import { runOwnPolicy } from "./study/own-policy.js";
import { withPrecision } from "./study/precisions.js";
import { currentProfile, trainingSeeds } from "./study/profile.js";
import { promptEffect } from "./methods/codefusion/probe.js";
import { firstSteps, neighbourGains, orderCorrelations } from "./study/trace-rows.js";
import { trainedCheckpoint, trainingRuns, validationOf } from "./study/training-studies.js";
import { closeDecoders } from "./study/workers.js";
import { distinctProblems } from "./tasks/distinct-problems.js";
import { extractProgram } from "./tasks/grade.js";
import { scriptsOf } from "./tasks/task.js";
import { addTask } from "./tasks/tasks.js";
import { adamWDefaults } from "./train/adamw.js";
import { copyParameters, initOptimizer } from "./train/train-step.js";

export { load } from "./session/load.js";
export { decodeText as decode } from "./session/decode-text.js";
export { show } from "./session/show.js";
export { playground } from "./session/playground.js";
export { study } from "./study/study.js";
export { each } from "./study/plan.js";
export { grid } from "./study/plan.js";
export { bySize } from "./study/profile.js";
export { compile } from "./compile/compile.js";
export { createDenoiser } from "./model/denoiser.js";
export { decodeConfig } from "./decode/config.js";
export { readLog } from "./log/log-reader.js";
export { useBackend } from "./runtime/backend.js";
export { Rng } from "./core/rng.js";
export { Sandbox } from "./sandbox/sandbox.js";
export { UserError } from "./core/errors.js";

export type { Claim, JudgedClaim } from "./claims/claim.js";
export type { Problem, Split, TaskName, TieRule, Trajectory } from "./core/records.js";
export type { ConfidenceScore } from "./decode/confidence.js";
export type { LearnedOrder } from "./decode/order.js";
export type { UnmaskingPolicy, UnmaskingState } from "./decode/policy.js";
export type { Population } from "./decode/population.js";
export type { TokenSampler } from "./decode/sampler.js";
export type { DecodeConfig } from "./decode/types.js";
export type { Denoiser } from "./model/denoiser.js";
export type { Adapter } from "./model/lora.js";
export type { MarkovChain } from "./model/markov-chain.js";
export type { OrderHead } from "./methods/learned-order/head.js";
export type { RlStudyRun } from "./recipes/rl/rl-studies.js";
export type { Decoded, TextOptions } from "./session/decode-text.js";
export type { Model } from "./session/load.js";
export type { OwnPolicy } from "./study/own-policy.js";
export type { Plan } from "./study/plan.js";
export type { FinishedRun, Study } from "./study/study.js";
export type { SeededTask } from "./tasks/task.js";
export type { Tokenizer } from "./tokenizer/tokenizer.js";

/** AR-ness of an order [C] of positions (DiffuCoder §4.1), a fraction in [0, 1]. */
export const arness = {
  local: localArness,
  global: globalArness,
  upTo: orderUpTo,
  ofRandomOrder: randomOrderArness,
  ofSample: sampleArness,
  byGroup: arnessByGroup,
  randomControl: randomOrderControl,
};
/** Figures as data, pictures of single decodings, and `save`, which writes a figure and shows it. */
export const plot = {
  order: orderPicture,
  confidence: confidencePicture,
  save: publish,
  html: orderHtml,
  arness: arnessFigure,
  arnessByTemperature: arnessByTemperatureFigure,
  beforeAfter: beforeAfterFigure,
  beforeAfterByForm: beforeAfterByFormFigure,
  blocks: blocksFigure,
  cacheErrors: cacheErrorsFigure,
  cachePasses: cachePassesFigure,
  confidenceMap: confidenceMapFigure,
  decodeOrder: decodeOrderFigure,
  directions: directionsFigure,
  estimators: estimatorsFigure,
  exponents: exponentsFigure,
  fewerSteps: fewerStepsFigure,
  firstStepConfidence: firstStepConfidenceFigure,
  formShares: formSharesFigure,
  growth: growthFigure,
  intervals: intervalsFigure,
  learnedOrder: learnedOrderFigure,
  lossByTimestep: lossByTimestepFigure,
  orderCourse: orderCourseFigure,
  pareto: paretoFigure,
  passAtK: passAtKFigure,
  passBeforeAfter: passBeforeAfterFigure,
  programs: programsFigure,
  rewardDifferences: rewardDifferencesFigure,
  rlCourse: rlCourseFigure,
  speedup: speedupFigure,
  stages: stagesFigure,
  tieShare: tieShareFigure,
  trace: traceFigure,
  trainingLoss: trainingLossFigure,
  validation: validationFigure,
};
/** Measures of rows: means with intervals, pass@k, ties, curves. */
export const measure = {
  table,
  byGroup: measuresByGroup,
  spreadByGroup,
  solved,
  tieShare,
  besideFloat32,
  passAtK,
  passAtKByGroup,
  methods: methodRows,
  methodOf,
  paretoFront,
  settingInWords,
  matchedByCalls,
  firstStepProfile,
  entropySink,
  lossByTimestep,
  confidencesOfSamples,
  meanConfidences,
  neighbourGain,
  stepMap,
  rankOf,
  orderCorrelation,
  cacheErrors: cacheErrorTable,
  cacheErrorsByPass: cacheErrorByPass,
  estimatedProblems,
  estimators: estimatorMeasures,
  exponents: exponentMeasures,
  heldOutCurves,
  heldOutDifferences,
  heldOut: heldOutMeasures,
  numberByRun,
  secondHalf,
  predictionBand,
  againstBand,
  detectableDifference,
  runsToSee,
  programs: programMeasures,
  traces: traceMeasures,
  rlCourse,
  validationCurves,
  validationDifferences,
  crossoverFlops,
  growth: growthRows,
  speedups: speedupRows,
  isLikeForm,
};
/** Rows against criteria that were fixed before; `publish` records the verdicts and shows them. */
export const claims = { judge, publish: publishClaims, directions: directionsOf, table2: table2Markdown };
/** What studies of the testbed share: models, orders, finished runs of training and RL. */
export const studies = {
  models,
  stages,
  stageLabel,
  orders,
  orderName,
  recipeName,
  trainingSeeds,
  rlSeeds,
  orderedTexts,
  firstSteps,
  neighbourGains,
  orderCorrelations,
  beforeAndAfter,
  endsOf,
  withEstimator,
  withPrecision,
  withSeconds,
  methodInWords,
  n13Compute,
  n13Speed,
  n8Label,
  ownPolicy: runOwnPolicy,
  promptEffect,
  decodingSpeed,
  secondsBySetting,
  examplePrompts,
  hasBfloat16,
  benchRows,
  finishedRuns,
  heldOutResults,
  notJudged,
  otherParents,
  rlResultIn,
  rlResults,
  rlSteps,
  rates: ratesMarkdown,
  trainedCheckpoint,
  trainingRuns,
  validationOf,
  portable,
  softMaskingOf: readSoftMasking,
  profile: currentProfile,
  close: closeDecoders,
};
/** Parts of an unmasking policy: which positions are committed, and which tokens. */
export const policies = {
  byHand,
  chooseHighest,
  drawByScore,
  origin: originPolicy,
  quota: quotaPolicy,
  learnedOrder,
  scoreOf,
  samplerOf,
  names: policyNames,
};
/** Models, tokenizers and adapters by folder, below `load`. */
export const checkpoints = {
  folder: checkpointFolder,
  denoiser: loadDenoiser,
  tokenizer: loadTokenizer,
  testbedTokenizer,
  codefusion: loadFusion,
  adapter: readAdapter,
  saveAdapter,
  applyAdapter: applyAdapter,
};
/** The decoders of the public codes, as options of `decode`. */
export const presets = {
  diffucoder: decodeDefaults,
  dream: dreamPublic,
  llada: lladaPublic,
  mdlm: mdlmPublic,
  bd3lm: bd3lmPublic,
};
/** Problems of a task: `tasks.problems("minipy", "test", 10)`; `add` makes one of your own known. */
export const tasks = {
  add: addTask,
  distinct: distinctProblems,
  problems: problemsOf,
  scriptsOf,
  extractProgram,
};
/** Parts of an optimiser's step. */
export const train = { adamWDefaults, copyParameters, initOptimizer };
/** Parts of coupled-GRPO: rewards, advantages, masks, estimates and the clipped update. */
export const rl = {
  completionsOf,
  createGrpoStep,
  createLogpEstimator,
  drawPasses,
  groupAdvantages,
  grpoLossDefaults,
  rewardAll,
};
