/**
 * Where the time of a step of RL goes (rollouts, held-out scores, updates): wall-clock seconds, and seconds of
 * CPU of this process on all its cores. Where whole processes spend theirs: `core/phases.ts`.
 */

interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

export class StepTimes {
  private readonly phases = new Map<string, Spent>();
  private readonly started = now();

  /** Adds the time until `work` settles to a phase. Phases do not overlap. */
  async measure<T>(phase: string, work: () => Promise<T> | T): Promise<T> {
    const before = now();
    try {
      return await work();
    } finally {
      const spent = since(before);
      const { wall, cpu } = this.phases.get(phase) ?? { wall: 0, cpu: 0 };
      this.phases.set(phase, { wall: wall + spent.wall, cpu: cpu + spent.cpu });
    }
  }

  /**
   * "rollouts 2.31 s (3.52 of CPU), rest 0.98 s (1.71 of CPU)", a step.
   * @param rest what is done outside the phases
   */
  describe(rest: string, steps: number): string {
    const all = since(this.started);
    const known = [...this.phases.values()];
    const left = {
      wall: all.wall - known.reduce((sum, p) => sum + p.wall, 0),
      cpu: all.cpu - known.reduce((sum, p) => sum + p.cpu, 0),
    };
    return [...this.phases, [rest, left] as const]
      .map(
        ([phase, { wall, cpu }]) =>
          `${phase} ${(wall / steps).toFixed(2)} s (${(cpu / steps).toFixed(2)} of CPU)`,
      ) // prettier-ignore
      .join(", ");
  }
}

function now(): Spent {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
}

function since(before: Spent): Spent {
  const { wall, cpu } = now();
  return { wall: wall - before.wall, cpu: cpu - before.cpu };
}
