/** A worker of the queue: does jobs, tells an image's fault from its own, and keeps model and journal of each batch. */
import { openJournal, readManifest } from '../../batch/folder.js';
import { factsOf } from '../../batch/identity.js';
import { writeOverview } from '../../batch/overview.js';
import { endsTheBatch, isImagesFault, ImageProcessor, type BatchTask } from '../../batch/processor.js';
import { failureOf, type FailedRecord } from '../../batch/records.js';
import { FastSAMError, invalidArgument } from '../../errors.js';
import type { FastSAM } from '../../fastsam.js';
import type { LineWriter } from '../../platform/diskTypes.js';
import { describeError, log } from '../run.js';
import { manifestFor } from './options.js';
import { PutBack, type QueueJob, type QueueTry } from './queue.js';
import { loadSpecified, receiveTask } from './sent.js';

/** Unexpected errors without an image done between them after which it is the worker that is to blame. */
const ERRORS = 3;

/** What a worker keeps for a batch that it works on. */
interface Batch {
  readonly task: BatchTask;
  readonly model: FastSAM;
  readonly processor: ImageProcessor;
  readonly journal: LineWriter;
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
      const { out, formats } = batch.task;
      const manifest = await readManifest(out);
      if (manifest) await writeOverview(out, manifest, { always: false, formats });
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
        log(`fastsam: ${item.key}: was put in the queue for another batch in ${task.out}; dropped`);
        return;
      }
      const { journal, processor } = batch;
      if (crashes) {
        await this.#fail(journal, failureOf(item, 'CRASHED', `${item.key}: workers died over it twice`));
        return;
      }
      await attempt.begin();
      try {
        await journal.add(await processor.process(item));
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

  async #fail(journal: LineWriter, record: FailedRecord): Promise<void> {
    await journal.add(record);
    log(`fastsam: ${record.error.message}`);
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
async function openBatch({ spec, task: sent, optionsHash }: QueueJob): Promise<Batch | undefined> {
  const { out } = sent;
  const manifest = await readManifest(out);
  if (!manifest) {
    const message = `${out}: got no manifest.json, expected the folder of a batch; give this machine the same paths, or enqueue again`;
    throw new FastSAMError('FILE_UNREADABLE', message);
  }
  if (manifest.optionsHash !== optionsHash) return undefined;
  const task = await receiveTask(sent);
  const model = await loadSpecified(spec);
  if ((await manifestFor(task, sent.formats, spec, await factsOf(model.info))).optionsHash !== optionsHash) {
    model.dispose();
    const message = `${out}: got weights or a package that differ from the job's, expected the same on all machines`;
    throw invalidArgument(message);
  }
  return {
    task,
    model,
    processor: await ImageProcessor.create(model, task),
    journal: await openJournal(out, 'queue'),
  };
}
