/** What became of the batches of a queue that is empty: the queue may have lost images, the folders tell. */
import { readManifest } from '../../batch/folder.js';
import { writeOverview } from '../../batch/overview.js';
import type { BatchTask } from '../../batch/processor.js';
import { missingImages } from '../../batch/verify.js';
import { resolve } from 'node:path';
import { plural } from '../../options/showValue.js';
import { EXIT, log } from '../run.js';
import { forgetBatch, queuedBatches } from './queue.js';
import type { QueueServer } from './redis.js';

/** Names of missing images that are printed for a batch. */
const MOST_NAMES = 20;

/**
 * Writes the files about all images of the batches that were worked on, and says which images are missing.
 * @param tasks the batches that this worker has worked on.
 * @param options.all compare those, too, that others have worked on.
 */
export async function reportBatches(
  server: QueueServer,
  tasks: readonly BatchTask[],
  { out, all }: { readonly out: string | undefined; readonly all: boolean },
): Promise<void> {
  const own = new Map(tasks.map((task) => [task.out, task]));
  const queued = all ? await queuedBatches(server) : new Map<string, string>();
  const asked = out === undefined ? [...queued.keys()] : [resolve(out)];
  const folders = [...new Set([...own.keys(), ...(all ? asked : [])])].sort();
  for (const folder of folders) {
    const found = await report(folder, queued.get(folder), own.get(folder), all);
    if (!found && out === undefined) await forgetBatch(server, folder);
  }
  if (!all || folders.length > 0) return;
  process.exitCode = EXIT.someFailed;
  log(
    'fastsam: the queue is empty and knows of no batch: nothing was put in, or Redis has lost its data; ' +
      'name the folder with --out to see what is missing there',
  );
}

/** @returns false where the folder is gone or another batch's by now. */
async function report(
  out: string,
  optionsHash: string | undefined,
  task: BatchTask | undefined,
  all: boolean,
): Promise<boolean> {
  const manifest = await readManifest(out);
  if (!manifest || (optionsHash !== undefined && manifest.optionsHash !== optionsHash)) {
    log(`${out}: ${manifest ? 'another batch' : 'no batch'} by now; passed over`);
    return false;
  }
  const summary = task && (await writeOverview(out, manifest, { always: false, formats: task.formats }));
  const missing = (await missingImages(out)) ?? [];
  const images = summary?.images ?? manifest.images?.count ?? 0;
  const failed = summary && summary.failed > 0 ? `, ${summary.failed} failed (failures.jsonl)` : '';
  const left = summary?.missing ?? missing.length;
  if (!all && left > 0) return true; // others go on with them
  if (summary) log(`${summary.done} of ${plural(images, 'image')} done${failed} -> ${out}`);
  if (summary && summary.failed > 0) process.exitCode = EXIT.someFailed;
  if (left === 0) return true;
  process.exitCode = EXIT.someFailed;
  for (const name of missing.slice(0, MOST_NAMES)) log(`fastsam: ${name}: was never done`);
  if (missing.length > MOST_NAMES) log(`fastsam: … and ${missing.length - MOST_NAMES} more`);
  log(
    `fastsam: ${out}: ${left} of ${plural(images, 'image')} missing, and no job is left for them: Redis has lost some; ` +
      'put them in again by batch enqueue with --resume',
  );
  return true;
}
