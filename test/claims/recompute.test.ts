/** A second opinion: claims recomputed in Python from the shipped logs, by a program of its own. */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { fromRoot } from "../../src/lib/host/package-root.js";

const python = ["python3", process.env["UNMASK_PYTHON"] ?? "python3"].find(
  name => spawnSync(name, ["-c", "import pyarrow"]).status === 0,
);
const skipped = python === undefined ? " (skipped: python3 has no pyarrow)" : "";

it.runIf(python !== undefined)(`five claims come out of examples/recompute.py as published${skipped}`, () => {
  const { status, stdout, stderr } = spawnSync(python!, [fromRoot("examples", "recompute.py")], {
    encoding: "utf8",
  });
  expect(status, stdout + stderr).toBe(0);
  expect(stdout.match(/same$/gm)).toHaveLength(5);
});
