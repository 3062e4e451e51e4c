/** The command line of the gates: whether a checkpoint of the testbed is worth a study. */
import type { GateLine } from "../analysis/gates.js";
import { knownCheckpoint } from "../recipes/known-checkpoint.js";
import { useBackend } from "../runtime/backend.js";
import { ensureSetup } from "../setup/setup.js";
import { closeDecoders } from "../study/workers.js";
import { gateLines } from "../study/gate-study.js";
import type { Command } from "./cli-arguments.js";

const options = {
  checkpoint: {
    type: "string",
    required: true,
    description: "checkpoint folder of the testbed of scripts and stories, or the recipe of a shipped one",
  },
  seed: { type: "integer", default: 1, min: 0, description: "training seed; also seeds the sampling" },
  autoregressive: { type: "flag", description: "decode left to right with the causal model (the AR parent)" },
  problems: {
    type: "integer",
    default: 600,
    min: 8,
    max: 600,
    description: "problems answered of each kind: scripts held out and seen, stories",
  },
  "sampled-problems": {
    type: "integer",
    default: 40,
    min: 1,
    max: 600,
    description: "problems with 16 samples each at T 1.0",
  },
} as const;

export const gatesCommand: Command<typeof options> = {
  name: "gates",
  summary: "Say whether a checkpoint of the testbed is worth a study: its gates (a) to (f), measured.",
  options,
  interrupted: "the answers that are logged are kept, and the same command goes on from them",
  main: async ({ checkpoint, seed, autoregressive, problems, "sampled-problems": sampledProblems }) => {
    knownCheckpoint("gates", checkpoint, seed);
    await ensureSetup();
    console.error((await useBackend()).describe());
    try {
      const lines = await gateLines({ checkpoint, seed, autoregressive, problems, sampledProblems });
      for (const text of gateTable(lines)) console.log(text);
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
