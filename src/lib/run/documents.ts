/** Training documents of a recipe as token ids, and the ids that batches need. */
import type { Rng } from "../core/rng.js";
import { minimathExample } from "../tasks/minimath.js";
import { minipyExample } from "../tasks/minipy.js";
import { testbedPieces } from "../tasks/vocabulary.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { Recipe } from "./recipes.js";
import type { DocumentSource, Vocabulary } from "./training-data.js";

/** Documents of a recipe: MiniPy or MiniMath by its share, with its noise. */
export function documentSource(recipe: Recipe, tokenizer: Tokenizer): DocumentSource {
  const firstPiece = tokenizer.idOf(testbedPieces[0]) as number;
  return rng => {
    const code = rng.split("task").uniform() < recipe.codeShare;
    const draws = rng.split("example");
    const example = code
      ? minipyExample(draws, recipe.mistakeShare, recipe.boundaryShare)
      : minimathExample(draws, recipe.mistakeShare);
    const completion = tokenizer.encode(example.completion);
    replaceTokens(completion, recipe.tokenNoise, firstPiece, testbedPieces.length, rng.split("token noise"));
    return { prompt: tokenizer.encode(example.prompt), completion };
  };
}

/** In place: each token becomes a random piece with probability `share`. */
function replaceTokens(ids: Int32Array, share: number, first: number, count: number, rng: Rng): void {
  for (let i = 0; i < ids.length; i++) if (rng.uniform() < share) ids[i] = first + rng.int(count);
}

/** The ids that batches need. */
export function vocabularyOf({ vocabSize, special }: Tokenizer): Vocabulary {
  return { size: vocabSize, ...special };
}
