/** What the playground gives to copy decodes the same elsewhere: parsed by the command line itself. */
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../../src/lib/commands/cli-arguments.js";
import { decodeCommand } from "../../src/lib/commands/decode-command.js";
import { decodeOverrides } from "../../src/lib/commands/decode-options.js";
import { decodeConfig } from "../../src/lib/decode/config.js";
import type { DecodeConfig } from "../../src/lib/decode/types.js";
import { cellOf, commandOf, gradingOf, testsFor, type Copied } from "../../src/lib/playground/copy.js";
import { specOf } from "../../src/lib/playground/prompt-menu.js";
import {
  configOf,
  defaultPane,
  fitting,
  plans,
  type PaneSettings,
} from "../../src/lib/playground/settings.js";

const asked = { prompt: "loop: take items over 5, squared, return max or 0\n", seed: 7, length: 36 };
const card = {
  name: "instruct",
  title: "",
  folder: "data/checkpoints/instruct-seed1",
  autoregressive: false,
};
const usual = defaultPane("instruct");
const changed: Partial<PaneSettings> = {
  temperature: 0.85,
  topP: 0.5,
  tieRule: "random",
  blockLength: 12,
  steps: 6,
};

const textOf = (copied: Copied): string => ("text" in copied ? copied.text : expect.fail(copied.why));

/** Words as a POSIX shell splits them, quotes taken off. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\(.)/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ""),
  );
}

const settings: [string, PaneSettings][] = plans.flatMap(plan => [
  [plan, fitting({ ...usual, plan }, 36)],
  [`${plan}, changed`, fitting({ ...usual, ...changed, plan, remasking: "probability" }, 36)],
]);
settings.push(["a parameter", fitting({ ...usual, plan: "threshold", parameters: { tau: 0.6 } }, 36)]);

describe.each(settings)("%s", (_, pane) => {
  it("copied as a command, the command line decodes with the same configuration, prompt and seed", () => {
    const [npm, run, name, dashes, ...options] = words(textOf(commandOf(pane, asked, card)));
    expect([npm, run, name, dashes]).toEqual(["npm", "run", "decode", "--"]);
    const { values } = parseArguments(decodeCommand, options);
    const config = decodeConfig(
      values.length ?? 36,
      decodeOverrides({ ...values, temperature: values.temperature }),
    );
    // What the command line does with a temperature that is not given.
    const decoded = { ...config, temperature: values.temperature ?? decodeConfig(36).temperature };
    expect(decoded).toEqual(configOf(pane, 36));
    expect(values).toMatchObject({ checkpoint: card.folder, seed: 7 });
    expect(values.prompt?.replaceAll("\\n", "\n")).toBe(asked.prompt);
  });

  it("copied as a cell, a notebook decodes with the same configuration, prompt and seed", () => {
    const call = /decode\(model, ("[^"]*"), (\{.*\})\);/.exec(textOf(cellOf(pane, asked, card))) ?? [];
    const options = runInNewContext(`(${call[2]})`) as Partial<DecodeConfig> & { seed: number };
    const { seed, ...overrides } = options;
    expect(decodeConfig(36, overrides)).toEqual(configOf(pane, 36));
    expect([JSON.parse(call[1]), seed]).toEqual([asked.prompt, 7]);
  });
});

describe("what cannot be copied", () => {
  it("is said in a sentence", () => {
    const picked = { ...usual, picks: [{ step: 1, position: 2, token: 3 }] };
    for (const copied of [
      commandOf(picked, asked, card),
      commandOf(usual, asked, { ...card, folder: null }),
      commandOf(usual, asked, { ...card, autoregressive: true }),
      cellOf(usual, asked, { ...card, folder: null }),
      gradingOf("def f(xs):\n", []),
    ])
      expect(copied).toEqual({ why: expect.stringMatching(/^[A-Z].*\.$/) as unknown });
  });

  it("leaves picked tokens to the cell", () => {
    const picks = [{ step: 1, position: 2, token: 3 }];
    const cell = textOf(cellOf({ ...usual, picks }, asked, card));
    expect(cell).toContain(`policies.byHand(${JSON.stringify(picks)}, decodeConfig(36, options))`);
  });
});

it("the grading command carries the program and the task's own tests through a shell", () => {
  const spec = specOf(asked.prompt) ?? expect.fail();
  const tests = testsFor(spec);
  expect(tests).toHaveLength(12);
  const program = "def f(xs):\n    return max([x * x for x in xs if x > 5], default=0)\n";
  const line = words(textOf(gradingOf(`\`\`\`python\n${program}\`\`\`\n`, tests)))[2];
  expect(JSON.parse(line)).toEqual({ id: "playground", program, tests });
});
