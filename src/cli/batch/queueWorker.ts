/** A worker of the queue: does jobs, tells an image's fault from its own, and keeps model and journal of each batch. */
import { failureOf, type FailedRecord } from '../../batch/records.js';
import { FastSAMError } from '../../errors.js';
import type { FastSAM } from '../../fastsam.js';
import type { LineFile } from '../journal.js';
import { describeError, say } from '../run.js';
import { writeOverview } from './finish.js';
import { openJournal, readManifest } from './folder.js';
import { factsOf, loadModel } from './loadModel.js';
import { manifestOf } from './options.js';
import { endsTheBatch, isImagesFault, ImageProcessor } from './processor.js';
import { PutBack, type QueueJob, type QueueTry } from './queue.js';

/** Unexpected errors without an image done between them after which it is the worker that is to blame. */
const ERRORS = 3;

/** What a worker keeps for a batch that it works on. */
interface Batch {
  readonly out: string;
  readonly model: FastSAM;
  readonly processor: ImageProcessor;
  readonly journal: LineFile;
}

export class QueueWorker {
  done = 0;
  failed = 0;
  /** Why this worker must end: the next image would run into it, too. */
  problem: Error | undefined;
  readonly #batches = new Map<string, Promise<Batch | undefined>>();
  readonly #underWay = new Set<Promise<void>>();
  #alone: Promise<unknown> = Promise.resolve();
  #errors = 0;

  /** @throws PutBack where this worker is to blame; else what is worth another try. */
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

  /** Writes the files about all images where a batch is complete, and frees everything. */
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

  /** Waits for the images under way, and lets none begin meanwhile: the next death tells which one it is. */
  #doAlone(attempt: QueueTry): Promise<void> {
    const mine = this.#alone.then(async () => {
      await Promise.all(this.#underWay);
      await this.#do(attempt);
    });
    this.#alone = mine.catch(() => undefined);
    return mine;
  }

  async #do(attempt: QueueTry): Promise<void> {
    if (this.problem !== undefined) throw new PutBack();
    const { job, crashes, last } = attempt;
    const { item, task } = job;
    try {
      const batch = await this.#open(job);
      if (!batch) {
        this.failed++;
        say(`fastsam: ${item.key}: was put in the queue for another batch in ${task.out}; dropped`);
        return;
      }
      const { journal, processor } = batch;
      if (crashes) {
        await this.#fail(journal, failureOf(item, 'CRASHED', `${item.key}: workers died over it twice`));
        return;
      }
      await attempt.begin();
      try {
        await journal.add(await processor.process(item, task));
        this.done++;
      } catch (error) {
        const its = isImagesFault(error);
        if (its || (last && !endsTheBatch(error))) {
          const code = error instanceof FastSAMError ? error.code : 'CRASHED';
          await this.#fail(journal, failureOf(item, code, describeError(error)));
        }
        if (!its) throw error;
      }
      this.#errors = 0;
    } catch (error) {
      const ends = endsTheBatch(error);
      if (ends || ++this.#errors >= ERRORS) this.problem ??= error instanceof Error ? error : new Error(String(error));
      throw ends || (this.problem !== undefined && !last) ? new PutBack() : error;
    }
  }

  async #fail(journal: LineFile, record: FailedRecord): Promise<void> {
    await journal.add(record);
    say(`fastsam: ${record.error.message}`);
    this.failed++;
  }

  #open(job: QueueJob): Promise<Batch | undefined> {
    const name = `${job.optionsHash} ${job.task.out}`;
    const known = this.#batches.get(name);
    if (known) return known;
    const opened = openBatch(job);
    this.#batches.set(name, opened);
    const forget = () => this.#batches.delete(name); // the next try begins anew
    opened.then((batch) => batch ?? forget(), forget);
    return opened;
  }
}

/**
 * @returns undefined where the folder is another batch's by now.
 * @throws FastSAMError `INVALID_ARGUMENT` where this worker would write something else than was asked for,
 *   `FILE_UNREADABLE` where it does not see the folder, and what loading a model throws.
 */
async function openBatch({ spec, task, optionsHash }: QueueJob): Promise<Batch | undefined> {
  const manifest = await readManifest(task.out);
  if (!manifest) {
    const message = `${task.out}: got no manifest.json, expected the folder of a batch; give this machine the same paths, or enqueue again`;
    throw new FastSAMError('FILE_UNREADABLE', message);
  }
  if (manifest.optionsHash !== optionsHash) return undefined;
  const model = await loadModel(spec);
  if ((await manifestOf(task, spec, await factsOf(model))).optionsHash !== optionsHash) {
    model.dispose();
    const message = `${task.out}: got weights or a package that differ from the job's, expected the same on all machines`;
    throw new FastSAMError('INVALID_ARGUMENT', message);
  }
  return {
    out: task.out,
    model,
    processor: await ImageProcessor.create(model, task.out),
    journal: await openJournal(task.out, 'queue'),
  };
}
