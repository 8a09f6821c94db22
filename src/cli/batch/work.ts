/** `fastsam batch work`: does pictures of the queue until it is told to stop, or until the queue is empty. */
import { setTimeout } from 'node:timers/promises';
import { FastSAMError } from '../../errors.js';
import type { FastSAM } from '../../model/fastsam.js';
import type { LineFile } from '../journal.js';
import { EXIT, describeError, interruptSignal, say } from '../run.js';
import { queueOf } from './enqueue.js';
import { writeOverview } from './finish.js';
import { openJournal, readManifest } from './folder.js';
import { loadModel } from './loadModel.js';
import { manifestOf, type BatchOptions } from './options.js';
import { failureOf, isPicturesFault, PictureProcessor } from './processor.js';
import { openConsumer, openQueue, openQueueServer, type QueueJob } from './queue.js';

export interface WorkOptions extends BatchOptions {
  /** End when nothing is left in the queue. */
  readonly untilEmpty?: true;
  /** Seconds without a sign of life after which a worker's pictures go to another. */
  readonly lock: number;
}

/** Pictures at a time: one in the network, one being read, one being written. */
const AT_A_TIME = 3;
const LOOK_EVERY_MS = 500;

/** What a worker keeps for a batch that it works on. */
interface Batch {
  readonly out: string;
  readonly model: FastSAM;
  readonly processor: PictureProcessor;
  readonly journal: LineFile;
}

export async function executeWork(options: WorkOptions): Promise<void> {
  const signal = interruptSignal();
  const server = await openQueueServer(queueOf(options));
  const queue = openQueue(server);
  const worker = new QueueWorker();
  const consumer = openConsumer(server, (job, lastTry) => worker.do(job, lastTry), {
    concurrency: AT_A_TIME,
    lockDuration: 1000 * options.lock,
    stalledInterval: 1000 * Math.max(1, options.lock / 2),
  });
  consumer.on('error', () => undefined); // Redis is away: it connects again by itself
  consumer.on('failed', (job, error) => {
    if (job && error.message.includes('stalled more than')) void worker.died(job.data);
  });
  try {
    while (!signal.aborted) {
      await setTimeout(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (options.untilEmpty && (await queue.count()) + (await queue.getActiveCount()) === 0) break;
    }
    await consumer.close(); // waits for the pictures under way
  } finally {
    await worker.close();
    await queue.close();
    await server.close();
  }
  say(`${worker.done} pictures, ${worker.failed} failed`);
  if (signal.aborted) throw new FastSAMError('ABORTED', 'aborted by the caller');
  if (worker.failed > 0) process.exitCode = EXIT.someFailed;
}

/** Does jobs; keeps model and journal of each batch. */
class QueueWorker {
  done = 0;
  failed = 0;
  readonly #batches = new Map<string, Promise<Batch>>();

  /** @throws what is worth another try: a full disk, a lost device. */
  async do(job: QueueJob, lastTry: boolean): Promise<void> {
    const { journal, processor } = await this.#open(job);
    try {
      await journal.add(await processor.process(job.item, job.task));
      this.done++;
    } catch (error) {
      if (!isPicturesFault(error) && !lastTry) throw error;
      const code = error instanceof FastSAMError ? error.code : 'CRASHED';
      const message = describeError(error);
      say(`fastsam: ${message}`);
      this.failed++;
      await journal.add(failureOf(job.item, code, message));
    }
  }

  /** Notes a picture over which workers died. */
  async died(job: QueueJob): Promise<void> {
    this.failed++;
    const { journal } = await this.#open(job);
    await journal.add(failureOf(job.item, 'CRASHED', `${job.item.key}: workers died over it twice`));
  }

  /** Writes the files about all pictures where a batch is complete, and frees everything. */
  async close(): Promise<void> {
    for (const opened of this.#batches.values()) {
      const batch = await opened.catch(() => undefined);
      if (!batch) continue;
      await batch.journal.close();
      await batch.processor.close();
      batch.model.dispose();
      const manifest = await readManifest(batch.out);
      if (manifest) await writeOverview(batch.out, manifest, false);
    }
  }

  #open(job: QueueJob): Promise<Batch> {
    const name = `${job.optionsHash} ${job.task.out}`;
    const known = this.#batches.get(name);
    if (known) return known;
    const opened = openBatch(job);
    this.#batches.set(name, opened);
    opened.catch(() => this.#batches.delete(name)); // the next try begins anew
    return opened;
  }
}

/** @throws FastSAMError `INVALID_ARGUMENT` where this worker would write something else than was asked for. */
async function openBatch({ spec, task, optionsHash }: QueueJob): Promise<Batch> {
  const { model, facts } = await loadModel(spec, () => undefined);
  const manifest = await readManifest(task.out);
  const mine = manifest && (await manifestOf(task, spec, facts, manifest.identity.pictures));
  if (mine?.optionsHash !== optionsHash || manifest?.optionsHash !== optionsHash) {
    model.dispose();
    const message = `${task.out}: got a manifest, weights or package that differ from the job's, expected the same; enqueue again`;
    throw new FastSAMError('INVALID_ARGUMENT', message);
  }
  return {
    out: task.out,
    model,
    processor: await PictureProcessor.create(model, task.out),
    journal: await openJournal(task.out, 'queue'),
  };
}
