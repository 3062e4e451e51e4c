/** What a page is made of: judged claims, figures with what belongs to them, and how all of it was made. */
import type { JudgedClaim } from "../claims/claim.js";
import type { FigureSpec } from "../figures/spec.js";

/** A figure that was drawn, and what stands behind it. Paths are as seen from the page's folder. */
export interface PageFigure {
  readonly spec: FigureSpec;
  /** folder of its files, "" or one that ends in "/" */
  readonly folder: string;
  /** whether NAME.svg and NAME.narrow.svg lie there */
  readonly pictured: boolean;
  /** "13-ties"; undefined where none names it */
  readonly notebook?: string;
  /** SQL that computes its numbers from its log */
  readonly query?: string;
  /** folders of its logs that are shipped, from the project's folder */
  readonly logs: readonly string[];
  /** of all its logs, shipped or not */
  readonly logCount: number;
}

/** How a page's numbers were made; kept beside claims.json. */
export interface Made {
  readonly profile: string;
  /** of the sources, "unknown" outside a checkout */
  readonly commit: string;
  readonly dirty: boolean;
  /** hash of the library's sources */
  readonly sources: string;
  /** ISO 8601, UTC */
  readonly date: string;
  /** e.g. "AMD EPYC, 2 cores, 8 GB" */
  readonly machine: string;
  readonly node: string;
  readonly backend: string;
  /** verdicts that turned since what was published before */
  readonly turned: readonly Turned[];
}

export interface Turned {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

export interface PageInput {
  /** what is published */
  readonly claims: readonly JudgedClaim[];
  /** a run of one's own, set beside it */
  readonly own?: { readonly claims: readonly JudgedClaim[]; readonly made: Made | null };
  readonly figures: readonly PageFigure[];
  readonly made: Made | null;
  /** the project's folder, as seen from the page: "../" */
  readonly root: string;
  /** the playground's page, where there is one */
  readonly playground?: string;
}
