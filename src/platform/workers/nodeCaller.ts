/** The caller of a worker that is a child process. */
import type { CallerLine } from './workers.js';

export const nodeCaller: CallerLine = {
  post(message) {
    if (process.connected) process.send?.(message);
  },
  onMessage(hear) {
    process.on('message', hear);
    // Ctrl-C reaches the whole group of processes; the caller decides what becomes of the work.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
    // Nobody is left to be told. `process.exit` would wait for a thread that hangs in the system.
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  },
  settle(base) {
    if (process.cwd() !== base) process.chdir(base);
  },
};
