/** Workers in Node: child processes, because WebAssembly has its threads in a process' first thread only. */
import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killOnExit, LineTail, onText } from '../programs.js';
import type { LineEvents, WorkerLine, Workers } from './workers.js';

/** The worker's program; the sources have another ending than what is built of them. */
function program(): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(`../../worker/nodeProgram${extname(fileURLToPath(here))}`, here));
}

/** A child process and what is known of its end. */
class ProcessLine implements WorkerLine {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #release: () => void;
  #killed = false;

  constructor({ onMessage, onEnd }: LineEvents) {
    const complaints = new LineTail();
    // `advanced`: typed arrays as such, not as text.
    const child = fork(program(), { serialization: 'advanced', stdio: ['ignore', 2, 'pipe', 'ipc'] });
    this.#child = child;
    this.#release = killOnExit(() => child.kill('SIGKILL'));
    onText(child.stderr, (text) => {
      complaints.add(text);
    });
    let failure: string | undefined;
    child.on('error', (error) => (failure ??= error.message));
    child.on('message', (message) => {
      if (!this.#killed) onMessage(message);
    });
    this.#ended = new Promise((resolve) => {
      const over = (how: string): void => {
        this.#release();
        resolve();
        if (this.#killed) return;
        this.#killed = true;
        const last = failure ?? complaints.lines().at(-1);
        onEnd(last === undefined ? how : `${how}: ${last}`);
      };
      child.on('error', () => {
        if (child.pid === undefined) over('it could not be started');
      });
      // `close` comes later, with all of its complaints, and not always after a line that was cut here.
      child.on('exit', () => {
        if (this.#killed) over('it was ended');
      });
      child.on('close', (code, signal) => {
        over(`it ended with ${signal ?? `code ${code}`}`);
      });
    });
    this.hold(false);
  }

  post(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object, () => undefined); // an error is followed by its end
  }

  kill(): Promise<void> {
    this.#killed = true;
    this.#child.kill('SIGKILL');
    if (this.#child.connected) this.#child.disconnect();
    return this.#ended;
  }

  hold(waiting: boolean): void {
    const all = [this.#child, this.#child.channel, this.#child.stderr] as (Holding | null | undefined)[];
    for (const each of all) {
      if (waiting) each?.ref?.();
      else each?.unref?.();
    }
  }
}

/** What keeps a process alive, if it is told to. Bun's pipes cannot be told. */
interface Holding {
  ref?(): void;
  unref?(): void;
}

export const nodeWorkers: Workers = {
  start: (events) => new ProcessLine(events),
  base: () => process.cwd(),
  clones: false,
  capture: () => undefined,
};
