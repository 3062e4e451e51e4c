/** Small logs for the tests of log/. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openLog } from "../../src/lib/log/log-writer.js";
import type { CommitRow, LogMetadata, SampleRow } from "../../src/lib/log/schemas.js";

export const metadata: LogMetadata = {
  config: { temperature: 0.2, tieRule: "leftmost" },
  seed: 1,
  commit: "0123abc",
  versions: { "apache-arrow": "21.2.0" },
  backend: "tensorflow",
  checkpointHash: null,
  created: "2025-01-02T03:04:05.000Z",
};

export function commit(rank: number): CommitRow {
  return {
    run: "r-1",
    problem: `p${rank >> 1}`,
    sample: 0,
    rank,
    step: rank,
    position: 7 - rank,
    tokenId: 40 + rank,
    token: ["def", " é", "\n    ", "𝛼"][rank % 4],
    confidence: -0.5 * rank,
    entropy: 0.25 * rank,
  };
}

export const sample: SampleRow = {
  run: "r-1",
  problem: "p0",
  sample: 0,
  task: "minipy",
  split: "test",
  form: "loop",
  checkpoint: "instruct",
  seed: 1,
  steps: 36,
  policy: "threshold",
  ...{ tau: 0.9, factor: null, gamma: null, spacing: 0, minGap: 2, theta: null },
  ...{ base: null, skip: null, paths: null, select: null, pool: null, alpha: null },
  ...{ blockLength: null, kvCache: "dual", head: null, softMasks: false },
  calls: 36,
  tokenPositions: 2160,
  temperature: 0.2,
  topP: 0.95,
  remasking: "neg-entropy",
  tieRule: "leftmost",
  tieSteps: 3,
  choiceSteps: 35,
  prompt: "sum the even numbers",
  text: "```python\n",
  completionLength: 27,
  formatOk: true,
  passedBase: true,
  passedPlus: false,
  correct: null,
  order: [1, 0, 2],
  stepOf: [0, 0, -1],
  tokenIds: [7, 150_000, 3],
  localArness: [1, 0.5, 0.25],
  globalArness: [0.75, 1],
  localArnessEos: [],
  globalArnessEos: [NaN],
};

/** A folder of its own for one test file, removed afterwards. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "unmask-log-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A closed log with batches of these sizes, rows numbered from 0. */
export function writeCommits(path: string, batches: readonly number[]): void {
  const log = openLog(path, "commits", { metadata });
  for (const size of batches) log.append(Array.from({ length: size }, (_, i) => commit(log.rows + i)));
  log.close();
}
