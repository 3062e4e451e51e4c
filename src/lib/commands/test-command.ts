/** The command line of the tests, which run in this process with the launcher's allocator settings. */
import { UserError } from "../core/errors.js";
import { flag } from "../core/schema.js";
import { packageRoot } from "../host/package-root.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";

/** The projects of `vitest.config.ts` but "slow", whose files train, decode or install. */
const quickProjects = ["instrument", "workbench"];

const options = { quick: option(flag, "leave out the slow tests") };

export const testCommand: Command<typeof options> = {
  name: "test",
  summary: "Runs the tests, all of them or those whose path contains one of the given parts.",
  example: "--quick decode",
  options,
  operand: "PART-OF-PATH",
  main: ({ quick }, only) => runTestSuite(quick, only),
};

/** What is used of vitest. It is a development package, so the build must not need its types. */
interface TestRunner {
  readonly startVitest: (
    mode: "test",
    filters: readonly string[],
    options: object,
  ) => Promise<{ close(): Promise<void> }>;
}

/** The exit status: 0 when none failed. */
async function runTestSuite(quick: boolean, only: readonly string[]): Promise<number> {
  const { startVitest } = await testRunner();
  const vitest = await startVitest("test", [...only], {
    root: packageRoot,
    run: true,
    watch: false,
    ...(quick && { project: quickProjects }),
  });
  await vitest.close();
  return Number(process.exitCode ?? 0);
}

/** @throws UserError where npm installed without the development packages */
async function testRunner(): Promise<TestRunner> {
  const name: string = "vitest/node"; // no literal, for which the compiler would want types: see TestRunner
  try {
    return (await import(name)) as TestRunner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UserError(
      "test: vitest is not installed, as in production; run npm install --include=dev, then npm test.",
    );
  }
}
