/** What a pane is called: what tells it from the other. */
import type { ModelCard, PaneSettings, Scene } from "../lib/instrument.js";

type Field = Exclude<keyof PaneSettings, "parameters">;

const words: Readonly<Record<Field, (pane: PaneSettings, model: string) => string>> = {
  model: (_, model) => model,
  tieRule: ({ tieRule }) =>
    ({ leftmost: "Ties: leftmost first", rightmost: "Ties: rightmost first", random: "Ties at random" })[
      tieRule
    ],
  temperature: ({ temperature }) => `T ${temperature}`,
  topP: ({ topP }) => `top-p ${topP}`,
  remasking: ({ remasking }) => `order by ${remasking}`,
  plan: ({ plan }) => plan,
  steps: ({ steps }) => `${steps} steps`,
  blockLength: ({ blockLength }) => (blockLength === null ? "no blocks" : `blocks of ${blockLength}`),
  picks: ({ picks }) => (picks.length === 0 ? "as the model chose" : "picked by hand"),
};

export function titleOf({ panes }: Scene, index: number, models: readonly ModelCard[]): string {
  const pane = panes[index];
  const model = models.find(({ name }) => name === pane.model)?.title ?? pane.model;
  const other = panes.find((_, i) => i !== index);
  if (other === undefined) return model;
  const differing = (Object.keys(words) as Field[]).filter(
    field => JSON.stringify(pane[field]) !== JSON.stringify(other[field]),
  );
  if (differing.includes("model")) return model;
  return differing.length === 0 ? model : differing.map(field => words[field](pane, model)).join(", ");
}
