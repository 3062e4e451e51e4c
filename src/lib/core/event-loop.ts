/** Turns of the event loop, the same in Node, in a page and in a worker. */

/**
 * Resolves in the next turn: timers, signals and messages come first. Work of many steps waits for it between
 * them.
 */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
