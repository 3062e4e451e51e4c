/** A pane to take away: command, notebook cell, and what grades its program. */
import { useState } from "preact/hooks";
import {
  cellOf,
  commandOf,
  gradingOf,
  specOf,
  testsFor,
  type Copied,
  type ModelCard,
  type PaneSettings,
  type Recording,
  type Scene,
} from "../lib/instrument.js";

interface Props {
  readonly scene: Scene;
  readonly pane: PaneSettings;
  readonly card: ModelCard;
  readonly recording: Recording;
  readonly say: (sentence: string) => void;
}

type Kind = "command" | "cell" | "tests";

export function CopyRow({ scene, pane, card, recording, say }: Props) {
  const [open, setOpen] = useState<Kind | null>(null);
  const kinds: readonly (readonly [Kind, string])[] = [
    ["command", "Command"],
    ["cell", "Notebook cell"],
    ["tests", "Run its tests"],
  ];
  return (
    <div class="take">
      <div class="buttons">
        {kinds.map(([kind, title]) => (
          <button
            key={kind}
            type="button"
            class="quiet"
            aria-expanded={open === kind}
            onClick={() => setOpen(open === kind ? null : kind)}
          >
            {title}
          </button>
        ))}
      </div>
      {open === "command" && <Text copied={commandOf(pane, scene, card)} say={say} />}
      {open === "cell" && <Text copied={cellOf(pane, scene, card)} say={say} />}
      {open === "tests" && (
        <>
          <p>
            Tests are Python, and a Python for the browser is larger than this whole page, so they do not run
            here. In the project's folder this command runs them, apart from everything else:
          </p>
          <Text copied={gradingCommand(scene, recording)} say={say} />
        </>
      )}
    </div>
  );
}

function gradingCommand({ prompt }: Scene, { tokens, length }: Recording): Copied {
  const spec = specOf(prompt);
  if (spec === null) return { why: "There are tests for prompts from the menus only." };
  return gradingOf(tokens.slice(0, length).join(""), testsFor(spec));
}

function Text({ copied, say }: { readonly copied: Copied; readonly say: (sentence: string) => void }) {
  if ("why" in copied) return <p>{copied.why}</p>;
  return (
    <div class="copied">
      <pre tabIndex={0}>{copied.text}</pre>
      <button type="button" class="quiet" onClick={() => void copy(copied.text).then(say)}>
        Copy
      </button>
    </div>
  );
}

/** @returns what became of it, as a sentence */
export async function copy(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    // The one way where a page has no clipboard: opened from a file, or in a frame.
    const done = document.execCommand("copy");
    area.remove();
    return done ? "Copied." : "This browser does not let the page copy; select the text.";
  }
}
