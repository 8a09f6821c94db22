/** The workers of a batch: images are handed out as they become free; one that dies is started anew. */
import type { ModelFacts } from '../../batch/identity.js';
import type { BatchItem } from '../../batch/names.js';
import { failureOf, type BatchRecord } from '../../batch/records.js';
import { FastSAMError } from '../../errors.js';
import type { OnProgress } from '../../progress.js';
import type { FromWorker } from './protocol.js';
import type { ModelSpec, SentTask } from './sent.js';
import { WorkerProcess } from './workerProcess.js';

/** Images that a worker has at a time: one in the network, the next being read, the one before being written. */
const AHEAD = 3;
/** How often an image may be in a worker that dies. The second time it is alone there, and to blame. */
const CRASHES = 2;
/** Deaths without an image done between them that end the batch. */
const DEATHS = 6;

/** An image to be done, and how many workers died over it. */
interface Task {
  readonly item: BatchItem;
  readonly crashes: number;
}

interface Slot {
  readonly worker: WorkerProcess;
  readonly tasks: Map<string, Task>;
  ready: boolean;
}

export interface PoolOptions {
  readonly workers: number;
  readonly spec: ModelSpec;
  readonly onProgress: OnProgress;
  /** Fires: nothing more is handed out. */
  readonly signal: AbortSignal;
}

/** Workers of one model. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #slots = new Set<Slot>();
  readonly #suspects: Task[] = [];
  #fresh: Iterator<BatchItem> = [][Symbol.iterator]();
  #drained = true;
  #task: SentTask | undefined;
  #keep: (record: BatchRecord) => void = () => undefined;
  #deaths = 0;
  readonly #facts = deferred<ModelFacts>();
  readonly #end = deferred<undefined>();
  #over = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#facts.promise.catch(() => undefined);
    this.#end.promise.catch(() => undefined);
    options.signal.addEventListener('abort', () => {
      this.#assign();
    });
  }

  /**
   * Starts the first worker; the others follow with the first images, when the weights are there.
   * @throws FastSAMError what loading the model throws, `ABORTED`.
   */
  async start(): Promise<ModelFacts> {
    this.#spawn();
    return this.#facts.promise;
  }

  /**
   * Does images. Ends when all are done, or after the signal those that workers had begun.
   * @param keep receives every image's record; what it throws ends the run.
   * @throws FastSAMError `WRITE_FAILED` for an output folder that takes no more, `DEVICE_FAILED` when workers keep dying.
   */
  async run(items: readonly BatchItem[], task: SentTask, keep: (record: BatchRecord) => void): Promise<void> {
    this.#fresh = items[Symbol.iterator]();
    this.#drained = false;
    this.#task = task;
    this.#keep = keep;
    for (const { worker } of this.#slots) worker.send({ type: 'task', task });
    while (this.#slots.size < Math.min(this.#options.workers, items.length)) this.#spawn();
    this.#assign();
    await this.#end.promise;
  }

  /** Ends all workers. */
  close(): void {
    this.#over = true;
    for (const { worker } of this.#slots) worker.end();
  }

  /** Ends the run with an error from outside. */
  fail(error: unknown): void {
    this.#over = true;
    this.#facts.reject(error);
    this.#end.reject(error);
    for (const { worker } of this.#slots) worker.kill();
  }

  #spawn(): void {
    const worker = new WorkerProcess(this.#options.workers, {
      onMessage: (message) => {
        this.#take(slot, message);
      },
      onExit: (reason) => {
        this.#died(slot, reason);
      },
    });
    const slot: Slot = { worker, tasks: new Map(), ready: false };
    this.#slots.add(slot);
    // Nobody asks again once there is a task.
    worker.send({ type: 'load', spec: this.#options.spec, describe: this.#task === undefined });
    if (this.#task) worker.send({ type: 'task', task: this.#task });
  }

  #take(slot: Slot, message: FromWorker): void {
    if (this.#over) return;
    switch (message.type) {
      case 'progress':
        this.#options.onProgress(message.event);
        return;
      case 'ready':
        slot.ready = true;
        if (message.facts) this.#facts.resolve(message.facts);
        this.#assign();
        return;
      case 'record':
        this.#deaths = 0;
        slot.tasks.delete(message.record.key);
        this.#record(message.record);
        this.#assign();
        return;
      case 'refused':
        this.fail(new FastSAMError(message.code, message.message));
        return;
      case 'crashed': // its end follows
        slot.worker.reason = message.message;
    }
  }

  #record(record: BatchRecord): void {
    try {
      this.#keep(record);
    } catch (error) {
      this.fail(error);
    }
  }

  /** A worker has ended on its own: its images go to others, and another takes its place. */
  #died(slot: Slot, reason: string): void {
    this.#slots.delete(slot);
    if (this.#over) return;
    if (++this.#deaths >= DEATHS) {
      const advice = 'use fewer --workers, a smaller --imgsz or another --device';
      this.fail(new FastSAMError('DEVICE_FAILED', `workers keep dying: got ${reason}; ${advice}`));
      return;
    }
    for (const { item, crashes } of slot.tasks.values()) {
      if (crashes + 1 < CRASHES) this.#suspects.push({ item, crashes: crashes + 1 });
      else {
        const message = `${item.key}: the worker died over it twice (${reason})`;
        this.#record(failureOf(item, 'CRASHED', message));
      }
    }
    if (this.#options.signal.aborted && slot.tasks.size === 0) this.#facts.reject(aborted());
    else if (!this.#isDone() && !this.#options.signal.aborted) this.#spawn();
    this.#assign();
  }

  #isDone(): boolean {
    return this.#drained && this.#suspects.length === 0 && [...this.#slots].every(({ tasks }) => tasks.size === 0);
  }

  /** Gives images to every worker that has room. */
  #assign(): void {
    if (this.#over) return;
    const stopping = this.#options.signal.aborted;
    if (stopping) this.#facts.reject(aborted());
    if (!this.#task) return;
    for (const slot of this.#slots) {
      while (slot.ready && !stopping) {
        const task = this.#next(slot);
        if (!task) break;
        slot.tasks.set(task.item.key, task);
        slot.worker.send({ type: 'item', item: task.item });
      }
    }
    const idle = [...this.#slots].every(({ tasks }) => tasks.size === 0);
    if (stopping ? idle : this.#isDone()) this.#end.resolve(undefined);
  }

  /** An image that a worker died over is tried alone, so that the next death tells which one it is. */
  #next({ tasks }: Slot): Task | undefined {
    if ([...tasks.values()].some(({ crashes }) => crashes > 0)) return undefined;
    if (tasks.size === 0 && this.#suspects.length > 0) return this.#suspects.shift();
    if (tasks.size >= AHEAD || this.#suspects.length > 0) return undefined;
    const next = this.#fresh.next();
    if (next.done === true) {
      this.#drained = true;
      return undefined;
    }
    return { item: next.value, crashes: 0 };
  }
}

function aborted(): FastSAMError {
  return new FastSAMError('ABORTED', 'aborted by the caller');
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** A promise and what settles it. */
function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>['resolve'] = () => undefined;
  let reject: Deferred<T>['reject'] = () => undefined;
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}
