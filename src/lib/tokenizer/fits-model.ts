/** Whether a tokenizer and a model belong together. */
import { UserError } from "../core/errors.js";
import type { TextTokenizer } from "./tokenizer.js";

/** What a model's configuration says of its tokens. */
export interface ModelIds {
  readonly vocabSize: number;
  readonly maskTokenId: number;
}

/**
 * @param folder of both, named in errors
 * @throws UserError when the tokenizer has more tokens than the model has rows, or the two have other masks
 */
export function checkTogether(
  folder: string,
  { vocabSize, maskTokenId }: ModelIds,
  tokenizer: TextTokenizer,
  autoregressive: boolean,
): void {
  if (tokenizer.vocabSize > vocabSize)
    throw new UserError(
      `model: the tokenizer of ${folder} has ${tokenizer.vocabSize} tokens, config.json a vocabulary ` +
        `of ${vocabSize}; the two do not belong together, fetch the checkpoint again.`,
    );
  const { maskId } = tokenizer.special;
  if (!autoregressive && maskId !== maskTokenId)
    throw new UserError(
      `model: in ${folder} mask_token_id is ${maskTokenId} in config.json, but the tokenizer's mask ` +
        `token has id ${maskId}; correct the wrong one.`,
    );
}
