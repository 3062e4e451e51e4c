/** What a notebook keeps: a figure in its folder, verdicts in the record; both are shown in the cell. */
import type { JudgedClaim } from "../claims/claim.js";
import { verdictMarkdown } from "../claims/markdown.js";
import type { FigureSpec } from "../figures/spec.js";
import { recordClaims } from "../notebooks/claims-store.js";
import { saveFigure } from "../notebooks/save-figure.js";
import { show, showBundle } from "./show.js";

/** Writes a figure beside those of the profile, with its pictures where there is a Chromium, and shows it. */
export async function publish(figure: FigureSpec): Promise<void> {
  const { bundle, note } = await saveFigure(figure);
  showBundle(bundle);
  if (note !== undefined) console.error(note);
}

/** Records verdicts for the page of the profile, and shows them beside the published numbers. */
export async function publishClaims(judged: readonly JudgedClaim[]): Promise<readonly JudgedClaim[]> {
  const recorded = await recordClaims(judged);
  show(verdictMarkdown(recorded));
  return recorded;
}
