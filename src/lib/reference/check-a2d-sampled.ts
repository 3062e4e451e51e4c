/** dllm's MDLM sampler above temperature 0, with the uniform draws of the case in place of our own. */
import type { TokenSampler } from "../decode/sampler.js";
import type { CaseFile, CheckContext, CheckResult } from "./case-file.js";
import { shapeIn } from "./case-file.js";
import { checkA2dCase } from "./check-a2d-decoding.js";
import { openSafetensors } from "../checkpoints/safetensors-file.js";

export async function checkA2dSampled(source: CaseFile, context: CheckContext): Promise<CheckResult[]> {
  const file = openSafetensors(source.path.replace(/\.json$/, ".safetensors"));
  const [, rows, columns, vocabSize] = shapeIn(file, "uniforms");
  const uniforms = file.readFloat64("uniforms");
  file.close();
  /**
   * The largest exp(logit) / (-ln u)^temperature: of tempered probabilities, the largest ln p - ln(-ln u).
   */
  const sampler =
    (row: number): TokenSampler =>
    (probs, _, __, { step, position }) => {
      const start = ((step * rows + row) * columns + position) * vocabSize;
      let [best, token] = [-Infinity, 0];
      for (let v = 0; v < vocabSize; v++) {
        const value = Math.log(probs[v]) - Math.log(-Math.log(uniforms[start + v]));
        if (value > best) [best, token] = [value, v];
      }
      return token;
    };
  return checkA2dCase(source.fields, { ...source, context, sampler });
}
