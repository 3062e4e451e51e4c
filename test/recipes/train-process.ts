/** The train command as a person runs it, killed at will. */
import { spawn } from "node:child_process";
import { fromRoot } from "../../src/lib/host/package-root.js";

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs the train command; with `killWhen`, SIGKILLs it as soon as that holds. */
export function train(args: readonly string[], killWhen?: () => boolean): Promise<Ended> {
  const child = spawn(process.execPath, [fromRoot("dist/cli/train.js"), ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", chunk => (stderr += String(chunk)));
  const watch = setInterval(() => killWhen?.() && child.kill("SIGKILL"), 20);
  return new Promise(done =>
    child.on("close", code => {
      clearInterval(watch);
      done({ code, stderr });
    }),
  );
}
