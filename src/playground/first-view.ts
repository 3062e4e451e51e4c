/** What the page opens with: what its address says, or what it was made for. */
import { sceneOf } from "../lib/instrument.js";
import { keyOf, remember } from "./decoding.js";
import type { Boot } from "./embedded.js";
import type { View } from "./state.js";

/** Whether the reader wants no motion: then nothing plays by itself. */
export function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** @param compact one pane, whatever the address says */
export function firstView(boot: Boot, compact: boolean): View {
  boot.recorded.forEach((recording, i) => remember(keyOf(boot.scene.panes[i], boot.scene), recording));
  const linked = boot.place === "page" && !compact && location.hash.length > 1;
  const { at, ...asked } = linked ? sceneOf(location.hash, boot.scene) : { ...boot.scene, at: null };
  const known = asked.panes.map(pane =>
    boot.models.some(({ name }) => name === pane.model) ? pane : { ...pane, model: boot.models[0].name },
  );
  const scene = { ...asked, panes: compact ? known.slice(0, 1) : known };
  const plays = !linked && !isStill();
  return { scene, past: [], future: [], at: plays ? 0 : at, playing: plays, change: null };
}
