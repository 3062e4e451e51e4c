/** A small page: invented claims and figures, no result of anything. */
import type { JudgedClaim } from "../../src/lib/claims/claim.js";
import type { PageFigure, PageInput } from "../../src/lib/page/input.js";
import { exampleFigures } from "../figures/example-figures.js";

export const claim: JudgedClaim = {
  id: "F8",
  chapter: "training",
  figure: exampleFigures[0].name,
  statement: "The weighted loss explodes for t < 0.1 & is flat <script>alert(1)</script>.",
  citation: "DiffuCoder Fig. 8",
  published: "rises steeply below t = 0.1",
  criterion: "ratio of the means above 2",
  measured: 2.34567,
  lower: 1.5,
  upper: 3.25,
  seeds: 3,
  n: 256,
  verdict: "does-not-hold",
  scope: "under leftmost ties only",
  hash: "0123456789abcdef",
  fixed: "2026-11-30",
  theorem: false,
  seedsAre: "training seed",
  p: 0.012,
  pHolm: 0.31,
  detail: "a note",
};

const figure: PageFigure = {
  spec: exampleFigures[0],
  folder: "",
  pictured: true,
  notebook: "08-f8-loss-by-timestep",
  query: "-- figure: x, log: losses\nSELECT 1 WHERE 1 < 2",
  logs: ["data/runs/f8/one"],
  logCount: 3,
};

export const examplePage: PageInput = {
  claims: [claim, { ...claim, id: "TIES", chapter: "order", verdict: "holds", theorem: true, detail: "" }],
  figures: [figure],
  made: null,
  root: "../",
};
