/**
 * The small run of `small-run.ts` as a process of its own, which can
 * be killed at a change of a file, stopped, and put into a container.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { fromRoot, packageRoot } from "../../src/lib/host/package-root.js";

/** The built library in place of its sources, and TensorFlow.js alone, which starts in a second. */
function program(): string {
  const source = readFileSync(fromRoot("test/recipes/small-run.ts"), "utf8");
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(source, { compilerOptions: options });
  const dist = pathToFileURL(fromRoot("dist/lib")).href;
  const imports = outputText.replaceAll("../../src/lib", dist).replaceAll(/^export (?=const|function)/gm, "");
  return `${imports}
    import "@tensorflow/tfjs-backend-cpu";
    import { disk } from "${dist}/files/disk.js";
    const [, out, killAt, pause] = process.argv;
    await tf.setBackend("cpu");
    let changes = 0;
    for (const name of Object.keys(disk)) {
      const real = disk[name];
      disk[name] = (...given) => {
        if (++changes === Number(killAt)) {
          // a write is cut in its middle
          if (name === "write") real(given[0], given[1].subarray(0, given[1].length >> 1), given[2]);
          process.kill(process.pid, "SIGKILL");
        }
        return real(...given);
      };
    }
    const wait = new Int32Array(new SharedArrayBuffer(4));
    const end = await smallRun(out, step => {
      console.log("step " + step);
      Atomics.wait(wait, 0, 0, Number(pause));
    }).catch(error => String(error));
    console.log(end);
    console.log("changes " + changes);
    process.exit(end === "trained" || end === "already finished" ? 0 : 1);`;
}

export interface SmallProcess {
  readonly child: ChildProcess;
  /** what it has printed so far, on either output */
  readonly said: () => string;
  /** null when it was killed */
  readonly ended: Promise<number | null>;
}

export interface SmallProcessOptions {
  /** the change of a file before which it is killed */
  readonly killAt?: number;
  /** milliseconds that each step takes longer */
  readonly pause?: number;
  /** beat and silence of the lock, in seconds */
  readonly lockSeconds?: string;
  /** a program to start it with */
  readonly through?: readonly string[];
}

/** Begin or go on with the small run in a folder. */
export function startSmallRun(
  out: string,
  { killAt = 0, pause = 0, lockSeconds = "0.1,2", through = [] }: SmallProcessOptions = {},
): SmallProcess {
  const args = ["--input-type=module", "-e", program(), out, String(killAt), String(pause)];
  const [command, ...rest] = [...through, process.execPath, ...args];
  const env = { ...process.env, UNMASK_LOCK_SECONDS: lockSeconds };
  const child = spawn(command, rest, { cwd: packageRoot, env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", chunk => (said += String(chunk)));
  const ended = new Promise<number | null>(done => child.on("close", code => done(code)));
  return { child, said: () => said, ended };
}

/** Waits until a process has printed something. */
export async function untilSaid({ said, child }: SmallProcess, what: RegExp): Promise<void> {
  while (!what.test(said())) {
    if (child.exitCode !== null) throw new Error(`it ended without ${String(what)}: ${said()}`);
    await new Promise(done => setTimeout(done, 20));
  }
}
