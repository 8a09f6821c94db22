/** The caller's side of programs that read or write frames on a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { FrameFeed, FrameOutput, PipedFrame, ProgramEnd, ReadFramesOptions } from '../programTypes.js';
import { killOnExit, LineTail } from '../programs.js';
import { threadScript } from '../threadScript.js';
import type { FromThread, ThreadTask, ToThread } from './protocol.js';

/** Most frames on their way to a program: one that it reads, one that waits. */
const FEED_AHEAD = 2;

/** See `Programs.readFrames`. */
export function readFrames(command: string, args: readonly string[], options: ReadFramesOptions): FrameOutput {
  const requests: ((answer: PipedFrame | 'late' | undefined) => void)[] = [];
  const thread = new FrameThread({ command, args, read: options }, (message) => {
    if (message.type === 'frame') requests.shift()?.(message.frame);
    else if (message.type === 'late') requests.shift()?.('late');
    else if (message.type === 'end') for (const answer of requests.splice(0)) answer(undefined);
  });
  return {
    next: () => {
      if (thread.over) return Promise.resolve(undefined);
      thread.send({ type: 'next' });
      return thread.hold(new Promise((resolve) => requests.push(resolve)));
    },
    ended: () => thread.ended(),
    kill: thread.kill,
    complaints: () => thread.complaints(),
  };
}

/** See `Programs.feedFrames`. */
export function feedFrames(command: string, args: readonly string[], frameBytes: number): FrameFeed {
  const spare: Uint8Array<ArrayBuffer>[] = Array.from({ length: FEED_AHEAD }, () => new Uint8Array(frameBytes));
  let onSpare: (() => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const thread = new FrameThread({ command, args }, (message) => {
    if (message.type === 'written') spare.push(message.data);
    onSpare?.();
  });
  const write = async (bytes: Uint8Array): Promise<boolean> => {
    let data = spare.pop();
    while (!data && !thread.over) {
      await new Promise<void>((resolve) => (onSpare = resolve));
      data = spare.pop();
    }
    if (!data || thread.over) return false;
    data.set(bytes);
    thread.send({ type: 'write', data }, data.buffer);
    return true;
  };
  return {
    write: (bytes) => {
      const done = turn.then(() => write(bytes));
      turn = done;
      return thread.hold(done);
    },
    endInput: () => {
      thread.send({ type: 'endInput' });
    },
    ended: () => thread.ended(),
    kill: thread.kill,
    complaints: () => thread.complaints(),
  };
}

/** The thread and the program in it. The process may end while nobody waits for either; the program ends with it. */
class FrameThread {
  readonly #worker: Worker;
  readonly #pid = new Int32Array(new SharedArrayBuffer(4));
  readonly #complaints = new LineTail();
  readonly #ended: Promise<ProgramEnd>;
  #end: ProgramEnd | undefined;
  #holds = 0;

  constructor(task: Omit<ThreadTask, 'pid'>, onMessage: (message: FromThread) => void) {
    const worker = startWorker({ ...task, pid: this.#pid });
    this.#worker = worker;
    worker.unref();
    const over = (end: ProgramEnd): void => {
      this.#end ??= end;
      onMessage({ type: 'end', end });
    };
    worker.on('message', (message: FromThread) => {
      if (message.type === 'said') this.#complaints.add(message.text);
      else if (message.type === 'end') over(message.end);
      else onMessage(message);
      if (message.type === 'end') void worker.terminate();
    });
    worker.on('error', (error) => {
      over({ code: 1, complaints: [`its thread failed: ${error.message}`] });
    });
    const release = killOnExit(this.#killNow);
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        release();
        this.#killNow(); // only a thread that broke leaves its program behind
        over({ code: 1, complaints: ['its thread ended'] });
        const { code, complaints = [] } = this.#end ?? {};
        resolve({ code, complaints: [...this.complaints(), ...complaints] });
      });
    });
  }

  /** Whether the program has ended. */
  get over(): boolean {
    return this.#end !== undefined;
  }

  ended(): Promise<ProgramEnd> {
    return this.hold(this.#ended);
  }

  complaints(): readonly string[] {
    return this.#complaints.lines();
  }

  send(message: ToThread, ...transfer: ArrayBuffer[]): void {
    this.#worker.postMessage(message, transfer);
  }

  readonly kill = (): void => {
    this.send({ type: 'kill' });
  };

  /** Keeps the process alive until a promise settles. */
  async hold<T>(promise: Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#worker.ref();
    try {
      return await promise;
    } finally {
      if (--this.#holds === 0) this.#worker.unref();
    }
  }

  readonly #killNow = (): void => {
    const pid = Atomics.load(this.#pid, 0);
    if (pid === 0) return;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended in this moment.
    }
  };
}

function startWorker(task: ThreadTask): Worker {
  return new Worker(threadScript('worker', import.meta.url), { workerData: task });
}
