/** N12: what two read-outs of the same denoised embeddings are worth, and how their texts come about. */
import { curvesFigure } from "../../figures/curves.js";
import { intervalsFigure } from "../../figures/intervals.js";
import type { FigureSource, FigureSpec, MeasuredRow } from "../../figures/spec.js";

export interface ProgramMeasureRow extends MeasuredRow {
  readonly readout: string;
  readonly temperature: number;
  readonly measure: string;
}

const panels: Readonly<Record<string, string>> = {
  valid: "valid programs",
  passed: "pass@1, base tests",
  variety: "distinct and valid",
};

const names: Readonly<Record<string, string>> = {
  decoder: "decoder and head",
  rounding: "nearest embedding",
  autoregressive: "AR parent",
};

/** A line per read-out, and per temperature of the AR parent; a panel per measure. */
export function programsFigure(rows: readonly ProgramMeasureRow[], source: FigureSource): FigureSpec {
  const dots = rows.map(row => {
    const at = row.readout === "autoregressive" ? `, T ${row.temperature}` : "";
    return { ...row, panel: panels[row.measure], label: names[row.readout] + at, series: names[row.readout] };
  });
  return intervalsFigure(dots, source, {
    name: "n12-codefusion",
    title: "Programs out of denoised embeddings, by read-out",
    xTitle: "share",
    columns: 3,
    xRange: [-0.02, 1.02],
  });
}

export interface TraceRow extends MeasuredRow {
  readonly readout: string;
  readonly t: number;
}

/** Edit distance to the final text by denoising step: from noise, on the right, to the program. */
export function traceFigure(rows: readonly TraceRow[], source: FigureSource): FigureSpec {
  const curves = rows.map(row => ({ ...row, panel: "", series: names[row.readout], x: row.t }));
  return curvesFigure(curves, source, {
    name: "n12-trace",
    title: "Distance of the text to its final form, by denoising step",
    xTitle: "denoising step t, from T down to 1",
    yTitle: "normalised edit distance",
    columns: 1,
    yRange: [-0.02, 1.02],
  });
}
