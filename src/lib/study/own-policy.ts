/**
 * A policy of the caller's own, on the problems of the studies. A function has no name that a log could be found by, and
 * cannot be sent to another process: it decodes in this one, and its samples stay in memory.
 */
import type { DecodeOptions } from "../decode/decode.js";
import type { SampleRow } from "../log/schemas.js";
import { useBackend } from "../runtime/backend.js";
import { BatchDecoder, batchesOf, jobsOf, type DecodeStudy } from "./decode-batch.js";
import { sampleRow } from "./study-rows.js";

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
      for (const batch of batchesOf(study, 0)) {
        const decoded = await decoder.decode(batch, signal, own);
        rows.push(
          ...decoded.map((sample, i) => ({
            ...sampleRow(study, `own-policy-${name}`, jobs[batch.from + i], sample),
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
