/** Soft masks in place of a checkpoint's own. */
import type { DecodingPart } from "../../study/decoding-part.js";
import { readSoftMasking } from "./checkpoint.js";
import { softlyMasked } from "./denoiser.js";
import type { SoftMasking } from "./operator.js";

/** As the checkpoint has learned them, or with these scalars. */
export const softMasks: DecodingPart<"learned" | SoftMasking> = {
  load(soft, { folder, denoiser, options }) {
    const softened = softlyMasked(denoiser, soft === "learned" ? readSoftMasking(folder) : soft, options);
    return { denoiser: softened, dispose: () => softened.dispose() };
  },
  name: () => ({ last: "soft" }),
  columns: soft => ({ softMasks: soft !== undefined }),
};
