/** What the page's file holds beside its code: WebAssembly, worker and models, packed; a first recording. */
import type { ModelCard, Recording, Scene } from "../lib/instrument.js";

/** Written into the page by `playgroundHtml`. */
export interface Boot {
  readonly models: readonly ModelCard[];
  readonly scene: Scene;
  /** one a pane of the scene: decoded when the page was made, shown until its own decoder is ready */
  readonly recorded: readonly Recording[];
  /** a cell has no address of its own to link to, and no presets */
  readonly place: "page" | "cell";
}

export function readBoot(): Boot {
  return JSON.parse(textOf("boot")) as Boot;
}

export function packed(id: string): Promise<Uint8Array<ArrayBuffer>> {
  return unpack(textOf(id));
}

/** The small files of a model. */
export function textsOf(model: string): Record<string, string> {
  return JSON.parse(textOf(`texts-${model}`)) as Record<string, string>;
}

function textOf(id: string): string {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`internal: the page holds no ${id}.`);
  return element.textContent;
}

/** Bytes from gzip in base64. */
async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
