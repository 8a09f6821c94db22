/** One run of `fastsam batch`: list, go on or refuse, hand out, sum up. */
import { openJournal, removeLeftovers } from '../../batch/folder.js';
import type { BatchManifest } from '../../batch/identity.js';
import type { BatchItem } from '../../batch/names.js';
import { writeOverview } from '../../batch/overview.js';
import type { BatchTask } from '../../batch/processor.js';
import type { BatchRecord } from '../../batch/records.js';
import { parseShard, WHOLE, type Shard } from '../../batch/shard.js';
import { throwIfAborted } from '../../errors.js';
import { ProgressLine } from '../progress.js';
import { EXIT, interruptSignal, log } from '../run.js';
import { plural } from '../../options/showValue.js';
import { listImages } from './list.js';
import { checkBatchOptions, type BatchCommandOptions } from './options.js';
import { planBatch, planTask } from './plan.js';
import { WorkerPool } from './pool.js';
import { BatchProgress } from './progress.js';
import type { SentTask } from './sent.js';

/** Runs a batch as the command line asks. */
export async function executeBatch(sources: readonly string[], options: BatchCommandOptions): Promise<void> {
  checkBatchOptions(options);
  const signal = interruptSignal();
  const shard = options.shard === undefined ? WHOLE : parseShard(options.shard, (name) => process.env[name]);
  const found = await listImages(sources, options.out, signal);
  const planned = await planTask(options);
  const line = new ProgressLine();
  const { model, device, precision, workers, imageTimeout } = options;
  const pool = new WorkerPool({
    workers,
    spec: { model, device, precision },
    signal,
    imageTimeout,
    onProgress: line.download,
  });
  try {
    const facts = await pool.start();
    line.clear();
    const { todo, manifest } = await planBatch(found, shard, planned, options, facts);
    const failed = todo.length > 0 ? await runPool(pool, todo, planned.sent, shard) : 0;
    await sumUp(planned.task, manifest, failed);
  } finally {
    line.clear();
    pool.close();
  }
  throwIfAborted(signal);
}

/** @returns how many images failed. */
async function runPool(pool: WorkerPool, todo: readonly BatchItem[], task: SentTask, shard: Shard): Promise<number> {
  const journal = await openJournal(task.out, `${shard.index}-of-${shard.count}`);
  const progress = new BatchProgress(todo.length);
  const keep = (record: BatchRecord): void => {
    // The files are in their places by now; a process that dies before this line is written does the image again.
    journal.add(record).catch((error: unknown) => {
      pool.fail(error);
    });
    progress.count(record.error?.message);
  };
  try {
    await pool.run(todo, task, keep);
  } finally {
    progress.clear();
    await journal.close();
  }
  log(`${plural(progress.done, 'image')}, ${progress.rate.toFixed(1)} a second`);
  return progress.failed;
}

/** Writes what is about all images, says where the batch stands and sets the exit code. */
async function sumUp({ out, formats }: BatchTask, manifest: BatchManifest, failedNow: number): Promise<void> {
  const { images, done, failed, missing } = await writeOverview(out, manifest, { always: false, formats });
  await removeLeftovers(out); // of workers that were ended
  const left = missing > 0 ? `, ${missing} to be done` : '';
  const problems = failed > 0 ? `, ${failed} failed (failures.jsonl)` : '';
  log(`${done} of ${plural(images, 'image')} done${left}${problems} -> ${out}`);
  if (failedNow > 0 || (missing === 0 && failed > 0)) process.exitCode = EXIT.someFailed;
}
