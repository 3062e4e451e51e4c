/** Pairs of panes that show something, and what to look at. */
import { defaultPane, type PaneSettings } from "../lib/instrument.js";

export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly look: string;
  readonly panes: readonly PaneSettings[];
  /** the prompt that shows it; else the prompt stays */
  readonly prompt?: string;
  /** tokens of which the first that is written is looked at closely */
  readonly point?: readonly string[];
}

const usual = defaultPane("instruct");

export const presets: readonly Preset[] = [
  {
    name: "ties",
    title: "Leftmost against random ties",
    look:
      "Same model, prompt and seed. Nearly every step finds several positions equally sure, and the rule " +
      "for such ties decides the order: from left to right, or anywhere.",
    panes: [usual, { ...usual, tieRule: "random" }],
  },
  {
    name: "temperature",
    title: "T 0.2 against 1.2",
    look: "A higher temperature makes the model less sure, so fewer steps are ties and the order is its own.",
    panes: [usual, { ...usual, temperature: 1.2, topP: 1 }],
  },
  {
    name: "parent",
    title: "AR parent against diffusion",
    look: "The parent can only write the next token. The diffusion model was made from it and may write any.",
    panes: [
      { ...usual, model: "ar-parent" },
      { ...usual, remasking: "neg-entropy-untempered" },
    ],
  },
  {
    name: "rl",
    title: "Before and after RL",
    look:
      "Coupled-GRPO rewards programs that pass their tests. This model errs where a boundary counts: look at " +
      "the sign that “at least” becomes, and at the odds of the others, before and after.",
    prompt: "loop: take items at least 5, squared, return max or 0\n",
    point: [">", ">=", "<", "<="],
    panes: [usual, { ...usual, model: "rl" }],
  },
];

/** The preset that panes are of. */
export function presetOf(panes: readonly PaneSettings[]): Preset | undefined {
  return presets.find(preset => JSON.stringify(preset.panes) === JSON.stringify(panes));
}
