/** The workers of a batch: images are handed out as they become free; one that dies is started anew. */
import type { ModelFacts } from '../../batch/identity.js';
import type { BatchItem } from '../../batch/names.js';
import { failureOf, type BatchRecord } from '../../batch/records.js';
import { timedOut } from '../../batch/timeLimit.js';
import { FastSAMError } from '../../errors.js';
import type { OnProgress } from '../../progress.js';
import { deferred } from './deferred.js';
import type { FromWorker } from './protocol.js';
import type { ModelSpec, SentTask } from './sent.js';
import { judge, newTask, spend, type Task } from './tasks.js';
import { WorkerProcess } from './workerProcess.js';

/** Images that a worker has at a time: one in the network, the next being read, the one before being written. */
const AHEAD = 3;
/** How often an image may be in a worker that dies. The second time it is alone there, and to blame. */
const CRASHES = 2;
/** Deaths without an image done between them that end the batch. */
const DEATHS = 6;
/** How often it is looked whether an image takes too long, in milliseconds. */
const LOOK_EVERY_MS = 250;
/** After the signal, what is under way has so many milliseconds. */
const GRACE_MS = 6000;
/** Workers that are told to end have so many milliseconds. */
const END_MS = 2000;

interface Slot {
  readonly worker: WorkerProcess;
  readonly tasks: Map<string, Task>;
  ready: boolean;
}

export interface PoolOptions {
  readonly workers: number;
  readonly spec: ModelSpec;
  readonly onProgress: OnProgress;
  /** Fires: nothing more is handed out, and what is under way has a few seconds. */
  readonly signal: AbortSignal;
  /** Seconds that an image may take. */
  readonly imageTimeout: number;
}

/** Workers of one model. */
export class WorkerPool {
  /** Ends when all images of `run` are done, or after the signal those under way; rejects as `run` does. */
  readonly ended: Promise<undefined>;
  readonly #options: PoolOptions;
  readonly #slots = new Set<Slot>();
  readonly #suspects: Task[] = [];
  #fresh: Task[] = [];
  #taken = 0;
  /** Whether more images may come. */
  #more = true;
  #task: SentTask | undefined;
  #keep: (record: BatchRecord) => void = () => undefined;
  #deaths = 0;
  readonly #facts = deferred<ModelFacts>();
  readonly #end = deferred<undefined>();
  readonly #watch: ReturnType<typeof setInterval>;
  #over = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.ended = this.#end.promise;
    this.#watch = setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS).unref();
    options.signal.addEventListener('abort', () => {
      this.#assign();
      setTimeout(() => {
        this.#giveUp();
      }, GRACE_MS).unref();
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
    this.open(task, keep);
    this.#more = false;
    this.add(items);
    await this.ended;
  }

  /** Says what is done with images that are added later. */
  open(task: SentTask, keep: (record: BatchRecord) => void): void {
    this.#task = task;
    this.#keep = keep;
    for (const { worker } of this.#slots) worker.send({ type: 'task', task });
  }

  /** Adds images. A name must not come again before its record. */
  add(items: readonly BatchItem[]): void {
    this.#fresh = [...this.#fresh.slice(this.#taken), ...items.map((item) => newTask(item))];
    this.#taken = 0;
    while (this.#slots.size < Math.min(this.#options.workers, this.#fresh.length)) this.#spawn();
    this.#assign();
  }

  /** Ends all workers. */
  close(): void {
    this.#over = true;
    clearInterval(this.#watch);
    for (const { worker } of this.#slots) worker.end(END_MS);
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
      case 'stage': {
        const task = slot.tasks.get(message.key);
        if (task) task.stage = message.stage;
        return;
      }
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

  /** Ends workers with an image that takes too long. */
  #look(): void {
    const limit = 1000 * this.#options.imageTimeout;
    for (const slot of this.#slots) {
      const tasks = [...slot.tasks.values()];
      if (!slot.ready || this.#over) continue;
      spend(tasks, LOOK_EVERY_MS);
      const found = judge(tasks, limit);
      if (!found) continue;
      this.#slots.delete(slot);
      slot.worker.kill();
      this.#suspects.push(...found.suspects.map(({ item, crashes }) => newTask(item, crashes + 1)));
      this.#fresh.push(...found.innocent.map(({ item, crashes }) => newTask(item, crashes)));
      for (const { item } of found.guilty) this.#record(timedOut(item, this.#options.imageTimeout));
      this.#goOn();
    }
  }

  /** The time after the signal is over. */
  #giveUp(): void {
    if (this.#over) return;
    this.#over = true;
    for (const { worker } of this.#slots) worker.kill();
    this.#end.resolve(undefined);
  }

  /** A worker has ended on its own: its images go to others, and another takes its place. */
  #died(slot: Slot, reason: string): void {
    if (!this.#slots.delete(slot) || this.#over) return;
    if (++this.#deaths >= DEATHS) {
      const advice = 'use fewer --workers, a smaller --imgsz or another --device';
      this.fail(new FastSAMError('DEVICE_FAILED', `workers keep dying: got ${reason}; ${advice}`));
      return;
    }
    for (const { item, crashes } of slot.tasks.values()) {
      if (crashes + 1 < CRASHES) this.#suspects.push(newTask(item, crashes + 1));
      else {
        const message = `${item.key}: the worker died over it twice (${reason})`;
        this.#record(failureOf(item, 'CRASHED', message));
      }
    }
    if (this.#options.signal.aborted && slot.tasks.size === 0) this.#facts.reject(aborted());
    this.#goOn();
  }

  /** Another worker takes the place of one that has ended. */
  #goOn(): void {
    if (!this.#over && !this.#isDone() && !this.#options.signal.aborted) this.#spawn();
    this.#assign();
  }

  #isDone(): boolean {
    const waiting = this.#more || this.#taken < this.#fresh.length || this.#suspects.length > 0;
    return !waiting && [...this.#slots].every(({ tasks }) => tasks.size === 0);
  }

  /** Gives images to every worker that has room. */
  #assign(): void {
    if (this.#over) return;
    const stopping = this.#options.signal.aborted;
    if (stopping) this.#facts.reject(aborted());
    if (!this.#task) return;
    for (const slot of this.#slots) {
      while (slot.ready && !stopping) {
        const task = this.#nextFor(slot);
        if (!task) break;
        slot.tasks.set(task.item.key, task);
        slot.worker.send({ type: 'item', item: task.item });
      }
    }
    const idle = [...this.#slots].every(({ tasks }) => tasks.size === 0);
    if (stopping ? idle : this.#isDone()) this.#end.resolve(undefined);
  }

  /** An image that a worker died over is tried alone, so that the next death tells which one it is. */
  #nextFor({ tasks }: Slot): Task | undefined {
    if ([...tasks.values()].some(({ crashes }) => crashes > 0)) return undefined;
    if (tasks.size === 0 && this.#suspects.length > 0) return this.#suspects.shift();
    if (tasks.size >= AHEAD || this.#suspects.length > 0) return undefined;
    return this.#fresh.at(this.#taken) && this.#fresh[this.#taken++];
  }
}

function aborted(): FastSAMError {
  return new FastSAMError('ABORTED', 'aborted by the caller');
}
