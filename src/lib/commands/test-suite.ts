/** Runs the project's own tests in this process, so that they inherit the launcher's allocator settings. */
import { UserError } from "../core/errors.js";
import { packageRoot } from "../host/package-root.js";

/** Files named *.slow.test.ts train, decode or install; the rest takes under a minute. */
const slowTests = "**/*.slow.test.ts";

export interface TestSuiteOptions {
  /** leave out the slow tests */
  readonly quick: boolean;
  /** parts of file paths; none runs every file */
  readonly only: readonly string[];
}

/** What is used of vitest. It is a development package, so the build must not need its types. */
interface TestRunner {
  readonly startVitest: (
    mode: "test",
    filters: readonly string[],
    options: object,
  ) => Promise<{ close(): Promise<void> }>;
  readonly configDefaults: { readonly exclude: readonly string[] };
}

/** Runs the tests and returns the exit status: 0 when none failed. */
export async function runTestSuite({ quick, only }: TestSuiteOptions): Promise<number> {
  const { startVitest, configDefaults } = await testRunner();
  const exclude = quick ? [...configDefaults.exclude, slowTests] : configDefaults.exclude;
  const vitest = await startVitest("test", [...only], {
    root: packageRoot,
    run: true,
    watch: false,
    exclude,
  });
  await vitest.close();
  return Number(process.exitCode ?? 0);
}

/** @throws UserError where npm installed without the development packages */
async function testRunner(): Promise<TestRunner> {
  // names, not types: see TestRunner
  const [node, config]: readonly string[] = ["vitest/node", "vitest/config"];
  try {
    return { ...(await import(node)), ...(await import(config)) } as TestRunner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UserError(
      "test: vitest is not installed, as in production; run npm install --include=dev, then npm test.",
    );
  }
}
