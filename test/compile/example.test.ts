/** The example of `compile(fn)` on its own, run as its first line says. */
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { packageRoot } from "../../src/lib/host/package-root.js";
import { hasNativeBackend } from "./native-backend.js";

it.skipIf(!hasNativeBackend)(
  "two spirals are told apart by what unmask/compile exports, as one native call a step",
  { timeout: 60_000 },
  () => {
    const { stdout } = spawnSync(process.execPath, ["examples/two-spirals.mjs"], {
      cwd: packageRoot,
      encoding: "utf8",
    });
    const [, share, reason] = /^([\d.]+)% of 400 points on the right side; (.*)$/m.exec(stdout) ?? [];
    expect(Number(share)).toBeGreaterThan(97);
    expect(reason).toContain("one native call");
  },
);
