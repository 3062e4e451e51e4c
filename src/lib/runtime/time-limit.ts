/** The bound on the time of a tokenizer's patterns and templates. */
import { createContext, Script } from "node:vm";
import { UserError } from "../core/errors.js";

/** V8's watchdog reaches into regular expressions, and no `catch` of the work keeps it from ending. */
const call = new Script("work()");
const scope: { work: (() => void) | null } = { work: null };
const context = createContext(scope);

/**
 * What `work` returns. Costs about 0.15 ms.
 * @param sentence of the error when it takes longer
 * @throws UserError after `milliseconds`; what the work throws
 */
export function withinTime<T>(milliseconds: number, sentence: string, work: () => T): T {
  const result: { value?: T } = {};
  scope.work = () => {
    result.value = work();
  };
  try {
    call.runInContext(context, { timeout: Math.ceil(milliseconds) });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT")
      throw new UserError(sentence);
    throw error;
  } finally {
    scope.work = null;
  }
  return result.value as T;
}
