/** What the keys do, and what the words mean. */
import { useEffect, useRef } from "preact/hooks";

const keys: readonly (readonly [string, string])[] = [
  ["space", "play or pause"],
  ["← →", "a step back, a step on; in a program, the token before and after"],
  ["home, end", "first and last step"],
  ["enter", "keep the token that has the focus, to pick another for it"],
  ["ctrl z, ctrl shift z", "undo and redo"],
  ["1 to 4", "the pairs above"],
  ["r", "another seed"],
];

const terms: readonly (readonly [string, string])[] = [
  [
    "Masked diffusion",
    "The completion begins as masks; at every step the model proposes a token for each, " +
      "and some are committed.",
  ],
  ["Order", "Indigo came first, cream last. The small number is the step."],
  [
    "AR-ness",
    "How much the order is left to right (DiffuCoder): local, each token right after the one to its left; " +
      "global, always the leftmost mask. A mark shows what a random order scores.",
  ],
  [
    "Tie",
    "At low temperature the model is exactly as sure of many positions. " +
      "Which of them goes first, a rule decides and not the model.",
  ],
];

export function Help({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && dialog.current?.open === false) dialog.current.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} onClose={onClose} aria-label="Keys and words">
      <form method="dialog">
        <button class="quiet close">Close</button>
      </form>
      <h2>Keys</h2>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h2>Words</h2>
      <dl>
        {terms.map(([term, what]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
