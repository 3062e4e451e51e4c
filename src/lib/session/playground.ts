/** The playground as a cell's output: the same page as `figures/playground.html`, around one's own model. */
import { relative } from "node:path";
import { packageRoot } from "../host/package-root.js";
import { modelInMemory } from "../offline/model-in-memory.js";
import { playgroundHtml } from "../offline/playground-file.js";
import { defaultPane, fitting, testbedLength, type PaneSettings } from "../playground/settings.js";
import type { Model } from "./load.js";
import type { Html } from "./plot.js";
import { show } from "./show.js";

export interface PlaygroundOptions {
  /** of the sampling */
  readonly seed: number;
  /** tokens to decode */
  readonly length: number;
  /** left to right with causal attention; by default where config.json says so */
  readonly autoregressive: boolean;
  /** one or two decodings: `[{ tieRule: "leftmost" }, { tieRule: "random" }]` */
  readonly panes: readonly Partial<Omit<PaneSettings, "model">>[];
  /** of the output, in pixels */
  readonly height: number;
}

const example = "loop: take even items, squared, return sum\n";

/**
 * `await playground(model, "loop: take odd items, as is, return list\n")` shows a page below the cell that
 * decodes by itself, with the weights that the model has now: the kernel may stop.
 * @throws UserError for a model that no cell holds
 */
export async function playground(
  model: Model,
  prompt = example,
  options: Partial<PlaygroundOptions> = {},
): Promise<void> {
  show(await playgroundOutput(model, prompt, options));
}

/** What `playground` shows. */
export async function playgroundOutput(
  model: Model,
  prompt: string,
  options: Partial<PlaygroundOptions> = {},
): Promise<Html> {
  const { seed = 1, length = testbedLength, panes = [{}], height = 960 } = options;
  const { autoregressive = model.autoregressive } = options;
  const inProject = relative(packageRoot, model.folder);
  const folder = inProject.startsWith("..") ? model.folder : inProject;
  const card = { name: "model", title: model.name, folder, autoregressive };
  const usual = { ...defaultPane(card.name), steps: length };
  const html = await playgroundHtml({
    models: [{ card, ...modelInMemory(model.denoiser, model.folder) }],
    scene: { prompt, seed, length, panes: panes.map(pane => fitting({ ...usual, ...pane }, length)) },
    recorded: [],
    place: "cell",
  });
  // A frame of its own: the notebook's styles and scripts do not reach in, nor the page's out.
  const source = html.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const style = `width:100%;height:${height}px;border:0`;
  return {
    html:
      `<iframe title="Unmask playground" sandbox="allow-scripts" style="${style}" ` +
      `srcdoc="${source}"></iframe>`,
    text: `Playground of ${model.name}: a page that needs a notebook's viewer.`,
  };
}
