/**
 * A policy of the caller's own, on the problems of the studies. A function has no name that a log could be found by, and
 * cannot be sent to another process: it decodes in this one, and its samples stay in memory.
 */
import type { DecodeOptions } from "../decode/decode.js";
import type { SampleRow } from "../log/schemas.js";
import { readConfig } from "../model/checkpoint.js";
import { useBackend } from "./backend.js";
import { BatchDecoder, defaultBatch, jobsOf, type DecodeStudy } from "./decode-batch.js";
import { sampleRow } from "./study-rows.js";
import { checkpointFolder } from "./testbed.js";

/** What replaces the configuration's own; `name` is the samples' `policy`. */
export interface OwnPolicy extends Pick<DecodeOptions, "policy" | "score" | "sampler"> {
  readonly name: string;
}

/** Decode and grade the samples of several studies with a policy of one's own. */
export async function runOwnPolicy(
  { name, ...own }: OwnPolicy,
  studies: readonly DecodeStudy[],
  signal?: AbortSignal,
): Promise<SampleRow[]> {
  await useBackend();
  const decoder = new BatchDecoder();
  const rows: SampleRow[] = [];
  try {
    for (const study of studies) {
      const jobs = jobsOf(study);
      const size = defaultBatch(
        readConfig(checkpointFolder(study.checkpoint, study.seed)).vocabSize,
        study.decode,
      );
      for (let from = 0; from < jobs.length; from += size) {
        const to = Math.min(from + size, jobs.length);
        const decoded = await decoder.decode({ study, from, to }, signal, own);
        rows.push(
          ...decoded.map((sample, i) => ({
            ...sampleRow(study, `own-policy-${name}`, jobs[from + i], sample),
            policy: name,
          })),
        );
      }
    }
  } finally {
    decoder.dispose();
  }
  return rows;
}
