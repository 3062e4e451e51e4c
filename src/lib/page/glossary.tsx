/** The words of the field that a newcomer lacks: marked where they stand first, and listed at the foot. */
import type { JSX } from "preact";

export const glossary: Readonly<Record<string, string>> = {
  "AR-ness":
    "how near to left to right a text was unmasked: local, share of steps that follow the token just " +
    "unmasked; global, share of steps that take the leftmost mask; 1 is left to right",
  tie: "positions of exactly equal confidence at one step; a rule decides which is unmasked first",
  "pass@1": "share of problems whose first sample passes its tests",
  "pass@k": "share of problems that at least one of k samples solves",
  "pass@10": "share of problems that at least one of ten samples solves",
  "entropy sink": "high confidence right after the prompt at the first step, low further on",
  "Coupled-GRPO":
    "reinforcement learning that scores each token under two masks which together cover every token once",
  d1: "an estimator that scores all tokens masked at once and masks 15% of the prompt",
  "mask ratio": "t, the share of tokens that are masked in training",
  AR: "autoregressive: one token after another, from left to right",
  SFT: "supervised fine-tuning on prompts with their answers",
  "denoiser calls": "passes of the model that a decoding takes; they decide its time",
  "soft masks": "masks that carry what the model last thought of their position",
  LAMP: "repair of an answer: mask what a reward dislikes and decode it again",
  CodeFusion: "a model that denoises embeddings of a whole program at once",
  nats: "units of entropy and loss with the natural logarithm",
  MiniPy: "the testbed's language: short Python functions with tests that run",
  seed: "a model trained anew from other random numbers; intervals are over seeds",
};

const terms = Object.keys(glossary).sort((a, b) => b.length - a.length);
const pattern = new RegExp(`(?<![\\w-])(${terms.map(escaped).join("|")})(s?)(?![\\w-])`, "g");

function escaped(term: string): string {
  return term.replace(/[.*+?^${}()|[\]\\@-]/g, "\\$&");
}

/** Text with each term that `seen` lacks marked once; marks are added to it. */
export function Glossed({ text, seen }: { readonly text: string; readonly seen: Set<string> }): JSX.Element {
  const parts: (string | JSX.Element)[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, term] = match;
    if (seen.has(term)) continue;
    seen.add(term);
    parts.push(text.slice(end, match.index), <abbr title={glossary[term]}>{whole}</abbr>);
    end = match.index + whole.length;
  }
  return <>{[...parts, text.slice(end)]}</>;
}

export function GlossaryList(): JSX.Element {
  return (
    <details id="glossary">
      <summary>Words</summary>
      <dl class="words">
        {Object.entries(glossary).map(([term, meaning]) => (
          <>
            <dt>{term}</dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}
