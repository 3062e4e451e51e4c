/** The one browser of a process that draws figures as they come, opened for the first of them. */
import { inPhase } from "../core/phases.js";
import type { FigureSpec } from "../figures/spec.js";
import { browserIdleMilliseconds } from "./browser-life.js";
import type { Pictures } from "./pictures.js";
import { openRenderer } from "./render.js";

let shared: ReturnType<typeof openRenderer> | undefined;
let idle: NodeJS.Timeout | undefined;

/** The pictures of one figure, or why there are none. */
export function renderShared(spec: FigureSpec): Promise<Pictures | { readonly note: string }> {
  return inPhase("draw", () => render(spec));
}

async function render(spec: FigureSpec): ReturnType<typeof renderShared> {
  clearTimeout(idle);
  shared ??= openRenderer();
  const opened = shared;
  const renderer = await opened;
  if ("note" in renderer) {
    shared = undefined; // somebody may install one meanwhile
    return renderer;
  }
  try {
    return await renderer.render(spec);
  } catch (error) {
    if (shared === opened) shared = undefined; // its browser may be gone
    void renderer.close().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(idle);
    const milliseconds = browserIdleMilliseconds();
    if (milliseconds !== undefined && shared === opened)
      idle = setTimeout(() => {
        shared = undefined;
        void renderer.close();
      }, milliseconds);
  }
}
