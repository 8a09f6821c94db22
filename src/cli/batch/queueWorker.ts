/** A worker of the queue: hands jobs to the processes of their batches, and tells an image's fault from its own. */
import { resolve } from 'node:path';
import { endsTheBatch } from '../../batch/processor.js';
import { failureOf, type BatchRecord } from '../../batch/records.js';
import { FastSAMError } from '../../errors.js';
import { log } from '../run.js';
import { PutBack, RefusedJob, type QueueTry } from './queue.js';
import { QueueBatch, type QueueBatchOptions } from './queueBatch.js';
import type { QueueJob } from './queueJob.js';

/** Unexpected errors without an image done between them after which it is the worker that is to blame. */
const ERRORS = 3;

/** How a worker does jobs. */
export interface QueueWorkerOptions extends QueueBatchOptions {
  /** The only folder whose jobs are done. */
  readonly out?: string | undefined;
}

export class QueueWorker {
  /** Names of images, folders before them: one that comes twice counts once. */
  readonly done = new Set<string>();
  readonly failed = new Set<string>();
  /** Jobs that are none, or of another batch. */
  refused = 0;
  /** Why this worker must end: the next image would run into it, too. */
  problem: Error | undefined;
  readonly #options: QueueWorkerOptions;
  readonly #batches = new Map<string, Promise<QueueBatch | undefined>>();
  readonly #underWay = new Set<Promise<void>>();
  #alone: Promise<unknown> = Promise.resolve();
  #errors = 0;

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
  }

  /** @throws PutBack where this worker is to blame or told to end, RefusedJob. */
  async do(attempt: QueueTry): Promise<void> {
    if (attempt.alone) return this.#doAlone(attempt);
    for (let passed: unknown; passed !== this.#alone;) {
      passed = this.#alone;
      await passed;
    }
    const mine = this.#do(attempt);
    const settled = mine.catch(() => undefined);
    this.#underWay.add(settled);
    await settled;
    this.#underWay.delete(settled);
    return mine;
  }

  /** Says that a job is none. */
  refuse(reason: string): void {
    this.refused++;
    log(`fastsam: ${reason}`);
  }

  /** Ends all processes. @returns the folders that were worked on, with their tasks. */
  async close(): Promise<QueueBatch['task'][]> {
    const tasks: QueueBatch['task'][] = [];
    for (const opened of this.#batches.values()) {
      const batch = await opened.catch(() => undefined);
      if (!batch) continue;
      await batch.close();
      tasks.push(batch.task);
    }
    return tasks;
  }

  /** Waits for the images under way, and lets none begin meanwhile: the next death tells which one it is. */
  #doAlone(attempt: QueueTry): Promise<void> {
    const mine = this.#alone.then(async () => {
      await Promise.all(this.#underWay);
      await this.#do(attempt);
    });
    this.#alone = mine.catch(() => undefined);
    return mine;
  }

  async #do({ job, crashes, begin }: QueueTry): Promise<void> {
    if (this.problem !== undefined || this.#options.signal.aborted) throw new PutBack();
    const { item, task } = job;
    const { out } = this.#options;
    if (out !== undefined && resolve(out) !== task.out) {
      throw new RefusedJob(`got the folder ${task.out}, expected ${resolve(out)} (--out); work on it without --out`);
    }
    try {
      const batch = await this.#open(job);
      if (!batch) throw new RefusedJob(`was put in the queue for another batch in ${task.out}; enqueue again`);
      if (crashes) {
        const record = failureOf(item, 'CRASHED', `${item.key}: workers died over it twice`);
        await batch.fail(record);
        this.#count(task.out, record);
        return;
      }
      await begin();
      this.#count(task.out, await batch.do(job));
      this.#errors = 0;
    } catch (error) {
      if (error instanceof RefusedJob || error instanceof PutBack) throw error;
      const ends = endsTheBatch(error) || (error instanceof FastSAMError && error.code === 'DEVICE_FAILED');
      if (ends || ++this.#errors >= ERRORS) this.problem ??= error instanceof Error ? error : new Error(String(error));
      throw new PutBack();
    }
  }

  #count(out: string, { key, error }: BatchRecord): void {
    const name = `${out} ${key}`;
    if (error === undefined) this.done.add(name);
    else if (!this.failed.has(name)) {
      this.failed.add(name);
      log(`fastsam: ${error.message}`);
    }
  }

  #open(job: QueueJob): Promise<QueueBatch | undefined> {
    const name = `${job.optionsHash} ${job.task.out}`;
    const known = this.#batches.get(name);
    if (known) return known;
    const opened = QueueBatch.open(job, this.#options);
    this.#batches.set(name, opened);
    const forget = () => this.#batches.delete(name); // the next try begins anew
    opened.then((batch) => batch ?? forget(), forget);
    return opened;
  }
}
