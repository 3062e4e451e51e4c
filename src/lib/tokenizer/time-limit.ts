/** A bound on the time of work that a file decides: regular expressions and templates of unknown origin. */

/**
 * What `work` returns.
 * @param sentence of the UserError when it takes longer
 */
export type TimeLimit = <T>(milliseconds: number, sentence: string, work: () => T) => T;

/** No bound: a page runs a tokenizer in a worker that it can end. */
export const unlimited: TimeLimit = (_milliseconds, _sentence, work) => work();
