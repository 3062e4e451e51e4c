/** The public surface: what notebooks import from "unmask", grouped by room. */
import { globalArness, localArness, orderUpTo, randomOrderArness } from "./analysis/ar-ness.js";
import { problemsOf as problems } from "./checkpoints/testbed.js";
import { groupAdvantages } from "./rl/advantages.js";
import { completionsOf } from "./rl/estimate-plan.js";
import { grpoLossDefaults } from "./rl/grpo-loss.js";
import { createGrpoStep, createLogpEstimator } from "./rl/grpo-step.js";
import { drawPasses } from "./rl/mask-estimator.js";
import { rewardAll } from "./rl/rewards.js";
import { confidencePicture, orderPicture } from "./session/plot.js";
import { distinctProblems } from "./tasks/distinct-problems.js";
import { scriptsOf } from "./tasks/task.js";
import { addTask } from "./tasks/tasks.js";
import { adamWDefaults } from "./train/adamw.js";
import { copyParameters, initOptimizer } from "./train/train-step.js";

export { load, type Model } from "./session/load.js";
export { decodeText as decode, type Decoded, type TextOptions } from "./session/decode-text.js";
export { show } from "./session/show.js";

/** AR-ness of an order [C] of positions (DiffuCoder §4.1), a fraction; `upTo` keeps those before an end. */
export const arness = {
  local: localArness,
  global: globalArness,
  ofRandomOrder: randomOrderArness,
  upTo: orderUpTo,
};
/** Pictures of decodings. */
export const plot = { order: orderPicture, confidence: confidencePicture };
/** Problems of a task: `tasks.problems("minipy", "test", 10)`; `add` makes one of your own known everywhere. */
export const tasks = { add: addTask, distinct: distinctProblems, problems, scriptsOf };
/** The parts of an optimiser's step. */
export const train = { adamWDefaults, copyParameters, initOptimizer };
/** The parts of coupled-GRPO: rewards, advantages, masks, estimates and the clipped update. */
export const rl = {
  completionsOf,
  createGrpoStep,
  createLogpEstimator,
  drawPasses,
  groupAdvantages,
  grpoLossDefaults,
  rewardAll,
};

export { UserError } from "./core/errors.js";
export { Rng } from "./core/rng.js";
export type { Problem, Split, TaskName, TieRule, Trajectory } from "./core/records.js";

export { minimathAnswer, minimathProblems } from "./tasks/minimath.js";
export { minipyProblems } from "./tasks/minipy.js";
export type { SeededTask } from "./tasks/task.js";
export { extractProgram } from "./tasks/grade.js";
export { type Tokenizer } from "./tokenizer/tokenizer.js";
export { loadTokenizer } from "./checkpoints/tokenizer-file.js";
export { readAdapter, saveAdapter } from "./checkpoints/adapter-files.js";
export { Sandbox } from "./sandbox/sandbox.js";
export { readLog } from "./log/log-reader.js";

export { compile } from "./compile/compile.js";
export { loadDenoiser } from "./checkpoints/checkpoint.js";
export { adapted, type Adapter } from "./model/lora.js";
export { createDenoiser, type Denoiser } from "./model/denoiser.js";
export { initOrderHead, type OrderHead } from "./model/order-head.js";
export { conditionals, markovDenoiser, type MarkovChain } from "./model/markov-chain.js";

export {
  decodeConfig,
  bd3lmPublic,
  decodeDefaults,
  dreamPublic,
  lladaPublic,
  mdlmPublic,
} from "./decode/config.js";
export { policyNames, remaskings, type DecodeConfig } from "./decode/types.js";
export { scoreOf, type ConfidenceScore } from "./decode/confidence.js";
export {
  chooseHighest,
  drawByScore,
  originPolicy,
  quotaPolicy,
  type UnmaskingPolicy,
  type UnmaskingState,
} from "./decode/policy.js";
export { learnedOrder, type LearnedOrder } from "./decode/learned-order.js";
export { policyInWords } from "./decode/policies.js";
export type { Population } from "./decode/population.js";
export { samplerOf, type TokenSampler } from "./decode/sampler.js";

export { loadFusion } from "./checkpoints/fusion-checkpoint.js";
export { FusionGenerator } from "./fusion/generate.js";

export { arnessByGroup, sampleArness } from "./analysis/arness-by-group.js";
export { cacheErrorByPass, cacheErrorTable } from "./analysis/cache-errors.js";
export { confidencesOfSamples, meanConfidences, neighbourGain } from "./analysis/confidence-map.js";
export { randomOrderControl } from "./analysis/arness-controls.js";
export { matchedByCalls, methodRows, paretoFront } from "./analysis/equal-calls.js";
export { methodOf, settingInWords } from "./analysis/setting.js";
export { estimatedProblems, estimatorMeasures } from "./analysis/estimates.js";
export { exponentMeasures } from "./analysis/exponents.js";
export { entropySink, firstStepProfile } from "./analysis/entropy-sink.js";
export { heldOutCurves, heldOutMeasures, numberByRun, secondHalf } from "./analysis/held-out.js";
export { lossByTimestep } from "./analysis/loss-by-timestep.js";
export { measuresByGroup, solved, spreadByGroup, tieShare } from "./analysis/measures-by-group.js";
export { orderCorrelation, rankOf, stepMap } from "./analysis/order.js";
export { passAtK } from "./analysis/pass-at-k.js";
export { passAtKByGroup } from "./analysis/pass-by-group.js";
export { againstBand, predictionBand } from "./analysis/prediction-band.js";
export { detectableDifference, runsToSee } from "./analysis/power.js";
export { programMeasures, traceMeasures } from "./analysis/programs.js";
export { rlCourse } from "./analysis/rl-course.js";
export { arnessTable, passAtKTable } from "./analysis/tables.js";
export { crossoverFlops, validationCurves } from "./analysis/validation-loss.js";

export type { Claim, JudgedClaim } from "./claims/claim.js";
export { judge } from "./claims/judge.js";
export { isLikeForm } from "./claims/like-forms.js";
export { verdictMarkdown } from "./claims/markdown.js";
export { orderName, orders } from "./claims/orders.js";
export { directionsOf } from "./claims/special/directions.js";
export { table2Markdown } from "./claims/table2.js";

export { arnessByTemperatureFigure, arnessFigure } from "./figures/ar-ness.js";
export {
  beforeAfterByFormFigure,
  beforeAfterFigure,
  formSharesFigure,
  passBeforeAfterFigure,
} from "./figures/before-after.js";
export { blocksFigure } from "./figures/blocks.js";
export { cacheErrorsFigure, cachePassesFigure } from "./figures/cache-errors.js";
export { confidenceMapFigure } from "./figures/confidence-map.js";
export { decodeOrderFigure, orderHtml } from "./figures/decode-order.js";
export { estimatorsFigure, exponentsFigure } from "./figures/estimators.js";
export { fewerStepsFigure } from "./figures/fewer-steps.js";
export { intervalsFigure } from "./figures/intervals.js";
export { learnedOrderFigure, orderCourseFigure } from "./figures/learned-order.js";
export { paretoFigure } from "./figures/pareto.js";
export { passAtKFigure } from "./figures/pass-at-k.js";
export { firstStepConfidenceFigure, lossByTimestepFigure, trainingLossFigure } from "./figures/profiles.js";
export { programsFigure, traceFigure } from "./figures/programs.js";
export { rewardCurvesFigure, rlCourseFigure } from "./figures/reward-curves.js";
export { growthFigure, growthRows, speedupFigure, speedupRows } from "./figures/speed.js";
export { stagesFigure } from "./figures/stages.js";
export { directionsFigure, tieShareFigure } from "./figures/ties.js";
export { validationFigure } from "./figures/validation.js";

export { benchRows } from "./bench/bench-rows.js";
export { useBackend } from "./runtime/backend.js";
export { beforeAndAfter, endsOf, rlSeeds, withEstimator } from "./study/before-after.js";
export { recordClaims } from "./notebooks/claims-store.js";
export { decodingSpeed, secondsBySetting } from "./study/decoding-speed.js";
export { examplePrompts } from "./benchmarks/example-prompts.js";
export { firstSteps, neighbourGains, orderCorrelations } from "./study/evidence.js";
export { methodInWords, withSeconds } from "./study/method-times.js";
export { models, recipeName, stageLabel, stages } from "./study/models.js";
export { n13Compute, n13Speed } from "./study/n13.js";
export { n8Label } from "./study/n8-label.js";
export { orderedTexts } from "./study/ordered-texts.js";
export { runOwnPolicy, type OwnPolicy } from "./study/own-policy.js";
export { each, grid, type Plan } from "./study/plan.js";
export { bySize, currentProfile, figuresFolder, trainingSeeds } from "./study/profile.js";
export { drawFigure, saveFigure, showFigure } from "./notebooks/save-figure.js";
export { promptEffect } from "./study/prompt-effect.js";
export { study, type FinishedRun, type Study } from "./study/study.js";
export { closeDecoders } from "./study/workers.js";
export { ratesMarkdown, ratesTried } from "./recipes/rl/rl-rates.js";
export {
  finishedRuns,
  heldOutResults,
  notJudged,
  otherParents,
  rlResultIn,
  rlResults,
  rlSteps,
} from "./recipes/rl/rl-results.js";
export { rlStudies, studyRuns, type RlStudyRun } from "./recipes/rl/rl-studies.js";
export { portable } from "./checkpoints/portable.js";
export { readSoftMasking } from "./checkpoints/soft-masking-file.js";
export { checkpointFolder, problemsOf, testbedTokenizer } from "./checkpoints/testbed.js";
export { trainedCheckpoint, trainingRuns, trainingStudies, validationOf } from "./study/training-studies.js";
