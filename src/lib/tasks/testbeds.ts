/** Testbeds: tasks that share a vocabulary and a canvas, so that one model learns them together. */
import { UserError } from "../core/errors.js";
import { scriptPieces } from "./scripts/vocabulary.js";
import { testbedPieces } from "./vocabulary.js";

/** Room for text, in tokens. */
export interface Canvas {
  readonly prompt: number;
  readonly completion: number;
  /** packed windows of the AR parent and stages I and II */
  readonly window: number;
}

export interface Testbed {
  /** folder of its tokenizer under data/tokenizers */
  readonly name: string;
  readonly tasks: readonly string[];
  /** every token that is not special, in order */
  readonly pieces: readonly string[];
  readonly canvas: Canvas;
  /** models of every training seed answer the same problems; else each seed has problems of its own */
  readonly crossed: boolean;
}

export const smallTestbed: Testbed = {
  name: "testbed",
  tasks: ["minipy", "minimath"],
  pieces: testbedPieces,
  canvas: { prompt: 18, completion: 36, window: 64 },
  crossed: false,
};

const scriptsTestbed: Testbed = {
  name: "scripts",
  tasks: ["scripts", "stories"],
  pieces: scriptPieces,
  canvas: { prompt: 48, completion: 72, window: 128 },
  crossed: true,
};

const testbeds: readonly Testbed[] = [smallTestbed, scriptsTestbed];

/**
 * The testbed of these tasks; a task of a notebook's own is written in the words of the small one.
 * @throws UserError for tasks of two testbeds
 */
export function testbedOf(tasks: readonly string[]): Testbed {
  const found = new Set(
    tasks.map(task => testbeds.find(testbed => testbed.tasks.includes(task)) ?? smallTestbed),
  );
  if (found.size <= 1) return [...found][0] ?? smallTestbed;
  const names = [...found].map(({ name }) => name).join(" and ");
  throw new UserError(
    `tasks: ${tasks.join(", ")} are of the testbeds ${names}, which have no vocabulary in common; ` +
      "choose tasks of one.",
  );
}
