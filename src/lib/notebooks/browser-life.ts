/** How long a browser that draws figures stays open after the last one. Light, as kernels load it at their start. */

/** An open browser keeps its process from ending, so that of a plain script is closed soon. */
let idleMilliseconds: number | undefined = 2000;

/** For a process that ends when it is told to, such as a kernel: one start, seconds long, for all its figures. */
export function keepBrowserOpen(): void {
  idleMilliseconds = undefined;
}

/** Undefined: as long as the process lives. */
export const browserIdleMilliseconds = (): number | undefined => idleMilliseconds;
