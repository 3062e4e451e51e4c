/** Where a run's time goes, in wall-clock seconds by phase. */

export class PhaseClock {
  private readonly seconds = new Map<string, number>();
  private readonly started = performance.now();

  /** Adds the time until `work` settles to a phase. Phases do not overlap. */
  async measure<T>(phase: string, work: () => Promise<T> | T): Promise<T> {
    const before = performance.now();
    try {
      return await work();
    } finally {
      this.seconds.set(phase, (this.seconds.get(phase) ?? 0) + (performance.now() - before) / 1000);
    }
  }

  /** Seconds since the clock was made. */
  get total(): number {
    return (performance.now() - this.started) / 1000;
  }

  secondsOf(phase: string): number {
    return this.seconds.get(phase) ?? 0;
  }

  /** "rollouts 51%, held-out 12%, rest 37%" */
  describe(rest: string): string {
    const { total } = this;
    const percent = (seconds: number) => `${((100 * seconds) / total).toFixed(0)}%`;
    const known = [...this.seconds].map(([phase, seconds]) => `${phase} ${percent(seconds)}`);
    const left = total - [...this.seconds.values()].reduce((a, b) => a + b, 0);
    return [...known, `${rest} ${percent(left)}`].join(", ");
  }
}
