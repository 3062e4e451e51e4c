/** A small run that was killed, or whose machine lost power or room, at every single change of any file. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { useBackend } from "../../src/lib/runtime/backend.js";
import { crashes } from "../files/crashing-disk.js";
import {
  crashedRuns,
  crashKinds,
  expectRecovery,
  expectRoomAsked,
  type CrashedRuns,
} from "./crashed-runs.js";

let crashed: CrashedRuns;
beforeAll(async () => {
  await useBackend();
  vi.spyOn(console, "error").mockImplementation(() => {});
  crashed = await crashedRuns();
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(crashed.root, { recursive: true, force: true });
});

describe(
  "a run goes on and ends with the rows, the model and the files of one left alone",
  { timeout: 600_000 },
  () => {
    it.each(crashKinds.map(kind => [crashes[kind], kind] as const))(
      "after each change: %s",
      async (_, kind) => {
        expect(crashed.left[kind].size).toBeGreaterThan(15);
        await expectRecovery(crashed, kind, 1);
      },
    );

    it(
      "after each write for which the disk had no room, in one sentence, with nothing half written " +
        "beside it",
      () => expectRoomAsked(crashed, 1),
    );
  },
);
