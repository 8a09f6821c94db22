/** What a run has to do: the images that there are now, less those that were done before. */
import type { BatchManifest } from '../../batch/identity.js';
import { nameItems, type BatchItem, type FoundImage } from '../../batch/names.js';
import { selectShard, type Shard } from '../../batch/shard.js';
import { FastSAMError } from '../../errors.js';
import { countOf, say } from '../run.js';
import { claimFolder, clearBatch, noteImages, readState } from './folder.js';
import type { BatchOptions } from './options.js';

/**
 * Opens the output folder for a run.
 * @param found all images.
 * @param manifest of what is asked for now.
 * @returns the images of this shard that are not done, and the folder's manifest.
 * @throws FastSAMError `INVALID_ARGUMENT` for a folder of something else, or without `--resume` if some are done.
 */
export async function beginBatch(
  found: readonly FoundImage[],
  shard: Shard,
  asked: BatchManifest,
  options: Pick<BatchOptions, 'overwrite' | 'resume' | 'retryFailed'> & { readonly out: string },
): Promise<{ readonly todo: readonly BatchItem[]; readonly manifest: BatchManifest }> {
  const { out, overwrite, resume, retryFailed } = options;
  if (overwrite) await clearBatch(out);
  const there = await claimFolder(out, asked);
  const state = await readState(out);
  const written = new Map(state.done().map(({ key, stem }) => [key, stem]));
  const items = await nameItems(found, written);
  const mine = await selectShard(items, shard);
  const tried = mine.filter(({ key }) => state.get(key) !== undefined);
  if (tried.length > 0 && !resume) {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `${out}: got the results of an earlier run (${countOf(tried.length, 'image')}); go on with --resume, start anew with --overwrite, ` +
        'or name another folder with --out',
    );
  }
  const manifest = await noteImages(
    out,
    there,
    items.map(({ key }) => key),
    state,
  );
  const todo = mine.filter(({ key }) => {
    const record = state.get(key);
    return !record || (record.error !== undefined && retryFailed);
  });
  const part = shard.count > 1 ? ` of part ${shard.index} of ${shard.count}` : '';
  if (tried.length > 0) say(`${mine.length - todo.length} of ${mine.length} images${part} were done before`);
  const lost = (manifest.images?.count ?? 0) - items.length;
  if (lost > 0) say(`${countOf(lost, 'image')} done before and no longer there: the files stay`);
  return { todo, manifest };
}
