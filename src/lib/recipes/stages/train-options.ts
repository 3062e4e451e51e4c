/** What a training run is given, whatever it trains. */
import type { Progress } from "../../host/progress.js";

export interface TrainOptions<R> {
  readonly recipe: R;
  readonly seed: number;
  /** the run's folder */
  readonly out: string;
  readonly resume: boolean;
  /** checkpoint to start from; by default the shipped one of the recipe's parent */
  readonly from?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** called before the folder is changed: throws when another process has taken it over */
  readonly guard?: () => void;
}
