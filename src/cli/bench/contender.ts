/** One contender of a benchmark: a process that is started once and runs tasks on request. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { FastSAMError } from '../../errors.js';
import { killOnExit } from '../../platform/programs.js';
import {
  decodeReply,
  type Added,
  type Failure,
  type Memory,
  type Ready,
  type Request,
  type Task,
  type Timing,
} from './protocol.js';

/** How to start a contender. */
export interface ContenderSpec {
  /** For people; unique within a run. */
  readonly label: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** The same, for the measurement from the start to the first mask; an image's path is added. */
  readonly firstMask?: readonly string[];
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Largest difference of fingerprints to the reference that counts as the same result. */
  readonly tolerance: number;
}

/** Characters that are kept of a worker's stderr, for the message when it dies. */
const COMPLAINTS = 2000;

/** A running worker. */
export class Contender {
  #replies: unknown[] = [];
  #waiting: ((reply: unknown) => void) | undefined;
  #complaints = '';
  #ended: string | undefined;
  #description = '';
  readonly #process: ChildProcessWithoutNullStreams;

  private constructor(
    readonly spec: ContenderSpec,
    process: ChildProcessWithoutNullStreams,
  ) {
    this.#process = process;
    createInterface({ input: process.stdout }).on('line', (line) => {
      const reply = decodeReply(line);
      if (reply !== undefined) this.#take(reply);
    });
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-COMPLAINTS);
    });
    process.stdin.on('error', () => undefined); // what follows is the process's end, which says more
    process.on('error', (error) => {
      this.#end(error.message);
    });
    const release = killOnExit(() => {
      this.stop();
    });
    process.on('close', (code, signal) => {
      release();
      const last = this.#complaints.trim().split('\n').slice(-1)[0];
      this.#end(`its process ended with ${signal ?? `code ${code}`}${last === '' ? '' : `: ${last}`}`);
    });
  }

  /**
   * Starts a worker and waits until it can take requests.
   * @throws FastSAMError `DEVICE_FAILED` with the reason if it does not start.
   */
  static async start(spec: ContenderSpec): Promise<Contender> {
    const [program, ...args] = spec.command;
    const contender = new Contender(spec, spawn(program, args, { env: { ...process.env, ...spec.env } }));
    try {
      contender.#description = (checked(await contender.#next()) as Ready).ready;
      return contender;
    } catch (error) {
      contender.stop();
      throw error;
    }
  }

  /** What the worker runs: a device, or a library and its version. */
  get description(): string {
    return this.#description;
  }

  /** Prepares a task and does it once. */
  add(name: string, task: Task): Promise<Added> {
    return this.#ask({ do: 'add', name, task }) as Promise<Added>;
  }

  /** Does a task that was added. */
  run(name: string): Promise<Timing> {
    return this.#ask({ do: 'run', name }) as Promise<Timing>;
  }

  memory(): Promise<Memory> {
    return this.#ask({ do: 'memory' }) as Promise<Memory>;
  }

  /** Ends the process. */
  stop(): void {
    this.#process.kill('SIGKILL');
  }

  async #ask(request: Request): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    return checked(await this.#next());
  }

  #next(): Promise<unknown> {
    const reply = this.#replies.shift();
    if (reply !== undefined) return Promise.resolve(reply);
    if (this.#ended !== undefined) return Promise.resolve({ error: this.#ended });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #take(reply: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(reply);
    else this.#replies.push(reply);
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    if (this.#waiting) this.#take({ error: this.#ended });
  }
}

/** @throws FastSAMError `DEVICE_FAILED` for an answer with an error. */
function checked(reply: unknown): unknown {
  const { error } = reply as Partial<Failure>;
  if (error !== undefined) throw new FastSAMError('DEVICE_FAILED', error);
  return reply;
}
