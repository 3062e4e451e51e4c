/**
 * Added tokens with `single_word`, which the package reads and ignores: as in Python's `tokenizers`, such a
 * token is one only where no letter, mark, digit or underscore touches it.
 */

/** What the package's tokenizer takes texts apart with before anything else. */
export interface AddedTokenSplitters {
  splitter_unnormalized: Splitter;
  splitter_normalized: Splitter;
  readonly added_tokens_map: ReadonlyMap<string, { readonly single_word: boolean }>;
}

interface Splitter {
  /** the text in sections, some of them added tokens */
  split(text: string): string[];
}

const endsWithWord = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]$/u;
const startsWithWord = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]/u;

/** In place: what is no word of its own goes back into the text around it. */
export function keepSingleWords(engine: AddedTokenSplitters): void {
  engine.splitter_unnormalized = singleWords(engine.splitter_unnormalized, engine);
  engine.splitter_normalized = singleWords(engine.splitter_normalized, engine);
}

function singleWords(inner: Splitter, { added_tokens_map: added }: AddedTokenSplitters): Splitter {
  return {
    split(text) {
      const kept: string[] = [];
      let [at, run] = [0, ""];
      for (const section of inner.split(text)) {
        const token = added.get(section);
        const end = at + section.length;
        if (token === undefined || (token.single_word && isTouched(text, at, end))) run += section;
        else {
          if (run !== "") kept.push(run);
          kept.push(section);
          run = "";
        }
        at = end;
      }
      return run === "" ? kept : [...kept, run];
    },
  };
}

/** Two code units before and after hold the whole letter. */
function isTouched(text: string, begin: number, end: number): boolean {
  return (
    endsWithWord.test(text.slice(Math.max(0, begin - 2), begin)) ||
    startsWithWord.test(text.slice(end, end + 2))
  );
}
