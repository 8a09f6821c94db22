/** A worker's process, as the batch sees it. */
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FromWorker, ToWorker } from './protocol.js';

/** What is kept of a worker's complaints, for the message when it dies. */
const COMPLAINTS = 2000;

export class WorkerProcess {
  /** Why it is about to end, by its own account. */
  reason: string | undefined;
  readonly #child: ChildProcess;
  #complaints = '';

  /** @param workers how many share the machine. */
  constructor(
    workers: number,
    events: { readonly onMessage: (message: FromWorker) => void; readonly onExit: (reason: string) => void },
  ) {
    const here = import.meta.url;
    const path = fileURLToPath(new URL(`worker${extname(fileURLToPath(here))}`, here));
    // Inspectors and profilers of this process are not for its children.
    this.#child = fork(path, {
      env: { ...threadSettings(workers), ...process.env },
      stdio: ['ignore', 2, 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-COMPLAINTS);
    });
    this.#child.on('message', (message) => {
      events.onMessage(message as FromWorker);
    });
    this.#child.on('error', (error) => (this.reason ??= error.message)); // what follows is its end
    this.#child.on('close', (code, signal) => {
      const last = this.reason ?? this.#complaints.trim().split('\n').at(-1) ?? '';
      events.onExit(`ended with ${signal ?? `code ${code}`}${last === '' ? '' : `: ${last}`}`);
    });
  }

  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined); // an error is followed by its end
  }

  /** Lets it come to its end, for so long. */
  end(ms: number): void {
    this.send({ type: 'end' });
    setTimeout(() => {
      this.kill();
    }, ms).unref();
  }

  /** Ends it, and waits for nothing: a process that hangs in the system may outlive the kill. */
  kill(): void {
    this.#child.kill('SIGKILL');
    if (this.#child.connected) this.#child.disconnect();
    this.#child.stderr?.destroy();
    this.#child.unref();
  }
}

/** Environment that divides the machine's threads among workers. One's own settings go before it. */
function threadSettings(workers: number): Readonly<Record<string, string>> {
  if (workers === 1) return {};
  const threads = String(Math.max(1, Math.floor(availableParallelism() / workers)));
  return {
    TF_NUM_INTRAOP_THREADS: threads,
    TF_NUM_INTEROP_THREADS: threads,
    OMP_NUM_THREADS: threads,
    FASTSAM_WASM_THREADS: threads,
  };
}
