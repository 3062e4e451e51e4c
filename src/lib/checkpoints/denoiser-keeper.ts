/**
 * One denoiser at a time, for studies that go from checkpoint to checkpoint. Checkpoints of one configuration
 * share the recorded graphs: weights are inputs of them, and recording takes longer than several passes.
 */
import type { CompileOptions } from "../compile/compile.js";
import { disposeGraphs, type Graphs } from "../model/cached-passes.js";
import { createDenoiser, type Denoiser } from "../model/denoiser.js";
import { readConfig, readParameters } from "./checkpoint.js";

type Options = Partial<Pick<CompileOptions, "mode" | "precision">>;

export class DenoiserKeeper {
  private loaded: { readonly key: string; readonly denoiser: Denoiser } | undefined;
  /** `form` is what graphs depend on beside the shapes of what they are asked */
  private recorded: { readonly form: string; readonly graphs: Graphs } | undefined;

  /**
   * The denoiser of a checkpoint, valid until another is asked for.
   * @throws UserError naming file, tensor and remedy
   */
  load(folder: string, options: Options): Denoiser {
    const key = JSON.stringify([folder, options]);
    if (this.loaded?.key === key) return this.loaded.denoiser;
    this.loaded?.denoiser.dispose();
    this.loaded = undefined;
    const config = readConfig(folder);
    const form = JSON.stringify([config, options]);
    if (this.recorded?.form !== form) {
      this.forgetGraphs();
      this.recorded = { form, graphs: new Map() };
    }
    const denoiser = createDenoiser(config, readParameters(folder, config), options, this.recorded.graphs);
    this.loaded = { key, denoiser };
    return denoiser;
  }

  dispose(): void {
    this.loaded?.denoiser.dispose();
    this.loaded = undefined;
    this.forgetGraphs();
  }

  private forgetGraphs(): void {
    if (this.recorded !== undefined) disposeGraphs(this.recorded.graphs);
    this.recorded = undefined;
  }
}
