/** The command line of the gates: whether a checkpoint of the testbed is worth a study. */
import type { GateLine } from "../analysis/gates.js";
import { flag, text, whole } from "../core/schema.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";
import { useBackend } from "../runtime/backend.js";
import { ensureSetup } from "../setup/setup.js";
import { closeDecoders } from "../study/workers.js";
import { gateLines } from "../study/gate-study.js";
import type { Command } from "./cli-arguments.js";
import { option } from "./option.js";

const options = {
  checkpoint: option(
    text,
    "checkpoint folder of the testbed of scripts and stories, or the recipe of a shipped one",
    { required: true },
  ),
  seed: option(whole(0), "training seed; also seeds the sampling", { default: 1 }),
  autoregressive: option(flag, "decode left to right with the causal model (the AR parent)"),
  problems: option(whole(8, 600), "problems answered of each kind: scripts held out and seen, stories", {
    default: 600,
  }),
  "sampled-problems": option(whole(1, 600), "problems with 16 samples each at T 1.0", { default: 40 }),
};

export const gatesCommand: Command<typeof options> = {
  name: "gates",
  summary: "Say whether a checkpoint of the testbed is worth a study: its gates (a) to (f), measured.",
  example: "--checkpoint ./scripts-instruct --problems 100",
  options,
  interrupted: "the answers that are logged are kept, and the same command goes on from them",
  main: async ({ checkpoint, seed, autoregressive, problems, "sampled-problems": sampledProblems }) => {
    knownCheckpoint("gates", checkpoint, seed);
    await ensureSetup();
    console.error((await useBackend()).describe());
    try {
      const lines = await gateLines({ checkpoint, seed, autoregressive, problems, sampledProblems });
      for (const line of gateTable(lines)) console.log(line);
      return lines.every(({ passed }) => passed) ? 0 : 1;
    } finally {
      await closeDecoders();
    }
  },
};

/**
 * A line a gate: its letter, what was measured of which answers, the value, the range asked for, and the
 * verdict.
 */
export function gateTable(lines: readonly GateLine[]): string[] {
  const failed = lines.filter(({ passed }) => !passed).length;
  const rows = lines.map(({ gate, what, group, value, passed, ...bound }) =>
    [
      `(${gate})`,
      what.padEnd(44),
      group.padEnd(9),
      shown(value).padStart(7),
      rangeOf(bound).padEnd(17),
      passed ? "pass" : "FAIL",
    ].join("  "),
  );
  return [...rows, failed === 0 ? "all gates pass" : `${failed} of ${lines.length} gates fail`];
}

function rangeOf({ least, most }: Pick<GateLine, "least" | "most">): string {
  if (most === Infinity) return `at least ${shown(least)}`;
  return least === -Infinity ? `at most ${shown(most)}` : `${shown(least)} to ${shown(most)}`;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}
