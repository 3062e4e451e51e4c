/**
 * The child process of the fuzzer: reads one input after another and says what became of each. It may hang,
 * run out of memory or die: its parent kills it and knows by which input.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError, longestMessage } from "../core/errors.js";
import { printableLine } from "../core/plain-text.js";
import { tryInput, type TargetName } from "./targets.js";

export interface FuzzRequest {
  readonly target: TargetName;
  readonly input: Uint8Array;
}

export interface FuzzReply {
  readonly outcome: "accepted" | "refused" | "finding";
  /** what was refused, or found */
  readonly detail: string;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.once("disconnect", () => process.exit());
process.on("message", ({ target, input }: FuzzRequest) => {
  const started = process.cpuUsage();
  const result = judgeRead(() => tryInput(target, input, join(folder, "files")));
  const { user, system } = process.cpuUsage(started);
  const reply: FuzzReply = {
    ...result,
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
  };
  process.send?.(reply);
});
process.send?.("ready");

function judgeRead(work: () => void): Pick<FuzzReply, "outcome" | "detail"> {
  try {
    work();
    return { outcome: "accepted", detail: "" };
  } catch (error) {
    if (!(error instanceof UserError))
      return { outcome: "finding", detail: String((error as Error)?.stack ?? error).slice(0, 2000) };
    const { message } = error;
    const wrong = message === "" || message.length > longestMessage || message !== printableLine(message);
    return { outcome: wrong ? "finding" : "refused", detail: message };
  }
}
