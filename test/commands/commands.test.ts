/** What holds for every command: its example is one that it takes, and its help is complete. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseArguments, usage, type Command } from "../../src/lib/commands/cli-arguments.js";
import type { Options } from "../../src/lib/commands/option.js";
import { fromRoot } from "../../src/lib/host/package-root.js";

const files = readdirSync(fromRoot("src/lib/commands")).filter(name => name.endsWith("-command.ts"));
const commands = await Promise.all(
  files.map(async file => {
    const module = (await import(fromRoot("src/lib/commands", file))) as Record<string, unknown>;
    const [, command] = Object.entries(module).find(([name]) => name.endsWith("Command")) ?? [];
    return command as Command<Options>;
  }),
);

describe.each(commands)("npm run $name", command => {
  it("takes its example", () => {
    const argv = command.example.split(" ").filter(text => text !== "");
    expect(() => parseArguments(command, argv)).not.toThrow();
  });

  it("says of every option what it is, under a heading", () => {
    const help = usage(command);
    const words = help.replace(/\s+/g, " ");
    for (const [name, { description, group }] of Object.entries(command.options)) {
      expect(help).toContain(`\n  --${name} `);
      expect(words).toContain(description);
      expect(help).toContain(`\n${group}:\n`);
    }
  });
});

it("every command of the command line is one of these", () => {
  const names = readdirSync(fromRoot("src/cli")).map(name => name.replace(/\.ts$/, ""));
  expect(commands.map(({ name }) => name.replace(":", "-")).sort()).toEqual(names.sort());
});
