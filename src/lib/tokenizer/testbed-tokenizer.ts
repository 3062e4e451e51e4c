/**
 * The testbed's tokenizer.json from a list of literal pieces: a BPE model without merges whose pre-tokenizer
 * splits at the pieces, longest first. Opens in Hugging Face tokenizers, in Python and JavaScript.
 */

export interface SpecialPieces {
  readonly pad: string;
  readonly eos: string;
  readonly mask: string;
}

/** tokenizer.json as an object; ids are positions: special tokens first, then the pieces. */
export function buildTokenizerJson(
  pieces: readonly string[],
  special: SpecialPieces,
): Record<string, unknown> {
  const specials = [special.pad, special.eos, special.mask];
  const vocab = Object.fromEntries([...specials, ...pieces].map((piece, id) => [piece, id]));
  const longestFirst = [...pieces].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const added = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specials.map((content, id) => ({ id, content, ...added })),
    normalizer: null,
    pre_tokenizer: {
      type: "Split",
      pattern: { Regex: longestFirst.map(escapeRegex).join("|") },
      behavior: "Isolated",
      invert: false,
    },
    post_processor: null,
    decoder: { type: "Fuse" },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab,
      merges: [],
    },
  };
}

/** tokenizer_config.json naming the special tokens. */
export function buildTokenizerConfig(special: SpecialPieces): Record<string, unknown> {
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    pad_token: special.pad,
    eos_token: special.eos,
    mask_token: special.mask,
    clean_up_tokenization_spaces: false,
    model_max_length: 512,
  };
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\n/g, "\\n");
}
