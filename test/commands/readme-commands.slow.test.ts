/**
 * Every command line of README: its options are ones that the command takes, and the command runs, in its
 * smallest form. A command that README newly names fails here until it has a line below.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseArguments, usage, type Command } from "../../src/lib/commands/cli-arguments.js";
import type { Options } from "../../src/lib/commands/option.js";
import type { OptionKind } from "../../src/lib/core/schema.js";
import { fromRoot } from "../../src/lib/host/package-root.js";
import { runsVariable } from "../../src/lib/host/runs-folder.js";

const folder = mkdtempSync(join(tmpdir(), "unmask-readme-"));
const file = (name: string) => join(folder, name);

/**
 * What is typed after the name. Those with a reason only show their help here: what they do takes long, or
 * would change what is published, and is tried where the reason says.
 */
const smallest: Readonly<Record<string, readonly string[] | { readonly elsewhere: string }>> = {
  reproduce: { elsewhere: "test/notebooks/publishing.test.ts" },
  page: { elsewhere: "test/page/published-page.test.ts" },
  lab: { elsewhere: "test/notebooks/jupyter-lab.slow.test.ts" },
  playground: { elsewhere: "test/playground/page.slow.test.ts" },
  gates: { elsewhere: "test/study/gate-study.test.ts" },
  verify: { elsewhere: "test/notebooks/verify-claims.test.ts" },
  setup: { elsewhere: "test/setup/setup.test.ts" },
  test: { elsewhere: "this run of the tests" },
  build: { elsewhere: "test/commands/launch.slow.test.ts" },
  decode: ["--checkpoint", "instruct", "--prompt", "loop: take even items, squared, return sum\\n"],
  "random-checkpoint": ["--family", "dream", "--out", file("random"), "--shape", "tiny", "--shards", "2"],
  ties: ["--checkpoint", "instruct", "--count", "1", "--length", "8"],
  evaluate: ["--checkpoint", "instruct", "--task", "minipy", "--problems", "1"],
  train: ["--recipe", "ar-parent", "--seed", "1", "--out", file("trained"), "--config", file("steps.json")],
  study: ["f7-estimators", "--list"],
  models: ["--seeds", "1", "--list"],
  "check:reference": ["--dir", "test/reference-2", "--only", "dllm-transfer-counts"],
  profile: ["random-checkpoint", "--family", "dream", "--out", file("profiled"), "--shape", "tiny"],
  bench: [
    ...["--json", file("bench.json"), "--sizes", "S", "--works", "forward"],
    ...["--modes", "op-by-op", "--rounds", "1"],
  ],
  "bench:compile": ["--rounds", "1"],
  fuzz: ["--minutes", "0.01", "--target", "safetensors"],
  sandbox: ["--programs", file("programs.jsonl"), "--json", file("graded.json")],
};

const lines = commandLines(readFileSync(fromRoot("README.md"), "utf8"));
const names = [...new Set(lines.map(([name]) => name))].sort();
const commands = new Map(
  await Promise.all(
    readdirSync(fromRoot("src/lib/commands"))
      .filter(name => name.endsWith("-command.ts"))
      .map(async (path): Promise<[string, Command<Options>]> => {
        const module = (await import(fromRoot("src/lib/commands", path))) as Record<string, unknown>;
        const [, found] = Object.entries(module).find(([name]) => name.endsWith("Command")) ?? [];
        const command = found as Command<Options>;
        return [command.name, command];
      }),
  ),
);

it("each has its smallest form here, and nothing else has one", () => {
  expect(Object.keys(smallest).sort()).toEqual(names);
});

it.each(lines.filter(([, words]) => words !== ""))(
  "takes the options of: npm run %s -- %s",
  (name, words) => {
    const command = commands.get(name) as Command<Options>;
    expect(() => parseArguments(command, filledIn(name, words))).not.toThrow();
  },
);

describe("runs:", () => {
  beforeAll(() => {
    vi.stubEnv(runsVariable, file("runs"));
    writeFileSync(file("steps.json"), '{"steps": 1, "batch": 2}');
    writeFileSync(file("programs.jsonl"), '{"id": "a", "program": "assert 1 + 1 == 2", "timeout_s": 20}\n');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(names)("npm run %s", async name => {
    const form = smallest[name];
    const command = commands.get(name);
    if (command === undefined) return expect(name).toBe("build"); // launch.mjs itself does it
    if ("elsewhere" in form) {
      if (form.elsewhere.startsWith("test/")) expect(existsSync(fromRoot(form.elsewhere))).toBe(true);
      return expect(usage(command)).toContain(command.summary);
    }
    const { status, printed } = await (name === "bench" ? launched(name, form) : called(command, form));
    expect(status).toBe(0);
    const written = form.filter(word => ["--out", "--json"].includes(form[form.indexOf(word) - 1]));
    expect(written.filter(path => !existsSync(path))).toEqual([]);
    if (written.length === 0) expect(printed).toMatch(/\w/);
  });
});

interface Ended {
  readonly status: number;
  readonly printed: string;
}

/** In this process: starting Node and TensorFlow for each would take longer than what most of them do. */
async function called(command: Command<Options>, form: readonly string[]): Promise<Ended> {
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => printed.push(line));
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { values, operands } = parseArguments(command, form);
  const status = await command.main(values, operands).finally(() => vi.restoreAllMocks());
  return { status: status ?? 0, printed: printed.join("\n") };
}

/** By itself, for a command that starts others of the built library. */
function launched(name: string, form: readonly string[]): Ended {
  const { status, stdout } = spawnSync(process.execPath, [fromRoot("launch.mjs"), name, ...form], {
    encoding: "utf8",
  });
  return { status: status ?? NaN, printed: stdout };
}

/** Name and what follows its `--`, of every command in README's code. */
function commandLines(readme: string): (readonly [name: string, words: string])[] {
  return readme.split("\n").flatMap(line => {
    const code = line.includes("`") ? [...line.matchAll(/`([^`]+)`/g)].map(([, span]) => span) : [line];
    return code
      .flatMap(text => text.split(/&&|(?<!\\)\||>/))
      .flatMap((text): (readonly [string, string])[] => {
        const found = /\bnpm (?:run (?:--silent )?([\w:-]+)|(test)\b)(?: \[?--(?!\w)(.*))?/.exec(text);
        if (found === null) return [];
        const [, run, test, words = ""] = found;
        return [[(run ?? test).replace(":quick", ""), words.trim()]];
      });
  });
}

/** README's words as a person would type them: options in brackets given, the first of alternatives taken. */
function filledIn(name: string, words: string): string[] {
  const { options } = commands.get(name) as Command<Options>;
  const typed = [...words.replace(/[[\]]/g, "").matchAll(/'([^']*)'|(\S+)/g)];
  const parts = typed
    .map(([, quoted, plain]) => quoted ?? plain.split("\\|")[0])
    .filter(part => part !== "...");
  return parts.map((part, i) => {
    const option = parts[i - 1]?.replace(/^--/, "");
    const isLeftOpen = /^([A-Z]+(\.\w+)?|\{\})$/.test(part);
    return isLeftOpen && Object.hasOwn(options, option) ? anyOf(options[option].schema.option) : part;
  });
}

/** A value that an option takes. */
function anyOf(kind: OptionKind): string {
  if (kind.type === "list") return anyOf(kind.of);
  if (kind.type === "choice") return kind.values[0];
  return kind.type === "integer" || kind.type === "number" ? "2" : "any";
}
