/** Time for others: some devices compute synchronously, and no timer or abort would be noticed meanwhile. */

/**
 * Lets the event loop turn once. Timers are no way to that in browsers, which make each wait at least 4 ms when they
 * follow each other.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
