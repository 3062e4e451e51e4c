/** The playground in a frame of another page: one decoding, and the rule for its ties. */
import type { ComponentChildren } from "preact";
import type { TieRule } from "../lib/instrument.js";

interface Props {
  readonly tieRule: TieRule;
  readonly onTieRule: (tieRule: TieRule) => void;
  readonly pane: ComponentChildren;
  readonly transport: ComponentChildren;
}

const rules = [
  ["leftmost", "Ties: leftmost"],
  ["random", "Ties: random"],
] as const;

export function Embed({ tieRule, onTieRule, pane, transport }: Props) {
  return (
    <main class="embed">
      {pane}
      <div class="switch" role="group" aria-label="Ties">
        {rules.map(([rule, words]) => (
          <button key={rule} type="button" aria-pressed={tieRule === rule} onClick={() => onTieRule(rule)}>
            {words}
          </button>
        ))}
        <a href="playground.html" target="_blank" rel="noopener">
          Open the playground
        </a>
      </div>
      {transport}
    </main>
  );
}
