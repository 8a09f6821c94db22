/** A batch of the queue that a worker has opened: a process with its model, and a journal. */
import { openJournal, readManifest, removeLeftovers } from '../../batch/folder.js';

import type { BatchTask } from '../../batch/processor.js';
import type { BatchRecord, FailedRecord } from '../../batch/records.js';
import { FastSAMError, invalidArgument } from '../../errors.js';
import type { LineWriter } from '../../platform/diskTypes.js';
import { manifestFor } from './options.js';
import { deferred, type Deferred } from './deferred.js';
import { WorkerPool } from './pool.js';
import { PutBack, RefusedJob } from './queue.js';
import { isSigned, readKey, type QueueJob } from './queueJob.js';
import { receiveTask } from './sent.js';

/** How a worker does images. */
export interface QueueBatchOptions {
  readonly signal: AbortSignal;
  /** Seconds that an image may take. */
  readonly imageTimeout: number;
}

export class QueueBatch {
  readonly task: BatchTask;
  readonly #key: Uint8Array;
  readonly #pool: WorkerPool;
  readonly #journal: LineWriter;
  /** A lost lock may bring an image that is under way a second time. */
  readonly #running = new Map<string, Deferred<BatchRecord>>();

  private constructor(task: BatchTask, key: Uint8Array, pool: WorkerPool, journal: LineWriter) {
    this.task = task;
    this.#key = key;
    this.#pool = pool;
    this.#journal = journal;
    const giveBack = (error: unknown) => {
      for (const { reject } of this.#running.values()) reject(error);
      this.#running.clear();
    };
    pool.ended.then(() => {
      giveBack(new PutBack());
    }, giveBack);
  }

  /**
   * @returns undefined where the folder is another batch's by now.
   * @throws RefusedJob for a job that was not made by somebody who may write into the folder.
   * @throws FastSAMError `INVALID_ARGUMENT` where this worker would write something else than was asked for,
   *   `FILE_UNREADABLE` where it does not see the folder, and what loading a model throws.
   */
  static async open(job: QueueJob, options: QueueBatchOptions): Promise<QueueBatch | undefined> {
    const { spec, task: sent, optionsHash } = job;
    const { out } = sent;
    const manifest = await readManifest(out);
    if (!manifest) {
      const message = `${out}: got no manifest.json, expected the folder of a batch; give this machine the same paths, or enqueue again`;
      throw new FastSAMError('FILE_UNREADABLE', message);
    }
    const key = await readKey(out);
    if (!key) throw new RefusedJob(`got ${out}, where nothing was put into a queue; enqueue again`);
    requireSigned(job, key);
    if (manifest.optionsHash !== optionsHash) return undefined;
    const task = await receiveTask(sent);
    const pool = new WorkerPool({ workers: 1, spec, onProgress: () => undefined, ...options });
    try {
      const facts = await pool.start();
      if ((await manifestFor(task, sent.formats, spec, facts)).optionsHash !== optionsHash) {
        const message = `${out}: got weights or a package that differ from the job's, expected the same on all machines`;
        throw invalidArgument(message);
      }
      await removeLeftovers(out);
      const batch = new QueueBatch(task, key, pool, await openJournal(out, 'queue'));
      pool.open(sent, (record) => {
        batch.#keep(record);
      });
      return batch;
    } catch (error) {
      pool.close();
      throw error;
    }
  }

  /**
   * Does the image of a job of this batch.
   * @throws RefusedJob, PutBack, and what ends the worker: see `WorkerPool.run`.
   */
  async do(job: QueueJob): Promise<BatchRecord> {
    requireSigned(job, this.#key);
    const { item } = job;
    const running = this.#running.get(item.key);
    if (running) return running.promise;
    const mine = deferred<BatchRecord>();
    this.#running.set(item.key, mine);
    this.#pool.add([item]);
    return mine.promise;
  }

  /** Records an image without doing it. */
  async fail(record: FailedRecord): Promise<void> {
    await this.#journal.add(record);
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#journal.close();
  }

  #keep(record: BatchRecord): void {
    this.#journal.add(record).then(
      () => {
        this.#running.get(record.key)?.resolve(record);
        this.#running.delete(record.key);
      },
      (error: unknown) => {
        this.#pool.fail(error);
      },
    );
  }
}

function requireSigned(job: QueueJob, key: Uint8Array): void {
  if (isSigned(job, key)) return;
  throw new RefusedJob(`was not made for ${job.task.out} by batch enqueue, expected its signature; enqueue again`);
}
