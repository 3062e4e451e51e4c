/** A forgotten "--" is named: npm keeps the options for itself and says so in the environment only. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { choice, flag, number, text } from "../../src/lib/core/schema.js";
import { option } from "../../src/lib/commands/option.js";
import { refuseKeptOptions } from "../../src/lib/commands/npm-options.js";

const options = {
  prompt: option(text, "text", { required: true }),
  "top-p": option(number("(0, 1]"), "filter", { default: 1 }),
  "kv-cache": option(choice(["prefix", "dual"]), "keys"),
  json: option(text, "file"),
  resume: option(flag, "go on"),
};

function refusal(argv: readonly string[], environment: Record<string, string>): string | undefined {
  try {
    refuseKeptOptions("decode", options, argv, { npm_lifecycle_event: "decode", ...environment });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("what npm kept", () => {
  it("is named in one sentence with the command as it should be", () => {
    expect(refusal(["x"], { npm_config_prompt: "true", npm_config_top_p: "0.5" })).toBe(
      "decode: npm took --prompt, --top-p for itself; options follow a --, as in npm run decode -- " +
        "--prompt VALUE.",
    );
    expect(refusal([], { npm_config_resume: "true" })).toMatch(/as in npm run decode -- --resume\.$/);
  });

  it("is never npm's own cache folder, which is no --kv-cache", () => {
    expect(refusal([], { npm_config_cache: "/home/me/project/dual" })).toBeUndefined();
    expect(refusal([], { npm_config_kv_cache: "true" })).toContain("npm took --kv-cache for itself");
  });

  it(
    "is nothing where the option came through, or npm runs another script, or a person's settings " +
      "name npm's own",
    () => {
      expect(refusal(["--prompt", "x"], { npm_config_prompt: "true" })).toBeUndefined();
      expect(refusal(["--prompt=x"], { npm_config_prompt: "true" })).toBeUndefined();
      expect(refusal([], { npm_config_prompt: "true", npm_lifecycle_event: "test" })).toBeUndefined();
      expect(refusal([], { npm_config_json: "true" })).toBeUndefined();
    },
  );
});

const noNpm = spawnSync("npm", ["--version"]).status !== 0;

describe.skipIf(noNpm)("npm itself", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "npm-run-"));
    const print = "console.log(JSON.stringify(process.env))";
    writeFileSync(join(folder, "print.cjs"), print);
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "x", scripts: { decode: "node print.cjs" } }),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("tells of options before the -- by variables, and of none behind it", () => {
    const run = (...args: string[]) => {
      const { stdout } = spawnSync("npm", ["run", "--silent", "decode", ...args], {
        cwd: folder,
        encoding: "utf8",
      });
      return refusal([], JSON.parse(stdout) as Record<string, string>);
    };
    expect(run("--prompt", "a b", "--resume")).toContain("npm took --prompt, --resume for itself");
    expect(run("--", "--prompt", "a b")).toBeUndefined();
  });
});
