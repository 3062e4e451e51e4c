/** Training documents of a recipe as token ids, and the ids that batches need. */
import type { Rng } from "../../core/rng.js";
import { share, type RulesOf } from "../../core/rules.js";
import { minimathExample } from "../../tasks/minimath.js";
import { minipyExample } from "../../tasks/minipy.js";
import { testbedPieces } from "../../tasks/vocabulary.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";

/** Special ids and the vocabulary, as far as batches need them. */
export interface Vocabulary {
  readonly size: number;
  readonly maskId: number;
  readonly eosId: number;
  readonly padId: number;
}

/** One training document as token ids. */
export interface TokenDocument {
  readonly prompt: Int32Array;
  readonly completion: Int32Array;
}

/** The i-th document of a recipe's data; `rng` is its own stream. */
export type DocumentSource = (rng: Rng) => TokenDocument;

/** What a recipe says of its documents. */
export interface DocumentNoise {
  /** share of MiniPy among the documents, the rest is MiniMath */
  readonly codeShare: number;
  /** share of training examples with a systematic mistake, where one applies */
  readonly mistakeShare: number;
  /** the same for programs whose mistake is at a boundary (`>` for `>=`) */
  readonly boundaryShare: number;
  /** share of completion tokens replaced at random */
  readonly tokenNoise: number;
}

export const documentRules: RulesOf<DocumentNoise> = {
  codeShare: share,
  mistakeShare: share,
  boundaryShare: share,
  tokenNoise: share,
};

/** Documents of a recipe: MiniPy or MiniMath by its share, with its noise. */
export function documentSource(recipe: DocumentNoise, tokenizer: Tokenizer): DocumentSource {
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
