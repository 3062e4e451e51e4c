/** A pane of the playground as what does the same elsewhere: a command line, a notebook's cell. */
import { decodeDefaults } from "../decode/config.js";
import { policyNames } from "../decode/types.js";
import { testsOf } from "../tasks/minipy.js";
import type { MiniPySpec } from "../tasks/minipy-spec.js";
import { extractProgram } from "../tasks/grade.js";
import { Rng } from "../core/rng.js";
import {
  endsItself,
  overridesOf,
  scoresOf,
  testbedLength,
  type PaneSettings,
  type Scene,
} from "./settings.js";

/** What the playground knows of a model beside its weights. */
export interface ModelCard {
  readonly name: string;
  /** as people read it */
  readonly title: string;
  /** its folder in the project; null for a file of one's own */
  readonly folder: string | null;
  /** decoded left to right, whatever config.json says */
  readonly autoregressive: boolean;
}

/** A text to copy, or why there is none, as a sentence. */
export type Copied = { readonly text: string } | { readonly why: string };

type Asked = Pick<Scene, "prompt" | "seed" | "length">;

/** `npm run decode -- ...` that gives the same tokens. */
export function commandOf(pane: PaneSettings, asked: Asked, model: ModelCard): Copied {
  if (model.folder === null) return { why: "This model is in your browser only, so no command names it." };
  if (model.autoregressive)
    return { why: "The command decodes this parent as a mask model would; the notebook cell does the same." };
  if (pane.picks.length > 0)
    return { why: "No command picks tokens by hand; the notebook cell does the same." };
  const { remasking, plan, parameters, temperature, topP, steps, blockLength, tieRule } = pane;
  const isPolicy = (policyNames as readonly string[]).includes(plan);
  const { length } = asked;
  const said: (readonly [string, string, boolean])[] = [
    ["checkpoint", model.folder, true],
    ["prompt", asked.prompt.replaceAll("\n", "\\n"), true],
    ["seed", String(asked.seed), true],
    ["temperature", String(temperature), temperature !== decodeDefaults.temperature],
    ["top-p", String(topP), topP !== decodeDefaults.topP],
    ["length", String(length), length !== testbedLength],
    ["steps", String(steps), steps !== length && !endsItself(plan)],
    ["block-length", String(blockLength), blockLength !== null],
    ["remasking", remasking, remasking !== (isPolicy ? scoresOf(plan)[0] : decodeDefaults.remasking)],
    ["tie-rule", tieRule, tieRule !== decodeDefaults.tieRule],
    ["quota", plan, !isPolicy && plan !== decodeDefaults.quota],
    ["policy", plan, isPolicy],
    ...Object.entries(isPolicy ? parameters : {}).map(
      ([name, value]) => ["with", `${name}=${value}`, true] as const,
    ),
  ];
  const options = said.filter(([, , isSaid]) => isSaid).map(([name, value]) => `--${name} ${shell(value)}`);
  return { text: `npm run decode -- ${options.join(" ")}` };
}

/** A cell that gives the same tokens and shows their order. */
export function cellOf(pane: PaneSettings, asked: Asked, model: ModelCard): Copied {
  if (model.folder === null)
    return { why: 'This model is in your browser only; a notebook loads its folder with load("./FOLDER").' };
  if (model.autoregressive && pane.picks.length > 0)
    return { why: "A notebook picks no tokens of a parent, which decodes left to right." };
  const { picks } = pane;
  const hands = picks.length === 0 ? "" : ", decodeConfig, policies";
  const options = {
    ...differing(pane, asked.length),
    ...(asked.length !== testbedLength && { length: asked.length }),
    ...(model.autoregressive && { autoregressive: true }),
    seed: asked.seed,
  };
  const spread = picks.length === 0 ? source(options) : `{ ...options, ...hand, seed: ${asked.seed} }`;
  const hand =
    picks.length === 0
      ? ""
      : `const options = ${source(differing(pane, asked.length))};\n` +
        `const hand = policies.byHand(${JSON.stringify(picks)}, decodeConfig(${asked.length}, options));\n`;
  return {
    text:
      `import { decode, load, plot, show${hands} } from "unmask";\n\n` +
      `const model = await load(${JSON.stringify(`./${model.folder}`)});\n${hand}` +
      `const decoded = await decode(model, ${JSON.stringify(asked.prompt)}, ${spread});\n` +
      "show(plot.order(decoded));\n",
  };
}

/** Overrides of the decoder's configuration, without what is the default anyway. */
function differing(pane: PaneSettings, length: number): Record<string, unknown> {
  const usual: Record<string, unknown> = { ...decodeDefaults, steps: length };
  if ((policyNames as readonly string[]).includes(pane.plan)) usual["remasking"] = scoresOf(pane.plan)[0];
  const overrides = Object.entries(overridesOf(pane)) as [string, unknown][];
  return Object.fromEntries(overrides.filter(([name, value]) => usual[name] !== value));
}

/** An object as TypeScript, in one line. */
function source(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, one]) => `${name}: ${source(one)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** The tests of a specification, as the task makes them for its problems. */
export function testsFor(spec: MiniPySpec): readonly string[] {
  const { base, plus } = testsOf(spec, Rng.fromSeed(1));
  return [...(base ?? []), ...(plus ?? [])];
}

/** A command that runs a completion's program against tests in the project's sandbox. */
export function gradingOf(completion: string, tests: readonly string[]): Copied {
  const program = extractProgram(completion);
  if (program === null)
    return { why: "The completion holds no fenced program, which every test needs: it would be graded 0." };
  const line = JSON.stringify({ id: "playground", program, tests });
  const file = "playground.jsonl";
  return {
    text:
      `printf '%s\\n' ${shell(line)} > ${file} && ` +
      `npm run sandbox -- --programs ${file} --json /dev/stdout`,
  };
}

/** Quoted for a POSIX shell where it has to be. */
function shell(text: string): string {
  return /^[\w./=:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
