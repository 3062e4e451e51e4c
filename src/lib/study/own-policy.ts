/**
 * A policy of the caller's own, on the problems of the studies. A function has no name that a log could be
 * found by, and cannot be sent to another process: it decodes in this one, and its samples stay in memory.
 */
import type { DecodeOptions } from "../decode/decode.js";
import type { SampleRow } from "../log/schemas.js";
import { useBackend } from "../runtime/backend.js";
import { BatchDecoder, jobsOf } from "./decode-batch.js";
import { decoding } from "./decode-study.js";
import { runsOf, type Plan } from "./plan.js";
import { sampleRow } from "./study-rows.js";

/** What replaces the configuration's own; `name` is the samples' `policy`. */
export interface OwnPolicy extends Pick<DecodeOptions, "policy" | "score" | "sampler"> {
  readonly name: string;
}

/** Decode and grade the samples of a plan with a policy of one's own. */
export async function runOwnPolicy(
  { name, ...own }: OwnPolicy,
  plan: Plan,
  signal?: AbortSignal,
): Promise<SampleRow[]> {
  await useBackend();
  const decoder = new BatchDecoder();
  const rows: SampleRow[] = [];
  try {
    for (const study of runsOf(plan)) {
      const [jobs, size] = [jobsOf(study), decoding.batch(study)];
      for (let from = 0; from < jobs.length; from += size) {
        const batch = jobs.slice(from, from + size);
        const decoded = await decoder.decode({ study, from, to: from + batch.length }, signal, own);
        rows.push(
          ...batch.map((job, i) => ({
            ...sampleRow(study, `own-policy-${name}`, job, decoded[i]),
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
