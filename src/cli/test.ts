import { runCommand } from "../lib/commands/cli-arguments.js";
import { runTestSuite } from "../lib/commands/test-suite.js";

await runCommand({
  name: "test",
  summary: "Runs the tests, all of them or those whose path contains one of the given parts.",
  options: { quick: { type: "flag", description: "leave out the slow tests" } } as const,
  operand: "PART-OF-PATH",
  main: (values, operands) => runTestSuite({ quick: values.quick, only: operands }),
});
