/**
 * What a pane of the playground is set to, and the decoder's configuration that this means. Settings that do
 * not go together are never shown as an error: `fitting` moves the one that gives way.
 */
import { decodeConfig, decodeDefaults } from "../decode/config.js";
import type { HandPick } from "../decode/by-hand.js";
import { namedPolicy, policyParameters } from "../decode/policies.js";
import { policyNames, remaskings, type DecodeConfig, type PolicyName } from "../decode/types.js";
import type { Remasking } from "../decode/types.js";
import type { TieRule } from "../core/records.js";

/** What decides how many tokens a step commits: a quota, or a named policy. */
export const plans = ["llada", "dream", "origin", ...policyNames] as const;
export type Plan = (typeof plans)[number];

export interface PaneSettings {
  /** name of one of the page's models */
  readonly model: string;
  readonly temperature: number;
  readonly topP: number;
  readonly steps: number;
  readonly blockLength: number | null;
  readonly remasking: Remasking;
  readonly tieRule: TieRule;
  readonly plan: Plan;
  /** parameters of a named policy that are not the default */
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly picks: readonly HandPick[];
}

export interface Scene {
  readonly prompt: string;
  readonly seed: number;
  /** tokens to decode */
  readonly length: number;
  /** one or two */
  readonly panes: readonly PaneSettings[];
}

/** Tokens that the testbed's models were trained to fill. */
export const testbedLength = 36;

export function defaultPane(model: string): PaneSettings {
  const { temperature, topP, remasking, tieRule } = decodeDefaults;
  return {
    ...{ model, temperature, topP, remasking, tieRule, steps: testbedLength, blockLength: null },
    ...{ plan: "llada", parameters: {}, picks: [] },
  };
}

function isPolicy(plan: Plan): plan is PolicyName {
  return (policyNames as readonly string[]).includes(plan);
}

/** Scores that a plan can read. */
export function scoresOf(plan: Plan): readonly Remasking[] {
  return isPolicy(plan) ? namedPolicy(plan).scores : remaskings;
}

/** Whether a plan decides itself how many steps there are. */
export function endsItself(plan: Plan): boolean {
  return isPolicy(plan) && namedPolicy(plan).endsItself;
}

/** Numbers of steps that a completion can be decoded in: every block gets the same. */
export function stepChoices(length: number, blockLength: number | null): readonly number[] {
  const blocks = length / (blockLength ?? length);
  return Array.from({ length: length / blocks }, (_, i) => (i + 1) * blocks);
}

/** Lengths of blocks, the whole completion as null. */
export function blockChoices(length: number): readonly (number | null)[] {
  const divisors = Array.from({ length: length - 1 }, (_, i) => i + 1).filter(n => length % n === 0);
  return [null, ...divisors.filter(n => n > 1).reverse()];
}

/** The same settings where they go together; else those nearest to them. */
export function fitting(pane: PaneSettings, length: number): PaneSettings {
  const { plan } = pane;
  const blockLength = blockChoices(length).includes(pane.blockLength) ? pane.blockLength : null;
  const choices = stepChoices(length, blockLength);
  const most = plan === "lookahead" ? choices.filter(steps => length / steps <= poolOf(pane)) : choices;
  const steps = endsItself(plan) ? length : nearest(most, pane.steps);
  const scores = scoresOf(plan);
  const remasking = scores.includes(pane.remasking) ? pane.remasking : scores[0];
  const picks = pane.picks.filter(({ step, position }) => step < length && position < length);
  return { ...pane, blockLength, steps, remasking, picks };
}

function poolOf({ plan, parameters }: PaneSettings): number {
  return Number(policyParameters({ policy: { ...parameters, name: plan as PolicyName } })["pool"]);
}

function nearest(choices: readonly number[], wanted: number): number {
  return choices.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best));
}

/** What differs from the decoder's defaults. */
export function overridesOf(pane: PaneSettings): Partial<DecodeConfig> {
  const { temperature, topP, steps, blockLength, remasking, tieRule, plan, parameters } = pane;
  const common = { temperature, topP, steps, blockLength, remasking, tieRule };
  return isPolicy(plan) ? { ...common, policy: { ...parameters, name: plan } } : { ...common, quota: plan };
}

/** @throws UserError for a parameter that a policy cannot have */
export function configOf(pane: PaneSettings, length: number): DecodeConfig {
  return decodeConfig(length, overridesOf(pane));
}
