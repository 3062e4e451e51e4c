/** For a profile: the backend's own calls, each in its phase. */
import { inPhase, phaseSeconds, type Phase } from "../core/phases.js";

const phaseOf: Readonly<Record<string, Phase>> = {
  executeSingleOutput: "compute",
  executeMultipleOutputs: "compute",
  readSync: "read",
};

/** Without a phase clock the backend stays as it is. Its class is changed, as a recording changes the object. */
export function measureCalls(backend: object): void {
  if (phaseSeconds() === undefined) return;
  const calls = Object.getPrototypeOf(backend) as Record<string, (...given: unknown[]) => unknown>;
  for (const [name, phase] of Object.entries(phaseOf)) {
    const call = calls[name];
    calls[name] = function (this: object, ...given: unknown[]) {
      return inPhase(phase, () => call.apply(this, given));
    };
  }
}
