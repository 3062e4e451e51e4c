/** Small runs that crashed after each change of any file, and what becomes of them. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { isFinished } from "../../src/lib/recipes/stages/run-folder.js";
import {
  crashes,
  fingerprint,
  layOut,
  onCrashingDisk,
  type Crash,
  type Leftovers,
} from "../files/crashing-disk.js";
import { outcomeOf, smallRun } from "./small-run.js";

export const crashKinds = Object.keys(crashes) as Crash[];

export interface CrashedRuns {
  /** holds everything; the caller removes it */
  readonly root: string;
  /** of the run that was left alone */
  readonly undisturbed: ReturnType<typeof outcomeOf>;
  /** what crashes left, each once, by the change after which it came */
  readonly left: Readonly<Record<Crash, ReadonlyMap<string, Leftovers>>>;
}

/** Does one small run and notes what every crash would leave of it. */
export async function crashedRuns(): Promise<CrashedRuns> {
  const root = mkdtempSync(join(tmpdir(), "unmask-crash-"));
  const left = { killed: new Map(), lost: new Map(), zeros: new Map(), torn: new Map() } satisfies Record<
    Crash,
    Map<string, Leftovers>
  >;
  const known = new Set<string>();
  let count = 0;
  await onCrashingDisk(
    root,
    () => smallRun(join(root, "run")),
    (change, leftBy) => {
      count++;
      for (const kind of crashKinds) {
        const files = leftBy(kind);
        const key = `${kind} ${fingerprint(files)}`;
        if (!known.has(key)) left[kind].set(`change ${count}, ${change}`, files);
        known.add(key);
      }
    },
  );
  return { root, left, undisturbed: outcomeOf(join(root, "run")) };
}

/**
 * Goes on with what every `stride`-th crash left: rows, model
 * and names of files must be those of the run left alone.
 */
export async function expectRecovery(
  { root, left, undisturbed }: CrashedRuns,
  kind: Crash,
  stride: number,
): Promise<void> {
  const whole = join(root, "run");
  const model = (out: string) => readFileSync(join(out, "model.safetensors"));
  const found = [...left[kind]].filter((_, i) => i % stride === 0);
  expect(found.length).toBeGreaterThan(10);
  for (const [i, [change, files]] of found.entries()) {
    const folder = join(root, `${kind}-${i}`);
    layOut(folder, files);
    const out = join(folder, "run");
    if (existsSync(join(out, "training.json")) && isFinished(out))
      expect(outcomeOf(out), change).toEqual(undisturbed);
    expect(await smallRun(out).then(String, String), change).toMatch(/^(trained|already finished)$/);
    expect(outcomeOf(out), change).toEqual(undisturbed);
    expect(readdirSync(out).sort(), change).toEqual(readdirSync(whole).sort());
    expect(model(out).equals(model(whole)), change).toBe(true);
    rmSync(folder, { recursive: true });
  }
}

/** Runs on a disk that is full from its n-th write on, for every `stride`-th n until one is enough. */
export async function expectRoomAsked({ root, undisturbed }: CrashedRuns, stride: number): Promise<void> {
  const { disk } = await import("../../src/lib/files/disk.js");
  const real = { ...disk };
  for (let limit = 0, finished = false; !finished; limit += stride) {
    const out = join(root, `full-${limit}`);
    let writes = 0;
    disk.write = (file, bytes, position) => {
      if (writes++ < limit) return real.write(file, bytes, position);
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC", syscall: "write" });
    };
    const outcome = await smallRun(out).then(String, String);
    Object.assign(disk, real);
    finished = outcome === "trained";
    const sentence = /^UserError: \S+: \S+ cannot be written, the disk is full \(ENOSPC\); make room .*\.$/;
    if (!finished) expect(outcome, `write ${limit}`).toMatch(sentence);
    const names = existsSync(out) ? readdirSync(out) : []; // refused before its first row it leaves nothing
    expect(
      names.filter(name => name.endsWith(".tmp") || name === "lock"),
      `write ${limit}`,
    ).toEqual([]);
    expect(await smallRun(out), `write ${limit}`).toMatch(/trained|finished/);
    expect(outcomeOf(out)).toEqual(undisturbed);
    rmSync(out, { recursive: true });
  }
}
