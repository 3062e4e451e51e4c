/**
 * What a study measures: a function of settings and of a place
 * among its units of work, so that any process may compute it.
 */
import type { LogKind, LogRows } from "../log/schemas.js";
import { DenoiserKeeper } from "../checkpoints/denoiser-keeper.js";
import type { Denoiser } from "../model/denoiser.js";

/** Everything that decides the rows of a run; `study` is a folder under data/runs/. */
export interface StudySettings {
  readonly study: string;
  /** recipe of a shipped checkpoint, e.g. "instruct", or the path of a checkpoint folder */
  readonly checkpoint: string;
  /** training seed of the checkpoint; also seeds what is drawn */
  readonly seed: number;
}

/** Units `from` to `to` - 1 of a run. */
export interface Work<S> {
  readonly settings: S;
  readonly run: string;
  /** folder of the checkpoint */
  readonly checkpoint: string;
  readonly from: number;
  readonly to: number;
}

/** Rows by the kind of log that they belong to: plain data, so that they can pass between processes. */
export type WorkRows<K extends LogKind> = { readonly [P in K]?: readonly LogRows[P][] };

/** Computes work in one process and keeps what it has loaded. A backend must be in use. */
export interface Worker<S, K extends LogKind> {
  rows(work: Work<S>, signal?: AbortSignal): Promise<WorkRows<K>>;
  dispose(): void;
}

/** A log of a run, and how many rows it gets for each unit of work. */
export interface ExperimentLog<K extends LogKind> {
  readonly kind: K;
  readonly rowsPerUnit: number;
}

export interface Experiment<S extends StudySettings, K extends LogKind> {
  /** values of settings that a plan leaves out, in the order in which a run's name is made of them */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** what a run's name says beside checkpoint and seed */
  readonly label: (settings: S) => string;
  /** the first is what a study's rows are; it is written last */
  readonly logs: (settings: S) => readonly ExperimentLog<K>[];
  /** units of work of a run, and what one is called */
  readonly units: (settings: S) => number;
  readonly unit: string;
  /** most units done together; a killed run loses no more */
  readonly batch: (settings: S) => number;
  /** whether a process may be one of several; else it is this one */
  readonly parallel?: (settings: S) => boolean;
  /** what else tells a run from others: a hash of a file that its settings only name */
  readonly identity?: (settings: S) => object;
  readonly worker: () => Worker<S, K>;
}

/** So few problems are decoded op by op: recording graphs takes longer than all of their steps. */
export const tinyStudy = 8;

/** A worker that needs the checkpoint's denoiser alone. @param tiny whether graphs are not worth recording */
export function denoiserWorker<S, K extends LogKind>(
  rows: (denoiser: Denoiser, work: Work<S>, signal?: AbortSignal) => Promise<WorkRows<K>>,
  tiny: (settings: S) => boolean = () => false,
): () => Worker<S, K> {
  return () => {
    const checkpoints = new DenoiserKeeper();
    return {
      rows(work, signal) {
        const mode = tiny(work.settings) ? "op-by-op" : "graph";
        return rows(checkpoints.load(work.checkpoint, { mode }), work, signal);
      },
      dispose: () => checkpoints.dispose(),
    };
  };
}
