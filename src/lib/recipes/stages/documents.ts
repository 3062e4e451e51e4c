/** Training documents of a recipe as token ids, and the ids that batches need. */
import { UserError } from "../../core/errors.js";
import type { Rng } from "../../core/rng.js";
import { fields, orAbsent, share, shares, type Of } from "../../core/schema.js";
import type { SeededTask } from "../../tasks/task.js";
import { seededTask } from "../../tasks/tasks.js";
import { testbedOf, type Testbed } from "../../tasks/testbeds.js";
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
export const documentSchema = fields({
  /** share of MiniPy among the documents, the rest is MiniMath */
  codeShare: share,
  /** any tasks by name, with the shares of their documents in place of `codeShare`; absent: those two */
  tasks: orAbsent(shares),
  /** share of training examples with a systematic mistake, where one applies */
  mistakeShare: share,
  /** the same for programs whose mistake is at a boundary (`>` for `>=`) */
  boundaryShare: share,
  /** share of completion tokens replaced at random */
  tokenNoise: share,
});
export type DocumentNoise = Of<typeof documentSchema>;

/**
 * Documents of a recipe: each of one of its tasks by their shares, with its noise.
 * @throws UserError for a task that has no training documents
 */
export function documentSource(recipe: DocumentNoise, tokenizer: Tokenizer): DocumentSource {
  const { pieces } = testbedOfRecipe(recipe);
  const mixture = Object.entries(taskShares(recipe)).map(([name, share]) => ({
    example: exampleOf(name),
    share,
  }));
  const firstPiece = tokenizer.idOf(pieces[0]) as number;
  return rng => {
    const { prompt, ...example } = drawn(mixture, rng.split("task").uniform())(rng.split("example"), recipe);
    const completion = tokenizer.encode(example.completion);
    replaceTokens(completion, recipe.tokenNoise, firstPiece, pieces.length, rng.split("token noise"));
    return { prompt: tokenizer.encode(prompt), completion };
  };
}

function taskShares({ codeShare, tasks }: DocumentNoise): Readonly<Record<string, number>> {
  return tasks ?? { minipy: codeShare, minimath: 1 - codeShare };
}

/**
 * The vocabulary and canvas of a recipe's tasks.
 * @throws UserError for tasks that have none in common
 */
export function testbedOfRecipe(recipe: DocumentNoise): Testbed {
  return testbedOf(Object.keys(taskShares(recipe)));
}

type Example = NonNullable<SeededTask["example"]>;

function exampleOf(name: string): Example {
  const { example } = seededTask(name);
  if (example !== undefined) return example;
  throw new UserError(
    `train: the task ${name} has no training documents; give it an "example", or leave it out.`,
  );
}

/** @param u in [0, 1) */
function drawn(
  mixture: readonly { readonly example: Example; readonly share: number }[],
  u: number,
): Example {
  let end = 0;
  const found = mixture.find(({ share }) => u < (end += share));
  return (found ?? mixture[mixture.length - 1]).example; // shares may add up to a little less than 1
}

/** In place: each token becomes a random piece with probability `share`. */
function replaceTokens(ids: Int32Array, share: number, first: number, count: number, rng: Rng): void {
  for (let i = 0; i < ids.length; i++) if (rng.uniform() < share) ids[i] = first + rng.int(count);
}

/** The ids that batches need. */
export function vocabularyOf({ vocabSize, special }: Tokenizer): Vocabulary {
  return { size: vocabSize, ...special };
}
