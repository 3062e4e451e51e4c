/** The command line of `npm run profile`: where the time of another command goes. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { UserError, unknownName } from "../core/errors.js";
import { fromRoot } from "../host/package-root.js";
import { phaseTable, phaseVariable, readReports } from "../host/phase-report.js";
import type { Command } from "./cli-arguments.js";

export const profileCommand: Command<Record<string, never>> = {
  name: "profile",
  summary: "Run a command and print where its time went, by process and phase.",
  example: "reproduce --profile smoke --only f3",
  options: {},
  operand: "COMMAND",
  takesCommand: true,
  needsBackend: false,
  main: async (_, [command, ...args]) => {
    if (command === undefined)
      throw new UserError("profile: name the command, as npm run profile -- decode.");
    const known = readdirSync(fromRoot("dist/cli")).filter(name => name.endsWith(".js"));
    const names = known.map(name => basename(name, ".js")).filter(name => name !== "profile");
    if (!names.includes(command)) throw unknownName("profile", "command", command, names);
    const folder = mkdtempSync(join(tmpdir(), "unmask-profile-"));
    try {
      const file = join(folder, "phases.jsonl");
      writeFileSync(file, "");
      const started = performance.now();
      const status = await run(command, args, file);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`\n${[command, ...args].join(" ")}: ${seconds} s\n\n${phaseTable(readReports(file))}`);
      return status;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Its exit status. The channel ends it where this process should die. */
function run(command: string, args: readonly string[], file: string): Promise<number> {
  const env = { ...process.env, [phaseVariable]: file };
  const child = spawn(process.execPath, [fromRoot(`dist/cli/${command}.js`), ...args], {
    env,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) =>
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
